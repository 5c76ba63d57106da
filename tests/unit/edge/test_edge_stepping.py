"""A challenge is given for a call that another scope would serve, on record once, whoever answers it in the end."""

import pytest

from broker.edge.seen import Seen
from broker.edge.stepping import Stepping
from broker.model.chain import Credential, Proof
from broker.model.decision import Reason
from broker.tokens.keys import new_key, public
from tests import kit
from tests.oauth_kit import Scopes

CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "t__u", "arguments": {}}}


@pytest.fixture
async def house():
    wide = kit.scope({name: kit.tool_grant() for name in ("t.t", "t.u")}, name="wide")
    one = kit.House(Scopes(kit.scope(), wide, tools=("t.t", "t.u")))
    await one.open()
    return one


async def challenged(house, message=CALL, proof=None):
    seen = Seen(credential=Credential(house.token, proof))
    task = (await house.store.facts(house.task)).task
    return await Stepping(pipeline=house.pipeline, ids=house.ids).challenge(seen, task, message), seen


@pytest.mark.requirement("step-up")
async def test_it_speaks_of_the_kind_of_token_that_was_sent(house):
    told, _ = await challenged(house)
    assert told.headers["www-authenticate"].startswith('Bearer error="insufficient_scope", scope="wide", ')
    await house.open(holder=dict(public(new_key())))
    chain = house.pipeline.unseal(house.token)
    proof = Proof(holder=chain.holder, token=chain.digest, jti="1", until=kit.NOW + 60, body="")
    told, _ = await challenged(house, proof=proof)
    assert told.headers["www-authenticate"].startswith('DPoP error="insufficient_scope", scope="wide", ')
    assert house.kinds("call.") == ["call.denied"] * 2


@pytest.mark.requirement("step-up")
async def test_what_stands_in_the_way_of_every_call_is_said_before_it_and_recorded_once(house):
    await house.journal.ended(house.task, by="operator", why="done")
    told, seen = await challenged(house)
    assert told is None
    assert (seen.outcome.reason, seen.recorded) == (Reason.TASK_ENDED, True)
    assert house.kinds("call.") == ["call.denied"]


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "prompts/get"},
        {"params": {"name": "t__t", "arguments": {}}},  # the task has it
        {"params": {"name": "t.u", "arguments": {}}},  # no tool is called so
        {"params": {"name": "t__u", "arguments": []}},
        {"params": {"name": 1}},
        {"params": {}},
    ],
    ids=str,
)
async def test_nothing_else_is_challenged_or_recorded_here(changed, house):
    told, seen = await challenged(house, {**CALL, **changed})
    assert (told, seen.outcome, seen.recorded, house.kinds("call.")) == (None, None, False, [])
    assert (await challenged(house, {name: one for name, one in CALL.items() if name != "id"}))[0] is None
