"""Two issuers that call their keys and their users alike are two: neither speaks for the other's users."""

import json
from dataclasses import replace

import anyio
import httpx2
import pytest
from joserfc.jws import JWSRegistry
from starlette.applications import Starlette
from starlette.routing import Route

from broker.adapters.broken import Broken
from broker.edge.oauth.issuer_keys import PAUSE, IssuerKeys
from broker.tokens.strict import b64, claims, unb64
from tests import kit
from tests.oauth_kit import ISSUER, ISSUER_KEY, Login, RSAKey, Ways

SECOND, SECOND_KEY = "https://other.example", RSAKey.generate_key(2048)


def raw(key, head, said):
    """Signed as it stands, whatever that is."""
    text = ".".join(b64(json.dumps(part).encode()) for part in (head, said))
    return f"{text}.{b64(JWSRegistry.algorithms['RS256'].sign(text.encode(), key))}"


class Hosts(httpx2.AsyncBaseTransport):
    """Who answers under which name. Whoever else is asked for is remembered, and not there."""

    def __init__(self, logins):
        self.ways = {host: httpx2.ASGITransport(app=login.app) for host, login in logins.items()}
        self.strangers = []

    async def handle_async_request(self, request):
        if request.url.host not in self.ways:
            self.strangers.append(str(request.url))
            raise httpx2.ConnectError("nobody")
        return await self.ways[request.url.host].handle_async_request(request)


class Two(Ways):
    """Each lists one key, which both call k1."""

    def __init__(self):
        super().__init__(kit.house(Broken(answers={"rows": []}, leaves=kit.spec().leaves)))
        said = {"issuer": SECOND, "jwks_uri": f"{SECOND}/jwks"}
        self.second = Login(keys=[{**SECOND_KEY.as_dict(private=False), "kid": "k1"}], metadata=said)
        self.hosts = Hosts({"login.example": self.login, "other.example": self.second})
        listed = {ISSUER: None, SECOND: None}
        client = httpx2.AsyncClient(transport=self.hosts)
        self.endpoint = replace(
            self.endpoint,
            issuers={ISSUER: self.issuer, SECOND: replace(self.issuer, url=SECOND)},
            keys=IssuerKeys(listed=listed, clock=self.house.clock, client=client),
        )
        self.app = Starlette(routes=[Route("/token", self.endpoint.answer, methods=["POST"])])

    async def opened(self, **subject):
        """Whose task it is; or the refusal."""
        said = (await self.ask(subject_token=self.subject(**subject))).json()
        if "error" in said:
            return said["error"]
        facts = await self.house.store.facts(said["authorization_details"][0]["task"])
        return str(facts.task.principal)


@pytest.mark.requirement("issuers-apart")
async def test_one_name_at_two_issuers_is_two_users():
    two = Two()
    users = {await two.opened(), await two.opened(iss=SECOND, key=SECOND_KEY)}
    assert users == {"https%3A//login.example:mara", "https%3A//other.example:mara"}


@pytest.mark.requirement("issuers-apart")
async def test_no_issuer_signs_for_the_users_of_another():
    """Under the very name that the other gives its key, with the other's keys asked for before and after."""
    two = Two()
    for _ in range(2):
        assert await two.opened(key=SECOND_KEY) == "invalid_grant"
        assert await two.opened(iss=SECOND, key=ISSUER_KEY) == "invalid_grant"
        assert await two.opened(iss=[ISSUER, SECOND]) == "invalid_grant"
        assert await two.opened(iss=SECOND + "/", key=SECOND_KEY) == "invalid_grant"


async def test_an_issuer_whose_metadata_is_anothers_has_no_keys():
    two = Two()
    two.second.metadata = two.login.metadata
    assert await two.opened(iss=SECOND, key=ISSUER_KEY) == "temporarily_unavailable"
    assert await two.opened() == "https%3A//login.example:mara"


@pytest.mark.requirement("issuer-places")
@pytest.mark.parametrize("name", ["jku", "x5u", "jwk", "x5c", "iss", "jwks_uri"])
async def test_no_place_that_a_token_names_is_asked_for_keys(name):
    """RFC 8725 3.10: whoever wrote the token would choose whom the broker asks, and believes."""
    two = Two()
    place = SECOND_KEY.as_dict(private=False) if name == "jwk" else "https://169.254.169.254/jwks"
    head = {name: [place] if name == "x5c" else place}
    assert await two.opened() == "https%3A//login.example:mara"
    asked = len(two.login.asked)
    said = claims(unb64(two.subject().split(".")[1]))
    token = raw(ISSUER_KEY, {"alg": "RS256", "typ": "at+jwt", "kid": "k1", **head}, said)
    assert (await two.ask(subject_token=token)).json() == {"error": "invalid_grant"}
    assert (two.hosts.strangers, len(two.login.asked)) == ([], asked)


@pytest.mark.requirement("issuer-faults")
async def test_a_thousand_tokens_with_made_up_keys_are_one_question_and_the_other_issuer_hears_nothing():
    two = Two()
    assert await two.opened() == "https%3A//login.example:mara"
    before = len(two.login.asked)
    two.house.clock.at += PAUSE
    answers = []

    async def asks(at):
        answers.append(await two.opened(kid=f"made-up-{at}"))

    async with anyio.create_task_group() as tasks:
        for at in range(100):
            tasks.start_soon(asks, at)
    assert answers == ["invalid_grant"] * 100
    assert len(two.login.asked) - before == 2  # its metadata, and its keys
    assert two.second.asked == []
