"""`/revoke`: an agent gives back what is its own, and nobody else's; whatever it was, the answer is the same."""

from hashlib import sha256

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from broker.adapters.broken import Broken
from broker.edge.oauth.clients import ASSERTION
from broker.edge.oauth.revoke import RevokeEndpoint
from broker.model.outcome import Served
from broker.tokens.chain import attenuate
from broker.tokens.keys import new_key, public
from tests import kit
from tests.oauth_kit import AGENT, OTHER, Ways, agent

URL = f"{kit.AUDIENCE.issuer}/revoke"


@pytest.fixture
def ways():
    return Ways(kit.house(Broken(answers={"rows": [], "truncated": False}, leaves=kit.spec().leaves)))


async def give_back(ways, token, **more):
    app = Starlette(
        routes=[
            Route(
                "/revoke",
                RevokeEndpoint(pipeline=ways.house.pipeline, agents=ways.endpoint.agents).answer,
                methods=["POST"],
            )
        ]
    )
    form = {"client_assertion_type": ASSERTION, "client_assertion": ways.assertion(), "token": token, **more}
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app)) as client:
        return await client.post(URL, data={name: one for name, one in form.items() if one is not None})


def acts(ways):
    return [(one["what"], one["by"]) for one in ways.house.records if one["kind"] == "authority.revoked"]


@pytest.mark.requirement("given-back")
async def test_a_token_that_was_given_back_is_dead(ways):
    token = (await ways.ask()).json()["access_token"]
    assert isinstance(await ways.house.call(token=token), Served)
    assert (await give_back(ways, token)).status_code == 200
    assert not isinstance(await ways.house.call(token=token), Served)
    assert acts(ways) == [("token", "agent-1")]


@pytest.mark.requirement("given-back")
@pytest.mark.parametrize("what", ["another's", "forged", "none of ours"])
async def test_what_is_not_its_own_is_left_and_the_answer_is_the_same(ways, what):
    token = (await ways.ask()).json()["access_token"]
    sent = {"another's": token, "forged": token[:-8] + "AAAAAAAA", "none of ours": "x"}[what]
    by = ways.assertion(name=OTHER) if what == "another's" else ways.assertion()
    answer = await give_back(ways, sent, client_assertion=by)
    assert (answer.status_code, answer.json()) == (200, {})
    assert isinstance(await ways.house.call(token=token), Served)
    assert acts(ways) == []


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"token": None}, "invalid_request"),
        ({"client_assertion": None}, "invalid_request"),
        ({"client_assertion": "x"}, "invalid_client"),
        ({"what": "all"}, "invalid_request"),
    ],
    ids=str,
)
async def test_whoever_does_not_say_who_it_is_takes_nothing_back(ways, more, error):
    more = dict(more)
    token = (await ways.ask()).json()["access_token"]
    answer = await give_back(ways, more.pop("token", token), **more)
    assert answer.json() == {"error": error}
    assert isinstance(await ways.house.call(token=token), Served)


async def test_an_assertion_serves_once(ways):
    token, vouched = (await ways.ask()).json()["access_token"], ways.assertion()
    assert (await give_back(ways, "x", client_assertion=vouched)).status_code == 200
    assert (await give_back(ways, token, client_assertion=vouched)).json() == {"error": "invalid_client"}
    assert isinstance(await ways.house.call(token=token), Served)


async def test_what_was_handed_on_is_taken_back_and_the_rest_goes_on():
    ways = Ways(kit.house(Broken(answers={}, leaves={}), scope_of=kit.scope(delegate=2)))
    mine, theirs = new_key(), new_key()
    await ways.house.open(holder=dict(public(mine)))
    whole = ways.house.token
    said = {"act": {"sub": "writer"}, "jti": "b1", "iat": int(kit.NOW), "exp": int(kit.NOW) + 600}
    narrowed = attenuate(whole, said, holder=mine, to=public(theirs))
    assert (await give_back(ways, narrowed)).status_code == 200
    stops = [(one["what"], one["name"]) for one in ways.house.records if one["kind"] == "authority.revoked"]
    assert stops == [("block", "b1")]


@pytest.mark.requirement("given-back")
async def test_whoever_has_a_secret_gives_back_by_it(ways):
    ways.endpoint.agents[AGENT] = agent(secret_sha256=sha256(b"s").hexdigest())
    token = (await ways.ask()).json()["access_token"]
    nothing = {"client_assertion": None, "client_assertion_type": None}
    for secret, status in (("another", 401), ("s", 200)):
        answer = await give_back(ways, token, client_id=AGENT, client_secret=secret, **nothing)
        assert answer.status_code == status
    assert acts(ways) == [("token", AGENT)]
