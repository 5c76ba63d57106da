"""Whatever fails and wherever a wait is cancelled: nothing is served unrecorded, and no call is left without an end."""

from __future__ import annotations

import threading

import anyio
import anyio.from_thread
import pytest

from broker.audit import verify
from broker.model.decision import Deny, Reason
from broker.model.faults import JournalFault
from broker.model.outcome import Intended
from broker.store.memory import Memory
from tests.unit.audit.audit_made import LIMITS, SIGNER, TOKEN, call, journal, masked, permit, records, task


@pytest.fixture
def store():
    return Memory()


@pytest.fixture
async def log(store):
    one = journal(store)
    await one.opened(task(), b"k" * 32, TOKEN, LIMITS)
    return one


def opened(store):
    report = verify.check((body for _, body in store.entries(0)), store.checkpoints(), SIGNER.vkey)
    assert report.problems == ()
    return report.open_calls


STEPS = {
    "intend": lambda log, _: log.intend(permit(digest="01")),
    "close": lambda log, intended: log.close(intended, masked()),
    "denied": lambda log, _: log.denied(call(), Deny(reason=Reason.UNKNOWN_TOOL)),
    "abandoned": lambda log, intended: log.abandoned(intended, Reason.TASK_ENDED, ""),
    "withheld": lambda log, intended: log.withheld(intended, ""),
    "opened": lambda log, _: log.opened(task("t2"), b"k" * 32, TOKEN, LIMITS),
    "ended": lambda log, _: log.ended("t1", by="operator", why=""),
    "recover": lambda log, _: log.recover(),
}


@pytest.mark.requirement("latch")
@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())
async def test_a_disk_that_fails_closes_the_broker_and_nothing_of_the_step_remains(store, log, step):
    intended = await log.intend(permit(digest="00"))
    before = records(store)
    store.broken = True
    with pytest.raises(JournalFault):
        await step(log, intended)
    store.broken = False
    assert log.latched == "the disk is full"
    with pytest.raises(JournalFault):
        await log.intend(permit(digest="02"))
    assert records(store) == before
    assert (await store.facts("t1")).key == b"k" * 32


@pytest.mark.requirement("latch")
async def test_a_disk_that_hangs_closes_the_broker(store):
    log = journal(store, deadline=0.05)
    store.hangs = threading.Event()
    with pytest.raises(JournalFault, match="in time"):
        await log.intend(permit())
    assert log.latched is not None
    with pytest.raises(JournalFault):
        await log.intend(permit())
    store.hangs.set()


async def test_where_the_end_cannot_be_recorded_the_body_ends_in_a_journal_fault(store, log):
    intended = await log.intend(permit())

    async def body():
        async with log.whatever_happens(intended):
            store.broken = True
            raise KeyError

    with pytest.raises(JournalFault):
        await body()
    assert opened(store) == (intended.permit.checked.call.id,)


async def served(log, digest, yields):
    """One call as the pipeline makes it, with a wait at each of its steps."""
    intended = await log.intend(permit(digest=digest))
    assert isinstance(intended, Intended)
    async with log.whatever_happens(intended) as step:
        await yields()
        step.sent = True
        await yields()
        step.answered = True
        await yields()
        return await log.close(intended, masked(vault=()))


@pytest.mark.requirement("cancel")
@pytest.mark.parametrize(
    ("at", "kind", "status"),
    [(1, "call.abandoned", None), (2, "call.outcome", "cancelled"), (3, "call.outcome", "cancelled")],
)
async def test_a_call_cancelled_at_any_of_its_waits_has_its_end_on_record(store, log, at, kind, status):
    waits = []

    async def yields():
        waits.append(1)
        if len(waits) == at:
            scope.cancel()
        await anyio.lowlevel.checkpoint()

    with anyio.CancelScope() as scope:
        await served(log, "00", yields)
    (end,) = records(store, kind)
    assert (end.get("status"), opened(store)) == (status, ())


class Cancelling(Memory):
    """Cancels the caller while its n-th transaction is under way."""

    def __init__(self):
        super().__init__()
        self.turns, self.at, self.scope = 0, 0, anyio.CancelScope()

    def _before_commit(self):
        self.turns += 1
        if self.turns == self.at:
            anyio.from_thread.run_sync(self.scope.cancel)


@pytest.mark.parametrize(("at", "kind", "status"), [(2, "call.abandoned", None), (3, "call.outcome", "served")])
async def test_a_call_cancelled_while_a_record_is_written_has_its_end_on_record(at, kind, status):
    store = Cancelling()
    log = journal(store)
    await log.opened(task(), b"k" * 32, TOKEN, LIMITS)
    store.at = at
    with store.scope:
        await served(log, "00", anyio.lowlevel.checkpoint)
    (end,) = records(store, kind)
    assert (end.get("status"), opened(store)) == (status, ())


async def test_a_hundred_calls_cancelled_together_each_have_one_end(store, log):
    async with anyio.create_task_group() as group:
        for at in range(100):
            group.start_soon(served, log, f"{at}", anyio.lowlevel.checkpoint)
        while len(records(store, "call.intent")) < 50:
            await anyio.lowlevel.checkpoint()
        group.cancel_scope.cancel()
    assert opened(store) == ()
    assert log.latched is None
