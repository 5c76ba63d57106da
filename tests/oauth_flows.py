"""What the SDK's own OAuth clients do by themselves against this broker: no client here knows anything of it."""

from contextlib import asynccontextmanager

from joserfc.jwk import ECKey
from mcp import Client
from mcp.client.auth import OAuthFlowError, OAuthTokenError
from mcp.client.auth.extensions.client_credentials import (
    ClientCredentialsOAuthProvider,
    PrivateKeyJWTOAuthProvider,
    SignedJWTParameters,
)
from mcp.client.auth.extensions.identity_assertion import IdentityAssertionOAuthProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthMetadata, ProtectedResourceMetadata

from tests.oauth_world import AGENT_KEY, PAY, READ, SECRET
from tests.talk import http

PAYMENT = {"account_id": 1, "amount": 0.5}


class Kept:
    """What a client keeps of tokens: in memory."""

    def __init__(self):
        self.tokens = []

    async def get_tokens(self):
        return self.tokens[-1] if self.tokens else None

    async def set_tokens(self, tokens):
        self.tokens.append(tokens)

    async def get_client_info(self):
        return None

    async def set_client_info(self, info):
        raise AssertionError(f"nobody registers here: {info}")


def _issuer(url):
    return url.removesuffix("/mcp")


def by_secret(url, kept, method="client_secret_basic", secret=SECRET):
    return ClientCredentialsOAuthProvider(
        url, kept, "robot-secret", secret, token_endpoint_auth_method=method, issuer=_issuer(url)
    )


def _vouching(key):
    pem = key.as_pem(private=True).decode()
    said = SignedJWTParameters(issuer="robot-key", subject="robot-key", signing_key=pem, signing_algorithm="ES256")
    return said.create_assertion_provider()


async def vouched(url, key=AGENT_KEY):
    """What `robot-key` says of itself to the broker at this URL."""
    return await _vouching(key)(_issuer(url))


def by_key(url, kept, key=AGENT_KEY):
    return PrivateKeyJWTOAuthProvider(url, kept, "robot-key", _vouching(key), issuer=_issuer(url))


def by_id_jag(url, kept, login, **more):
    async def provider(audience, resource):
        return login.id_jag(**{"audience": audience, "resource": resource, **more})

    return IdentityAssertionOAuthProvider(url, kept, "robot-secret", SECRET, _issuer(url), provider, scope="reading")


@asynccontextmanager
async def connected(url, provider, era):
    async with (
        http(auth=provider) as client,
        Client(streamable_http_client(url, http_client=client), mode=era, cache=None) as mcp,
    ):
        yield mcp


async def _reads(url, provider, era):
    async with connected(url, provider, era) as mcp:
        tools = [tool.name for tool in (await mcp.list_tools()).tools]
        assert tools == [READ], tools
        found = await mcp.call_tool(READ, {"account_id": 1})
        assert not found.is_error, found


async def _fails(url, provider, era, error):
    try:
        await _reads(url, provider, era)
    except (OAuthTokenError, OAuthFlowError, BaseExceptionGroup) as refused:
        said = " ".join(str(one) for one in leaves(refused))
        assert error in said, said
    else:
        raise AssertionError("it was let in")


def leaves(error):
    if not isinstance(error, BaseExceptionGroup):
        return [error]
    return [leaf for one in error.exceptions for leaf in leaves(one)]


async def metadata(url, _login, _era):
    """What a stranger may read, as the SDK reads it: where to ask and how, and the name of no scope."""
    issuer = _issuer(url)
    async with http() as client:
        resource = await client.get(f"{issuer}/.well-known/oauth-protected-resource/mcp")
        server = await client.get(f"{issuer}/.well-known/oauth-authorization-server")
    of_resource = ProtectedResourceMetadata.model_validate_json(resource.content)
    of_server = OAuthMetadata.model_validate_json(server.content)
    assert (str(of_resource.resource), [str(one) for one in of_resource.authorization_servers]) == (url, [issuer])
    assert (str(of_server.issuer), str(of_server.token_endpoint)) == (issuer, f"{issuer}/token")
    assert of_resource.scopes_supported is of_server.scopes_supported is None


async def other_address(url, _login, era):
    """The client itself stops where the address is not the resource's: its token would be for another."""
    elsewhere = url.replace("127.0.0.1", "localhost")
    provider = ClientCredentialsOAuthProvider(elsewhere, Kept(), "robot-secret", SECRET, issuer=_issuer(url))
    await _fails(elsewhere, provider, era, "does not match expected")


async def basic(url, _login, era):
    kept = Kept()
    await _reads(url, by_secret(url, kept), era)
    assert [one.scope for one in kept.tokens] == ["reading"], kept.tokens


async def post(url, _login, era):
    await _reads(url, by_secret(url, Kept(), "client_secret_post"), era)


async def jwt(url, _login, era):
    await _reads(url, by_key(url, Kept()), era)


async def id_jag(url, login, era):
    await _reads(url, by_id_jag(url, Kept(), login), era)


async def _steps_up(url, provider, kept, era):
    """The client asks for more by itself, calls again, and goes on with all that it had.

    Not with its very first request: the SDK's client that was just told 401 does not listen to a 403.
    """
    async with connected(url, provider, era) as mcp:
        assert not (await mcp.call_tool(READ, {"account_id": 1})).is_error
        paid = await mcp.call_tool(PAY, PAYMENT)
        assert not paid.is_error, paid
        assert not (await mcp.call_tool(READ, {"account_id": 1})).is_error
    assert [one.scope for one in kept.tokens] == ["reading", "paying:service"], kept.tokens


async def steps_up_by_secret(url, _login, era):
    kept = Kept()
    await _steps_up(url, by_secret(url, kept), kept, era)


async def steps_up_by_key(url, _login, era):
    kept = Kept()
    await _steps_up(url, by_key(url, kept), kept, era)


async def steps_up_by_id_jag(url, login, era):
    kept = Kept()
    await _steps_up(url, by_id_jag(url, kept, login), kept, era)


async def wrong_secret(url, _login, era):
    await _fails(url, by_secret(url, Kept(), secret="x" * 43), era, "invalid_client")


async def wrong_key(url, _login, era):
    await _fails(url, by_key(url, Kept(), key=ECKey.generate_key("P-256")), era, "invalid_client")


async def wrong_resource(url, login, era):
    """An ID-JAG for another server gives nothing here."""
    provider = by_id_jag(url, Kept(), login, resource="http://127.0.0.1:1/mcp")
    await _fails(url, provider, era, "invalid_grant")


async def other_client(url, login, era):
    await _fails(url, by_id_jag(url, Kept(), login, client="robot-key"), era, "invalid_grant")


FLOWS = {
    "metadata": metadata,
    "client credentials, secret in the header": basic,
    "client credentials, secret in the form": post,
    "client credentials, private_key_jwt": jwt,
    "ID-JAG (SEP-990)": id_jag,
    "step-up of a secret's client": steps_up_by_secret,
    "step-up of a key's client": steps_up_by_key,
    "step-up by another ID-JAG": steps_up_by_id_jag,
    "refused by the client: an address that is not the resource's": other_address,
    "refused: another secret": wrong_secret,
    "refused: another key": wrong_key,
    "refused: an ID-JAG for another resource": wrong_resource,
    "refused: an ID-JAG for another client": other_client,
}
