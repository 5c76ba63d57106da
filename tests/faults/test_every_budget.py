"""A hundred calls at once against what is left: exact over the real store, by task and by person."""

import sqlite3
from collections import Counter
from contextlib import closing
from decimal import Decimal

import anyio
import pytest

from broker.model.call import Request
from broker.model.chain import Credential
from broker.model.decision import Reason
from broker.model.outcome import Served
from tests.broken_off import assert_whole
from tests.fuzz.wire import laid, running, task

AT_ONCE = 100


async def volley(broker, calls):
    """Token, tool, arguments of each call, all at once: how often which end came."""
    ends = Counter()

    async def one(token, tool, arguments):
        request = Request(id=broker.pipeline.ids.fresh(), tool=tool, arguments=arguments, credential=Credential(token))
        outcome = await broker.pipeline.handle(request)
        ends[Served if isinstance(outcome, Served) else outcome.reason] += 1

    async with anyio.create_task_group() as tasks:
        for call in calls:
            tasks.start_soon(one, *call)
    return ends


def used(broker, key):
    """Item -> what stands against it, once nothing is under way."""
    assert_whole(broker.archive)
    with broker.archive._reading() as connection:
        found = connection.exec_driver_sql("SELECT item, amount FROM spend WHERE key = ?", (key,)).all()
    sums = Counter()
    for item, amount in found:
        sums[item] += Decimal(amount)
    return sums


def paid(folder):
    with closing(sqlite3.connect(folder / "data" / "bank.db")) as database:
        return [amount for (amount,) in database.execute("SELECT amount FROM payment")]


async def spent_out(broker, calls):
    """The same again as long as calls under way were in the way: how often each end but that came."""
    ends = busy = await volley(broker, calls)
    while busy[Reason.BUDGET_BUSY]:
        busy = await volley(broker, calls[: busy[Reason.BUDGET_BUSY]])
        ends = ends + busy
    del ends[Reason.BUDGET_BUSY]
    return ends


async def test_so_many_calls_and_no_more(tmp_path):
    async with running(laid(tmp_path)) as (broker, _):
        one = await task(broker, "thrifty")
        calls = [(one.token, "bank.account_read", {"account_id": 1})] * AT_ONCE
        ends = await spent_out(broker, calls)
        assert ends[Served] == 3
        assert set(ends) == {Served, Reason.BUDGET_SPENT}
        spent = used(broker, one.task.id)
        assert (spent["tool:bank.account_read:calls"], spent["calls"], spent["rows"]) == (3, 3, 3)
        assert (await volley(broker, calls[:10])) == {Reason.BUDGET_SPENT: 10}


@pytest.mark.parametrize("amount", [0.1, 7, 33.34])
async def test_so_much_money_and_no_cent_more(tmp_path, amount):
    async with running(laid(tmp_path)) as (broker, _):
        one = await task(broker, "thrifty")
        pay = (one.token, "bank.pay", {"account_id": 1, "amount": amount})
        ends = await spent_out(broker, [pay] * AT_ONCE)
        fits = min(int(Decimal(100) / Decimal(str(amount))), 10)  # the task has ten rows, and each payment answers one
        assert ends[Served] == fits
        spent = used(broker, one.task.id)
        assert spent["tool:bank.pay.amount"] == fits * Decimal(str(amount)) <= 100
        assert len(paid(tmp_path)) == fits


async def test_a_ceiling_is_exact_over_two_tasks_of_one_person(tmp_path):
    async with running(laid(tmp_path)) as (broker, _):
        mine = [await task(broker, "thrifty", account=n) for n in (1, 2)]
        other = await task(broker, "thrifty", "jonas")
        calls = [
            (one.token, "bank.pay", {"account_id": n, "amount": 10.01})
            for _ in range(AT_ONCE // 2)
            for n, one in enumerate(mine, start=1)
        ]
        ends = await spent_out(broker, [*calls, (other.token, "bank.pay", {"account_id": 1, "amount": 100})])
        assert ends[Served] == 14 + 1  # 14 times 10.01 is below 150, 15 times is above
        assert used(broker, "principal:local:maria")["bank.pay.amount"] == Decimal("140.14")
        assert used(broker, "principal:local:jonas")["bank.pay.amount"] == 100
        assert sum(paid(tmp_path)) == pytest.approx(240.14)


WATCHED = """
scope: watched
why: Tests meet the end of what may be read about one person.
for: {roles: [teller], agents: ["robot-*"], purposes: [service]}
task: {account: 1..}
expires: 1h
seal: true
tools:
  bank.account_read: {args: {account_id: $account}, rows: $account}
budget: {calls: 1000}
ceiling: {per: subject, window: 1d, calls: 7}
"""


@pytest.mark.requirement("ceiling")
async def test_a_ceiling_is_exact_over_all_who_ask_about_one_person(tmp_path):
    settings = laid(tmp_path)
    (tmp_path / "scopes" / "watched.yaml").write_text(WATCHED)
    async with running(settings) as (broker, _):
        tasks = [await task(broker, "watched", user, account=1) for user in ("maria", "jonas")]
        other = await task(broker, "watched", account=2)
        about = [(one.token, "bank.account_read", {"account_id": 1}) for one in tasks]
        ends = await spent_out(broker, about * (AT_ONCE // 2))
        assert (ends[Served], set(ends)) == (7, {Served, Reason.BUDGET_SPENT})
        assert await volley(broker, [(other.token, "bank.account_read", {"account_id": 2})]) == {Served: 1}


async def test_rows_that_calls_under_way_may_read_are_not_promised_twice(tmp_path):
    async with running(laid(tmp_path)) as (broker, _):
        one = await task(broker, "thrifty", account=1)
        calls = [(one.token, "bank.pay", {"account_id": 1, "amount": n / 100}) for n in range(1, AT_ONCE)]
        assert (await spent_out(broker, calls))[Served] == 10
        spent = used(broker, one.task.id)
        assert spent["rows"] == 10  # each payment answers one row; the task has ten
        assert len(paid(tmp_path)) == 10


@pytest.mark.parametrize("amount", [-1, 0, 1e-12, 1e308, True, "1", None])
async def test_an_amount_that_is_none_spends_nothing(tmp_path, amount):
    async with running(laid(tmp_path)) as (broker, _):
        one = await task(broker, "thrifty")
        ends = await volley(broker, [(one.token, "bank.pay", {"account_id": 1, "amount": amount})] * 5)
        assert set(ends) <= {Reason.VALUE_NOT_ALLOWED, Reason.ARGUMENTS_INVALID}
        assert not used(broker, one.task.id)
        assert paid(tmp_path) == []


async def test_two_brokers_on_one_store_share_every_limit(tmp_path):
    settings = laid(tmp_path)
    async with running(settings) as (here, _), running(settings) as (there, _):
        one = await task(here, "thrifty")
        pay = (one.token, "bank.pay", {"account_id": 1, "amount": 9})
        found = []

        async def half(broker):
            found.append(await spent_out(broker, [pay] * (AT_ONCE // 2)))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(half, here)
            tasks.start_soon(half, there)
        assert sum(ends[Served] for ends in found) == 10  # ten rows are left sooner than 100 in money
        assert used(here, one.task.id)["tool:bank.pay.amount"] == 90
