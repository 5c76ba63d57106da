"""A worker that dies, hangs or is cut off harms its own call alone, and what it may have done is told truly."""

import os
import signal
import subprocess

import anyio
import anyio.from_thread
import anyio.lowlevel
import anyio.to_thread
import pytest

from broker.adapters.python.pool import AT_ONCE, Worker
from broker.model.decision import Reason
from broker.model.faults import Effect, ToolFault
from broker.model.outcome import Refused
from broker.pipeline import NOBODY
from tests import kit
from tests.python_kit import NUMBER, TEXT, found, install, is_gone, kind_of, opened, run

A = {"a": NUMBER}
HOW = {"how": TEXT}


@pytest.fixture
def kind(tmp_path):
    made = kind_of(tmp_path)
    yield made
    for pool in made.pools.values():
        pool.close()


class Told:
    """Progress that says when the function has begun, and what it told first."""

    def __init__(self):
        self.began, self.first = anyio.Event(), None

    async def __call__(self, done, total):
        if not self.began.is_set():
            self.first = (done, total)
            self.began.set()


async def hang(kind, told):
    await run(kind, "hangs", progress=told)


def kill(pid):
    """And wait until it is dead, without hearing of it before its parent does."""
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


@pytest.mark.parametrize("how", ["exit", "kill", "fault"])
async def test_a_worker_that_dies_may_have_done_something_and_the_next_call_has_another(kind, how):
    before = await run(kind, "who")
    with pytest.raises(ToolFault) as caught:
        await run(kind, "dies", {"how": how}, HOW)
    assert caught.value.effect is Effect.UNKNOWN
    assert await run(kind, "who") != before
    assert is_gone(before["pid"])


async def test_a_worker_that_was_killed_while_idle_is_replaced(kind):
    before = await run(kind, "who")
    kill(before["pid"])
    assert await run(kind, "who") != before


async def test_a_call_that_is_cancelled_kills_its_worker_and_all_that_it_started(kind):
    told = Told()
    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(hang, kind, told)
            await told.began.wait()
            scope.cancel()
    assert scope.cancelled_caught  # nobody knows what it did: the wait ends as a wait that was cut off
    assert [is_gone(pid) for pid in told.first] == [True, True]
    assert await run(kind, "add", {"a": 1}, A) == {"sum": 2}


async def test_a_call_that_never_began_says_that_it_did_nothing(kind):
    told = [Told() for _ in range(AT_ONCE)]
    async with anyio.create_task_group() as tasks:
        for one in told:
            tasks.start_soon(hang, kind, one)
        for one in told:
            await one.began.wait()
        with anyio.CancelScope() as scope:
            scope.cancel()  # as soon as it waits for one of the workers
            with pytest.raises(ToolFault) as caught:
                await run(kind, "add", {"a": 1}, A)
        assert caught.value.effect is Effect.NONE
        tasks.cancel_scope.cancel()
    assert await run(kind, "add", {"a": 1}, A) == {"sum": 2}


async def test_a_function_that_hangs_does_not_keep_another_waiting(kind):
    told = Told()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(hang, kind, told)
        await told.began.wait()
        assert await run(kind, "add", {"a": 1}, A) == {"sum": 2}
        tasks.cancel_scope.cancel()


async def test_calls_run_beside_each_other_in_workers_of_their_own(kind, tmp_path):
    gate, told, values = tmp_path / "gate", [Told() for _ in range(AT_ONCE)], []

    async def wait(one):
        values.append(await run(kind, "waits", {"path": str(gate)}, {"path": TEXT}, progress=one))

    async with anyio.create_task_group() as tasks:
        for one in told:
            tasks.start_soon(wait, one)
        for one in told:
            await one.began.wait()
        gate.touch()  # all of them have begun, and none has ended
    assert len({value["pid"] for value in values}) == AT_ONCE


async def test_an_answer_that_was_there_before_the_cut_is_kept(kind, tmp_path):
    made = found(kind, "waits", {"path": TEXT})
    call = opened(made, {"path": str(tmp_path / "gate")}, {"path": TEXT})
    values = []

    async def ask(told):
        values.append(await made[1].invoke(call, told))

    told = Told()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask, told)
        await told.began.wait()
        for _ in range(20):  # until the step is told, for the thread waits for that
            await anyio.lowlevel.checkpoint()
        (tmp_path / "gate").touch()
        while not made[1].pool._idle:  # the loop stands still: the answer is there, and nobody has seen it
            os.sched_yield()
        tasks.cancel_scope.cancel()
    assert len(values) == 1


