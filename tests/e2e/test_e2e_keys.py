"""A broker that serves is told of nothing: another key signs, an old token holds, and a leaked one is dead at once."""

import json

import anyio.to_thread
import pytest

from tests.served import asking
from tests.talk import one_call

READ = "bank__account_read"


async def answers(url, token):
    return (await one_call(url, token, READ, {"account_id": 1})).status_code


async def said(bank, *words):
    """What a command of this bank says; it is run in a process of its own."""
    code, out, trouble = await anyio.to_thread.run_sync(bank.run, *words, "--config", str(bank.config), "--json")
    assert code == 0, trouble
    return [json.loads(line) for line in out.splitlines()]


@pytest.mark.requirement("keys-rotate")
@pytest.mark.requirement("keys-dropped")
@pytest.mark.requirement("refresh")
async def test_keys_are_rotated_under_a_broker_that_serves(fresh_bank):
    with fresh_bank.serving() as broker:
        (first,) = await anyio.to_thread.run_sync(fresh_bank.grants, [asking()])
        assert await answers(broker.url, first.token) == 200
        (done,) = await said(fresh_bank, "keys", "rotate")
        (second,) = await anyio.to_thread.run_sync(fresh_bank.grants, [asking()])
        assert [await answers(broker.url, one.token) for one in (first, second)] == [200, 200]
        listed = await said(fresh_bank, "keys", "list")
        assert [(one["kid"], one["state"]) for one in listed] == [
            (done["signs"], "signs"),
            (done["verify"][0]["kid"], "verifies"),
        ]
        await said(fresh_bank, "keys", "rotate", "--drop-old", "--why", "it leaked")
        assert [await answers(broker.url, one.token) for one in (first, second)] == [401, 401]
        (fresh,) = await said(fresh_bank, "task", "refresh", first.task.id)
        assert await answers(broker.url, fresh["token"]) == 200
        assert len(await said(fresh_bank, "keys", "list")) == 1
    assert fresh_bank.kinds("keys.") == ["keys.rotated"] * 2
    assert fresh_bank.of(first.task.id)[-1] == "call.outcome"
