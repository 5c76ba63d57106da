"""Each port fails at each of its uses in turn: nothing runs unrecorded, nothing is shown unclosed, nothing leaks."""

from contextlib import contextmanager
from dataclasses import replace

import pytest

from broker.adapters.broken import LEAVES, Broken
from broker.model.decision import Reason
from broker.model.faults import Effect as Happened
from broker.model.faults import StoreFault, ToolFault
from broker.model.outcome import NotOpened, OpenedTask, Refused, Served
from broker.model.tool import Argument, Effect, Policy
from broker.store.memory import Memory
from tests.broken_off import assert_whole, held, still_open
from tests.kit import House, house, scope, spec, tool_grant

SECRET = "ann@secret.example"
ROW = {"rows": [{"id": 1, "email": SECRET}, {"id": 2, "email": f"2{SECRET}"}], "truncated": False}
TAKES_HANDLES = Argument(schema={"type": "string"}, required=True, policy=Policy.TEXT, handles=frozenset({"email"}))
SEND = spec(leaves=LEAVES, arguments={"a": TAKES_HANDLES}, effects=frozenset({Effect.SEND}), authority=frozenset({"a"}))
SCOPE = scope({"t.t": tool_grant(calls=1_000, rows=50_000)}, mask={"email": {"else": "handle"}})
RAISED = [StoreFault(f"disk {SECRET}"), RuntimeError(SECRET), KeyError(SECRET), MemoryError(), RecursionError(SECRET)]


class Failing:
    """A port that raises at the `at`-th use of one of its methods, and counts its uses."""

    def __init__(self, port, method, raises, at):
        self._port, self._method, self._raises, self._at = port, method, raises, at
        self.uses = 0

    def __getattr__(self, name):
        found = getattr(self._port, name)
        if name != self._method:
            return found

        def fails(*args, **more):
            self.uses += 1
            if self.uses == self._at:
                raise self._raises
            return found(*args, **more)

        return fails


async def opened(tool):
    one = house(tool, spec_of=SEND, scope_of=SCOPE)
    await one.open()
    shown = await one.call()
    one.handle = shown.masked.content["rows"][0]["email"]
    return one


def spoilt(one, port, method, raises, at):
    failing = Failing(getattr(one.pipeline, port), method, raises, at)
    one.pipeline = replace(one.pipeline, **{port: failing})
    return failing


PORTS = [
    *(("tasks", "facts"), ("handles", "resolve"), ("handles", "open"), ("catalog", "grant"), ("catalog", "tool")),
    *(("clock", "now"), ("ids", "fresh"), ("ids", "key"), ("journal", "intend")),
]


