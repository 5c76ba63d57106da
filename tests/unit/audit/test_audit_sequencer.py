"""Many callers, one transaction; and a log that fails or hangs closes for good."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import anyio
import orjson
import pytest

from broker.audit.checkpoint import read_checkpoint
from broker.audit.sequencer import Sequencer
from broker.model.faults import JournalFault, StoreFault
from broker.model.record import Entry
from broker.store.memory import Memory
from tests import kit
from tests.unit.audit.audit_made import SIGNER, records


class Counting(Memory):
    """Counts its transactions; `hangs` makes them wait."""

    def __init__(self):
        super().__init__()
        self.turns = 0
        self.entered = threading.Event()
        self.left = threading.Event()

    @contextmanager
    def begin(self):
        self.turns += 1
        self.entered.set()
        try:
            with super().begin() as turn:
                yield turn
        finally:
            self.left.set()


def noted(name, value=None):
    entry = Entry(kind="test", call=name, task="", body=orjson.dumps({"kind": "test", "call": name}))
    return lambda _turn: (name if value is None else value, [entry])


def names(store):
    return [one["call"] for one in records(store)]


async def held(store, sequencer, group, work):
    """A first commit that hangs in the store, so that what comes after it has to wait."""
    store.hangs = threading.Event()
    group.start_soon(sequencer.commit, work)
    await anyio.to_thread.run_sync(store.entered.wait)
    return store.hangs


@pytest.mark.requirement("group-commit")
async def test_who_waits_shares_one_transaction_and_each_gets_its_own_value():
    store, got = Counting(), {}
    sequencer = Sequencer(store, SIGNER, 5)

    async def commit(name):
        got[name] = await sequencer.commit(noted(name))

    async with anyio.create_task_group() as group:
        go = await held(store, sequencer, group, noted("first"))
        for at in range(600):
            group.start_soon(commit, str(at))
        await anyio.wait_all_tasks_blocked()
        go.set()
    assert got == {str(at): str(at) for at in range(600)}
    assert names(store) == ["first", *(str(at) for at in range(600))]
    assert store.turns == 3  # the first; 512; 88
    notes = [read_checkpoint(note, SIGNER.vkey) for note in store.checkpoints()]
    assert [one.size for one in notes] == [1, 513, 601]


@pytest.mark.requirement("group-commit")
async def test_a_work_that_raises_fails_alone_and_leaves_nothing_behind():
    store = Memory()
    sequencer = Sequencer(store, SIGNER, 5)
    failed = []

    def bug(turn):
        turn.strike("t")
        raise ValueError("mine")

    async def one():
        try:
            await sequencer.commit(bug)
        except ValueError as error:
            failed.append(str(error))

    async with anyio.create_task_group() as group:
        group.start_soon(one)
        group.start_soon(sequencer.commit, noted("other"))
    assert (failed, names(store), sequencer.latched) == (["mine"], ["other"], None)


async def test_a_work_that_raises_with_nobody_beside_it_leaves_nothing_behind_either():
    store = Memory()
    sequencer = Sequencer(store, SIGNER, 5)
    task = kit.task()

    def half(turn):
        turn.open_task(task, bytes(32))
        raise LookupError("half of it was done")

    with pytest.raises(LookupError, match="half of it"):
        await sequencer.commit(half)
    assert await store.facts(task.id) is None
    await sequencer.commit(noted("after"))
    assert names(store) == ["after"]


@pytest.mark.parametrize("fault", [StoreFault("the disk is full"), MemoryError()])
async def test_a_store_that_fails_latches_whatever_it_fails_of(fault):
    class Failing(Memory):
        def _before_commit(self):
            raise fault

    store = Failing()
    sequencer = Sequencer(store, SIGNER, 5)
    with pytest.raises(JournalFault):
        await sequencer.commit(noted("a"))
    assert sequencer.latched is not None
    assert names(store) == []


async def test_a_fault_inside_a_work_latches_too():
    sequencer = Sequencer(Memory(), SIGNER, 5)

    def work(_turn):
        raise StoreFault("the disk failed")

    with pytest.raises(JournalFault, match="the disk failed"):
        await sequencer.commit(work)
    assert sequencer.latched == "the disk failed"


@pytest.mark.requirement("latch")
async def test_once_latched_nothing_runs_any_more():
    store = Memory()
    sequencer = Sequencer(store, SIGNER, 5)
    store.broken = True
    with pytest.raises(JournalFault):
        await sequencer.commit(noted("a"))
    store.broken = False
    ran = []
    with pytest.raises(JournalFault, match="the disk is full"):
        await sequencer.commit(lambda _turn: (ran.append(1), []))
    assert (ran, names(store)) == ([], [])


async def test_a_hang_is_an_error_and_what_waited_behind_it_never_runs():
    store, ran, faults = Counting(), [], []
    sequencer = Sequencer(store, SIGNER, 0.05)

    async def commit(name):
        try:
            await sequencer.commit(lambda _turn: (ran.append(name), []))
        except JournalFault as fault:
            faults.append(str(fault))

    store.hangs = threading.Event()
    async with anyio.create_task_group() as group:
        for name in ("taken", "waiting"):
            group.start_soon(commit, name)
    assert faults == ["the log did not answer in time"] * 2
    store.hangs.set()
    await anyio.to_thread.run_sync(store.left.wait)
    assert (ran, records(store)) == ([], [])


async def test_what_was_done_too_late_is_undone():
    store, go = Counting(), threading.Event()
    sequencer = Sequencer(store, SIGNER, 0.05)
    _, (entry,) = noted("late")(None)
    with pytest.raises(JournalFault):
        await sequencer.commit(lambda _turn: (go.wait(), [entry]))
    go.set()
    await anyio.to_thread.run_sync(store.left.wait)
    assert records(store) == []


async def test_a_caller_that_is_cancelled_while_it_waits_takes_its_work_back():
    store = Counting()
    sequencer = Sequencer(store, SIGNER, 5)
    async with anyio.create_task_group() as group:
        go = await held(store, sequencer, group, noted("first"))
        async with anyio.create_task_group() as impatient:
            impatient.start_soon(sequencer.commit, noted("cancelled"))
            await anyio.wait_all_tasks_blocked()
            impatient.cancel_scope.cancel()
        go.set()
    await sequencer.commit(noted("after"))
    assert names(store) == ["first", "after"]


async def test_a_caller_that_is_cancelled_once_its_work_is_taken_still_learns_the_truth():
    store, got = Counting(), []
    sequencer = Sequencer(store, SIGNER, 5)

    async def commit(name):
        got.append(await sequencer.commit(noted(name)))

    async with anyio.create_task_group() as group:
        go = await held(store, sequencer, group, noted("first"))
        async with anyio.create_task_group() as impatient:
            impatient.start_soon(commit, "leader")
            impatient.start_soon(commit, "follower")
            await anyio.wait_all_tasks_blocked()
            store.entered.clear()
            second = threading.Event()
            store.hangs = second
            go.set()
            await anyio.to_thread.run_sync(store.entered.wait)
            impatient.cancel_scope.cancel()
            second.set()
    assert sorted(got) == ["follower", "leader"]
    assert sorted(names(store)) == ["first", "follower", "leader"]
