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
from broker.model.stop import Target, What
from broker.tokens.chain import attenuate, seal
from broker.tokens.keys import new_key, public
from tests import kit
from tests.oauth_kit import AGENT, OTHER, Ways, agent

DEEP = kit.scope(delegate=2)
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


class Planner:
    """An agent with a task whose work it may hand on."""

    def __init__(self, ways, name):
        self.ways, self.name, self.key, self.token = ways, name, new_key(), ""

    async def opened(self):
        opened = await self.ways.house.open(actor=self.name, holder=dict(public(self.key)))
        self.token = opened.token
        return self

    def part(self, jti="b1", **said):
        """What a writer may use, by its seal."""
        to, now = new_key(), int(kit.NOW)
        block = {"act": {"sub": "writer"}, "jti": jti, "iat": now, "exp": now + 600, **said}
        return seal(attenuate(self.token, block, holder=self.key, to=public(to)), holder=to)

    async def takes_back(self, token):
        return await give_back(self.ways, token, client_assertion=self.ways.assertion(name=self.name))


@pytest.fixture
def planning():
    return Ways(kit.house(Broken(answers={"rows": [], "truncated": False}, leaves=kit.spec().leaves), scope_of=DEEP))


async def lives(ways, token):
    return isinstance(await ways.house.call(token=token), Served)


@pytest.mark.requirement("given-back")
async def test_what_was_handed_on_is_taken_back_and_the_rest_goes_on(planning):
    mine = await Planner(planning, AGENT).opened()
    part, other = mine.part(), mine.part("b2")
    for _ in range(2):  # what is dead is not killed again
        assert (await mine.takes_back(part)).status_code == 200
    assert (await lives(planning, part), await lives(planning, other)) == (False, True)
    (stop,) = [one for one in planning.house.records if one["kind"] == "authority.revoked"]
    token = [one["token"] for one in planning.house.records if one["kind"] == "call.outcome"][-1]
    assert (stop["what"], stop["name"]) == ("token", f"{token}/b1")


@pytest.mark.requirement("given-back")
async def test_a_block_that_is_called_as_anothers_takes_nothing_of_the_others_back(planning):
    mine, theirs = [await Planner(planning, name).opened() for name in (AGENT, OTHER)]
    victim, again = mine.part("victim"), mine.part("again")
    await theirs.takes_back(theirs.part("victim"))
    assert await lives(planning, victim)
    await planning.house.journal.revoke(Target(What.BLOCK, "again"), "operator", "test")
    assert not await lives(planning, again)


@pytest.mark.requirement("given-back")
@pytest.mark.parametrize(
    "said",
    [{"jti": "x" * 3000}, {"jti": "a b\n"}, {"more": True}, {"exp": 0}, {"tools": {"t.t": {"args": 1}}}],
    ids=["long", "no name", "unknown", "over", "no arguments"],
)
async def test_a_block_that_is_none_leaves_nothing_in_store_or_log(planning, said):
    mine = await Planner(planning, AGENT).opened()
    assert (await mine.takes_back(mine.part(**said))).status_code == 200
    assert acts(planning) == []


async def test_where_blocks_cannot_be_read_for_now_it_is_not_said_that_they_are_dead(planning):
    mine = await Planner(planning, AGENT).opened()
    planning.house.pipeline.catalog.the_scope = kit.scope(delegate=2, revision="rev-2")
    answer = await mine.takes_back(mine.part())
    assert (answer.status_code, answer.json()) == (503, {"error": "temporarily_unavailable"})
    assert (await mine.takes_back(mine.token)).status_code == 200
    assert acts(planning) == [("token", AGENT)]


@pytest.mark.requirement("given-back")
async def test_whoever_has_a_secret_gives_back_by_it(ways):
    ways.endpoint.agents[AGENT] = agent(secret_sha256=sha256(b"s").hexdigest())
    token = (await ways.ask()).json()["access_token"]
    nothing = {"client_assertion": None, "client_assertion_type": None}
    for secret, status in (("another", 401), ("s", 200)):
        answer = await give_back(ways, token, client_id=AGENT, client_secret=secret, **nothing)
        assert answer.status_code == status
    assert acts(ways) == [("token", AGENT)]