@pytest.mark.parametrize("raises", RAISED, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize(("port", "method"), PORTS, ids=".".join)
async def test_a_port_that_fails_at_any_use_refuses_and_leaves_nothing_open(port, method, raises):
    at, used = 0, True
    while used:
        at += 1
        tool = Broken(leaves=LEAVES, answers=ROW)
        one = await opened(tool)
        failing = spoilt(one, port, method, raises, at)
        outcome = await one.call({"a": one.handle})
        used = failing.uses >= at
        assert isinstance(outcome, Refused if used else Served)
        assert_whole(one.store)
        assert tool.runs <= one.kinds("call.").count("call.intent")
        assert SECRET not in repr(outcome) + repr(one.records)
        assert one.journal.latched is None
        one.pipeline = replace(one.pipeline, **{port: failing._port})
        assert isinstance(await one.call({"a": "something else"}), Served)


async def test_a_key_that_does_not_open_tokens_knows_nobody():
    one = await opened(Broken(leaves=LEAVES, answers=ROW))

    def unseal(_token):
        raise RuntimeError(SECRET)

    one.pipeline = replace(one.pipeline, unseal=unseal)
    assert await one.call() == Refused(reason=Reason.BROKER_UNAVAILABLE)
    assert_whole(one.store)


class FailingLog(Memory):
    """Fails at the `at`-th transaction, before its work or at its commit."""

    at, early, begun = 0, False, 0

    @contextmanager
    def begin(self):
        self.begun += 1
        fails = self.begun == self.at
        if fails and self.early:
            raise StoreFault(f"disk {SECRET}")
        self.broken = fails
        with super().begin() as turn:
            yield turn


@pytest.mark.parametrize("early", [True, False], ids=["at begin", "at commit"])
async def test_a_log_that_fails_at_any_transaction_latches_and_a_restart_makes_it_whole(early):
    at, failed = 0, True
    while failed:
        at += 1
        tool = Broken(leaves=LEAVES, answers=ROW)
        store = FailingLog()
        one = house(tool, spec_of=SEND, scope_of=SCOPE, store=store)
        await one.open()
        store.early, store.at = early, store.begun + at
        outcome = await one.call()
        failed = one.journal.latched is not None
        assert isinstance(outcome, Refused if failed else Served)
        assert tool.runs <= one.kinds("call.").count("call.intent")
        if failed:
            assert await one.call({"a": "another"}) == Refused(reason=Reason.BROKER_UNAVAILABLE)
            await _restarted(one, tool)
    assert at == 3


async def _restarted(one, tool):
    """The same store in another life: what was open is written off, and what may have happened is not sent again."""
    runs, one.store.at, one.store.broken, one.store.boot = tool.runs, 0, False, "another life"
    again = House(one.shelf, store=one.store)
    again.key, again.token = one.key, one.token
    again.pipeline = replace(again.pipeline, unseal=one.pipeline.unseal)
    orphans = still_open(one.store)
    assert await again.journal.recover() == len(orphans) == runs
    assert_whole(one.store)
    outcome = await again.call()
    if runs:
        assert outcome == Refused(reason=Reason.EFFECT_UNKNOWN)
    else:
        assert isinstance(outcome, Served)
    assert isinstance(await again.call({"a": "another"}), Served)
    assert held(one.store) == []


@pytest.mark.parametrize("happened", Happened, ids=str)
@pytest.mark.parametrize("raises", [ToolFault, RuntimeError, TimeoutError, OSError, AssertionError])
async def test_a_tool_may_fail_in_any_way(raises, happened):
    # What an adapter says of itself is for the auditor: a constant of the house, never a value.
    fault = ToolFault("no answer", effect=happened) if raises is ToolFault else raises(SECRET)
    one = house(Broken(leaves=LEAVES, raises=fault), spec_of=SEND, scope_of=SCOPE)
    await one.open()
    outcome = await one.call()
    assert isinstance(outcome, Refused)
    assert_whole(one.store)
    assert SECRET not in repr(outcome) + repr(one.records)


@pytest.mark.parametrize(
    "step", [-86_400, -1, 0, 10**9], ids=["a day back", "a second back", "stands still", "far ahead"]
)
async def test_a_clock_that_jumps_breaks_nothing(step):
    class Jumps(Broken):
        async def invoke(self, opened_call, progress):
            one.clock.at += step
            return await super().invoke(opened_call, progress)

    tool = Jumps(leaves=LEAVES, answers=ROW)
    one = house(tool, spec_of=SEND, scope_of=SCOPE)
    await one.open()
    await one.call()
    await one.call({"a": "again"})
    assert_whole(one.store)
    assert all(record.get("duration_us", 0) >= 0 for record in one.records)
    assert tool.runs == (1 if step == 10**9 else 2)  # far ahead, the token has run out


class Repeats:
    """Ids of which no two differ."""

    def fresh(self):
        return "a" * 26

    def key(self):
        return bytes(32)


async def test_handles_that_would_repeat_are_withheld():
    tool = Broken(leaves=LEAVES, answers=ROW)
    one = house(tool, spec_of=SEND, scope_of=SCOPE)
    await one.open()
    one.pipeline = replace(one.pipeline, ids=Repeats())
    assert await one.call() == Refused(reason=Reason.RESULT_WITHHELD)
    assert_whole(one.store)


async def test_two_calls_of_one_id_are_never_both_served():
    tool = Broken(leaves=LEAVES, answers={"rows": [], "truncated": False})
    one = house(tool, spec_of=SEND, scope_of=SCOPE)
    await one.open()
    one.ids = Repeats()
    first, second = await one.call(), await one.call({"a": "another"})
    assert isinstance(first, Served)
    assert isinstance(second, Served | Refused)
    assert one.kinds("call.").count("call.intent") == one.kinds("call.").count("call.outcome")


@pytest.mark.parametrize("raises", RAISED, ids=lambda one: type(one).__name__)
async def test_a_task_is_opened_whole_or_not_at_all(raises):
    for port, method in (("clock", "now"), ("ids", "fresh"), ("ids", "key"), ("catalog", "scope"), ("catalog", "spec")):
        at, used = 0, True
        while used:
            at += 1
            one = house(Broken(), scope_of=SCOPE)
            failing = spoilt(one, port, method, raises, at)
            try:
                opened_task = await one.open()
            except type(raises):
                opened_task = None
            used = failing.uses >= at
            kinds = one.kinds("task.")
            assert isinstance(opened_task, OpenedTask) is ("task.opened" in kinds) or opened_task is None
            assert not isinstance(opened_task, NotOpened)
