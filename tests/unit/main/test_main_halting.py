"""A serving process looks for what was frozen and revoked elsewhere: it stops what it must, and says so once."""

import threading

import anyio
import anyio.to_thread
import pytest

from broker.main import halting
from broker.model.faults import StoreFault
from broker.model.stop import Target, What
from tests.authority import a_house, answering, call, opened, revoke

ALL = Target(what=What.ALL)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(halting, "EVERY", 0.01)


class Told:
    """Counts, and lets wait for more."""

    def __init__(self):
        self.times, self._more = 0, anyio.Event()

    def __call__(self):
        self.times += 1
        self._more.set()
        self._more = anyio.Event()

    async def after(self, act, *words):
        with anyio.fail_after(20):
            more = self._more
            await act(*words)
            await more.wait()


@pytest.mark.requirement("frozen-stops")
async def test_it_stops_what_is_frozen_and_tells_of_each_act_once():
    house = a_house(answering())
    work, told = await opened(house), Told()
    async with anyio.create_task_group() as group:
        group.start_soon(halting.watch, house.pipeline, told)
        await told.after(house.journal.freeze, ALL, "operator ann", "a drill")
        await told.after(house.journal.thaw, ALL, "operator ann", "found")
        await told.after(revoke, house, work.target("token"))
        await told.after(revoke, house, work.target("token"))
        group.cancel_scope.cancel()
    assert told.times == 4


@pytest.mark.requirement("frozen-stops")
async def test_a_freeze_stops_a_call_and_a_revocation_lets_it_end_and_withholds_what_it_gives():
    for act, end in (("freeze", "context_not_met"), ("revoke", "bad_token")):
        tool = answering(waits=anyio.Event())
        house = a_house(tool)
        work, told, ends = await opened(house), Told(), []

        async def calls(house=house, work=work, ends=ends):
            ends.append(await call(house, work.clerk))

        async with anyio.create_task_group() as group:
            group.start_soon(halting.watch, house.pipeline, told)
            group.start_soon(calls)
            await tool.started.wait()
            if act == "freeze":
                await told.after(house.journal.freeze, ALL, "operator ann", "a drill")
                with anyio.fail_after(20):
                    await house.journal.settled()
            else:
                await told.after(revoke, house, work.target("block"))
                assert ends == []
                tool.waits.set()
                with anyio.fail_after(20):
                    await house.journal.settled()
            group.cancel_scope.cancel()
        outcome = next(one for one in house.records if one["kind"] == "call.outcome")
        assert (ends or [outcome["reason"]]) == [end]
        assert outcome["status"] == {"freeze": "cancelled", "revoke": "withheld"}[act]


@pytest.mark.requirement("frozen-stops")
async def test_a_store_that_cannot_be_read_ends_no_watch():
    house, told = a_house(answering()), Told()
    await opened(house)
    failed = threading.Event()

    def fails():
        failed.set()
        raise StoreFault("the disk is gone")

    house.store._standing = fails
    async with anyio.create_task_group() as group:
        group.start_soon(halting.watch, house.pipeline, told)
        await anyio.to_thread.run_sync(failed.wait)
        del house.store._standing
        await told.after(house.journal.freeze, ALL, "operator ann", "a drill")
        group.cancel_scope.cancel()
    assert told.times == 1