async def test_a_call_beyond_its_time_is_refused_and_recorded(kind):
    made = found(kind, "hangs", returns={"sum": kit.leaf()})
    spec = kit.spec(arguments={}, leaves=made[0].leaves, timeout=0.5, max_rows=1)
    house = kit.house(made[1], spec_of=spec, scope_of=kit.scope({"t.t": kit.tool_grant({})}))
    await house.open()
    outcome = await house.call({})
    assert outcome == Refused(reason=Reason.SOURCE_FAILED, about=outcome.about)
    assert house.kinds("call.") == ["call.intent", "call.outcome"]
    assert all(is_gone(worker.process.pid) for worker in made[1].pool._idle)


async def test_a_package_that_changed_under_the_broker_is_not_run(kind, tmp_path):
    before = await run(kind, "who")
    made = found(kind, "add", A)
    install(tmp_path, {"calls.py": "def add(a):\n    return {'sum': 666}\n"})
    kill(before["pid"])
    with pytest.raises(ToolFault) as caught:
        await made[1].invoke(opened(made, {"a": 1}, A), NOBODY.progress)
    assert caught.value.effect is Effect.NONE
    assert made[1].changed() is not None


async def test_another_file_under_the_modules_name_is_not_called(tmp_path):
    kind = kind_of(tmp_path / "own")
    install(tmp_path / "other", {"calls.py": "def add(a):\n    return {'sum': 666}\n"})
    made = found(kind, "add", A)
    made[1].pool.more = (str(tmp_path / "other"), *kind.more)
    with pytest.raises(ToolFault) as caught:
        await made[1].invoke(opened(made, {"a": 1}, A), NOBODY.progress)
    assert caught.value.effect is Effect.NONE
    made[1].pool.close()


async def test_a_worker_ends_with_the_broker_though_its_function_hangs(kind):
    told, made, ends = Told(), found(kind, "hangs"), []
    worker = made[1].pool.take()
    request = made[1].target.request({}, 100)

    def tell(done, total):
        anyio.from_thread.run(told, done, total)

    def ask():
        with pytest.raises(ToolFault) as caught:
            worker.ask(request, 100, tell)
        ends.append((caught.value.effect, worker.process.wait()))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(anyio.to_thread.run_sync, ask)
        await told.began.wait()
        worker.process.stdin.close()  # as the end of a process closes it
    assert ends == [(Effect.UNKNOWN, 0)]
    worker.end()
    os.kill(told.first[1], signal.SIGKILL)  # what the function started is nobody's now


def test_workers_end_when_nobody_holds_their_pool(tmp_path):
    kind = kind_of(tmp_path)
    pool = found(kind, "add", A)[1].pool
    worker = pool.take()
    pid = worker.process.pid
    pool.give(worker)
    del pool, kind
    assert is_gone(pid)


ANSWERS = {
    "nothing": (b"", "ended", Effect.NONE),
    "nothing behind a beginning": (b"b\n", "ended", Effect.UNKNOWN),
    "half a line": (b"b\nr1", "gave more", Effect.UNKNOWN),
    "a line without an end": (b"b\nr" + b"1" * 1000, "gave more", Effect.UNKNOWN),
    "a result beyond its size": (b"b\nr" + b"1" * 101 + b"\n", "no worker answers", Effect.UNKNOWN),
    "another kind of line": (b"x\n", "no worker answers", Effect.NONE),
    "an empty line": (b"\n", "no worker answers", Effect.NONE),
    "a name that is none": (b"b\nfsecret words\n", "raised an exception", Effect.UNKNOWN),
    "progress that is none": (b"b\np[1\np{}\np[1,2,3]\np\np\xff\np[1e999,1]\nfE\n", "raised `E`", Effect.UNKNOWN),
}


@pytest.mark.parametrize(("raw", "said", "effect"), ANSWERS.values(), ids=ANSWERS)
def test_a_worker_that_answers_against_the_rules_is_not_believed(tmp_path, raw, said, effect):
    (tmp_path / "raw").write_bytes(raw)
    command = ["/bin/sh", "-c", 'read -r line; cat "$0"', str(tmp_path / "raw")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
    worker, told = Worker(process), []
    with pytest.raises(ToolFault, match=said) as caught:
        worker.ask(b"{}", 100, lambda *step: told.append(step))
    assert (caught.value.effect, told) == (effect, [])
    assert "secret" not in str(caught.value)
    worker.end()
    assert process.returncode is not None


async def test_a_package_that_is_gone_is_not_run(kind, tmp_path):
    made = found(kind, "add", A)
    (tmp_path / "rates" / "calls.py").unlink()
    with pytest.raises(ToolFault, match="not installed") as caught:
        await made[1].invoke(opened(made, {"a": 1}, A), NOBODY.progress)
    assert caught.value.effect is Effect.NONE


def test_what_no_json_holds_is_not_sent(kind):
    with pytest.raises(ToolFault) as caught:
        found(kind, "add", A)[1].target.request({"a": 2**70}, 100)
    assert caught.value.effect is Effect.NONE
