"""What the broker says of itself to clients that have never heard of it (RFC 9728, RFC 8414, RFC 7517)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from broker.edge.oauth.clients import METHODS
from broker.edge.oauth.form import TYPE
from broker.edge.oauth.subjects import ASSERTION, CREDENTIALS, EXCHANGE
from broker.grants.audience import Audience
from broker.model.label import Json
from broker.tokens.foreign import ALGORITHMS

RESOURCE: Final = "/.well-known/oauth-protected-resource"
SERVER: Final = "/.well-known/oauth-authorization-server"
_AUTHORIZE: Final = "/authorize"
_ID_JAG: Final = "urn:ietf:params:oauth:grant-profile:id-jag"
_PROOFS: Final = ("Ed25519",)


def resource_metadata(audience: Audience) -> str:
    """Where the resource's metadata lies (RFC 9728 3.1): before its path, not behind it."""
    parts = urlsplit(audience.url)
    return f"{parts.scheme}://{parts.netloc}{RESOURCE}{parts.path}"


def token_url(audience: Audience) -> str:
    return f"{audience.issuer}/token"


def routes(audience: Audience, keys: Callable[[], Sequence[Mapping[str, Json]]]) -> list[Route]:
    """`keys`: the public keys that tokens are verified with, as JWKs."""
    resource = {
        "resource": audience.url,
        "authorization_servers": [audience.issuer],
        "bearer_methods_supported": ["header"],
        "dpop_signing_alg_values_supported": list(_PROOFS),
        "authorization_details_types_supported": [TYPE],
    }
    server = {
        "issuer": audience.issuer,
        "authorization_endpoint": f"{audience.issuer}{_AUTHORIZE}",  # read by clients that never go there
        "token_endpoint": token_url(audience),
        "revocation_endpoint": f"{audience.issuer}/revoke",
        "revocation_endpoint_auth_methods_supported": list(METHODS),
        "revocation_endpoint_auth_signing_alg_values_supported": sorted(ALGORITHMS),
        "jwks_uri": f"{audience.issuer}/jwks",
        "response_types_supported": [],
        "grant_types_supported": [EXCHANGE, CREDENTIALS, ASSERTION],
        "authorization_grant_profiles_supported": [_ID_JAG],
        "token_endpoint_auth_methods_supported": list(METHODS),
        "token_endpoint_auth_signing_alg_values_supported": sorted(ALGORITHMS),
        "dpop_signing_alg_values_supported": list(_PROOFS),
        "authorization_details_types_supported": [TYPE],
    }

    async def of_resource(_request: Request) -> JSONResponse:
        return JSONResponse(resource)

    async def of_server(_request: Request) -> JSONResponse:
        return JSONResponse(server)

    async def jwks(_request: Request) -> JSONResponse:
        return JSONResponse({"keys": [dict(one) for one in keys()]})

    async def authorize(_request: Request) -> JSONResponse:
        """Nobody signs in here, and nobody is sent anywhere (RFC 6749 4.1.2.1): users have their own provider."""
        return JSONResponse({"error": "unsupported_response_type"}, 400)

    path = urlsplit(audience.url).path
    return [
        Route(f"{RESOURCE}{path}", of_resource),
        Route(SERVER, of_server),
        Route(_AUTHORIZE, authorize),
        Route("/jwks", jwks),
    ]
