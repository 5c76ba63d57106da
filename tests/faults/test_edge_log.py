"""A log that cannot be written: the broker shuts, says why, answers nothing unrecorded, and a restart mends it."""

import sqlite3
from contextlib import closing

import anyio
import httpx2

from tests.broken_off import ENDS
from tests.served import asking
from tests.talk import call, http, one_call, post

PAY, READ = "bank__pay", "bank__account_read"
STRANGERS = 120


async def ready(broker):
    async with http() as client:
        response = await client.get(f"{broker.base}/readyz")
    return response.status_code, response.json()["why"]


async def paid_until_refused(url, token, at_once=8):
    """How many payments were answered as made before the first was refused for want of a log."""
    made = 0

    async def one(number):
        nonlocal made
        async with http(token) as client:
            for step in range(10_000):
                response = await post(
                    client, url, *call(PAY, {"account_id": 1, "amount": (number * 10_000 + step + 1) / 100})
                )
                if response.status_code != 200 or response.json()["result"]["isError"]:
                    assert "broker_unavailable" in response.text
                    return
                made += 1

    async with anyio.create_task_group() as clients:
        for number in range(at_once):
            clients.start_soon(one, number)
    return made


def size(home):
    return sum(path.stat().st_size for path in (home.folder / "data").glob("broker.db*"))


def ends(home):
    return [one for one in home.log if one["kind"] in ENDS]


async def test_a_full_disk_shuts_it_and_a_restart_mends_it(fresh_bank):
    home = fresh_bank
    (task,) = home.grants([asking()])
    home.close()  # so that nothing else keeps the log's file from growing where it must
    broker = await anyio.to_thread.run_sync(lambda: home.start(fsize=size(home) + 200_000))
    made = await paid_until_refused(broker.url, task.token)
    assert made > 0
    assert await ready(broker) == (503, "latched")
    before = len(home.rows("SELECT id FROM payment"))
    for tool, arguments in ((PAY, {"account_id": 1, "amount": 99_999}), (READ, {"account_id": 1})):
        response = await one_call(broker.url, task.token, tool, arguments)
        assert "broker_unavailable" in response.text
    assert len(home.rows("SELECT id FROM payment")) == before
    assert await anyio.to_thread.run_sync(broker.terminate) == 0
    with home.serving() as again:
        assert await ready(again) == (200, None)
        response = await one_call(again.url, task.token, READ, {"account_id": 1})
        assert response.json()["result"]["isError"] is False
    intents = [one["call"] for one in home.log if one["kind"] == "call.intent"]
    assert sorted(intents) == sorted(one["call"] for one in ends(home))
    served = sum(one.get("status") == "served" and one["tool"] == "bank.pay" for one in ends(home))
    assert made <= served  # what was told is on record
    assert len(home.rows("SELECT id FROM payment")) <= len(intents)
    code, said, errors = home.run("audit", "verify", "--config", str(home.config))
    assert code == 0, said + errors


async def test_a_log_that_hangs_shuts_it(fresh_bank):
    home = fresh_bank
    home.config.write_text("[log]\ndeadline = 0.5\n")
    (task,) = home.grants([asking()])
    with home.serving() as broker:
        with closing(sqlite3.connect(home.folder / "data" / "broker.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            response = await one_call(broker.url, task.token, PAY, {"account_id": 1, "amount": 5})
            assert "broker_unavailable" in response.text
            assert await ready(broker) == (503, "latched")
        response = await one_call(broker.url, task.token, PAY, {"account_id": 1, "amount": 6})
        assert "broker_unavailable" in response.text
        assert home.rows("SELECT amount FROM payment") == []
        assert await anyio.to_thread.run_sync(broker.terminate) == 0
    with home.serving() as again:
        response = await one_call(again.url, task.token, PAY, {"account_id": 1, "amount": 7})
        assert response.json()["result"]["isError"] is False
    assert home.rows("SELECT amount FROM payment") == [(7.0,)]
    assert home.kinds("call.") == ["call.intent", "call.outcome"]


async def test_what_strangers_send_fills_no_disk(fresh_bank):
    with fresh_bank.serving() as broker:
        before = size(fresh_bank)
        async with httpx2.AsyncClient(verify=False) as client:
            for n in range(STRANGERS):
                headers = {"Authorization": f"Bearer {'x' * n}"} if n else {}
                assert (await client.post(broker.url, content=b"x" * 1_000, headers=headers)).status_code == 401
        assert size(fresh_bank) - before < 50_000
        assert await anyio.to_thread.run_sync(broker.terminate) == 0
    counted = [one["counts"] for one in fresh_bank.log if one["kind"] == "strangers.counted"]
    assert sum(one["bad_token"] for one in counted) == STRANGERS
