"""Beside a broker that serves, a command freezes and revokes: what runs there stops, and what comes is turned away."""

import functools
import time

import anyio
import pytest

from broker.main.halting import EVERY
from broker.model.stop import Target, What
from tests.served import _run, asking
from tests.talk import ERAS, MODERN, connected, one_call, refusal, true_soon

SLOW, READ = "bank__count_slowly", "bank__account_read"
ZONE = Target(what=What.ZONE, name="bank")
SOON = 10 * EVERY  # of a machine that is busy with other tests; the tool's own time has 20 seconds


def act(bank, name, target):
    return _run(functools.partial(getattr(bank.beside.journal, name), target, by="operator ann", why="a drill"))


@pytest.mark.requirement("frozen-stops")
@pytest.mark.parametrize("era", ERAS)
async def test_a_freeze_stops_what_runs_in_the_serving_process(fresh_bank, era):
    (one,) = fresh_bank.grants([asking()])
    heard = []
    with fresh_bank.serving() as served:
        async with connected(served.url, one.token, era) as client:
            assert SLOW in [tool.name for tool in (await client.list_tools()).tools]

            async def slow():
                heard.append(await client.call_tool(SLOW, {"base": 0}))

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(slow)
                await true_soon(lambda: "call.intent" in fresh_bank.of(one.task.id))
                start = time.monotonic()
                assert act(fresh_bank, "freeze", ZONE)
            took = time.monotonic() - start
            assert refusal(heard[0]) == ("context_not_met", True)
            assert took < SOON
            assert refusal(await client.call_tool(READ, {"account_id": 1})) == ("context_not_met", True)
            assert (await client.list_tools()).tools == []
            assert act(fresh_bank, "thaw", ZONE)
            assert not (await client.call_tool(READ, {"account_id": 1})).is_error
    outcome = next(record for record in fresh_bank.log if record["kind"] == "call.outcome")
    assert (outcome["status"], outcome["effect"]) == ("cancelled", "none")
    assert "zone `bank` is frozen by record" in outcome["detail"]


@pytest.mark.requirement("revoked")
async def test_a_token_that_was_revoked_hears_what_a_forged_one_hears_and_is_on_record(shared_bank, served_bank):
    (one,) = shared_bank.grants([asking(user="revoked")])
    jti = shared_bank.beside.pipeline.unseal(one.token).root["jti"]
    assert (await one_call(served_bank.url, one.token, READ, {"account_id": 1})).status_code == 200
    assert act(shared_bank, "revoke", Target(what=What.TOKEN, name=jti)) == []
    for token in (one.token, "forged"):
        answer = await one_call(served_bank.url, token, READ, {"account_id": 1})
        assert answer.status_code == 401
        assert answer.json()["error"]["data"]["refused"] == "bad_token"
    async with connected(served_bank.url, shared_bank.renewed(one.task), MODERN) as client:
        assert not (await client.call_tool(READ, {"account_id": 1})).is_error
    denied = next(r for r in shared_bank.log if r["kind"] == "call.denied" and r["task"] == one.task.id)
    assert denied["detail"].startswith(f"token `{jti}` is revoked by record")
