"""When a part fails, nothing is served, nothing leaks, and the record says so."""

import threading

import anyio
import pytest

from broker.adapters.broken import LEAVES, Broken
from broker.model.decision import Reason
from broker.model.faults import Effect as Happened
from broker.model.faults import ToolFault
from broker.model.outcome import NotOpened, Refused, Served
from broker.model.tool import Effect
from tests.kit import house, leaf, scope, spec, tool_grant

SECRET = "hunter2-the-password"
ROW = {"rows": [{"id": 1}], "truncated": False}
READ = spec(leaves=LEAVES)
WRITE = spec(leaves=LEAVES, effects=frozenset({Effect.WRITE}), authority=frozenset({"a"}))


async def opened(tool, **more):
    one = house(tool, **more)
    await one.open()
    return one


def outcomes(one):
    return [record for record in one.records if record["kind"] in {"call.outcome", "call.abandoned", "call.denied"}]


@pytest.mark.requirement("one-end")
async def test_a_call_has_its_intent_and_its_outcome():
    one = await opened(Broken(leaves=LEAVES, answers=ROW), spec_of=READ)
    assert isinstance(await one.call(), Served)
    assert one.kinds("call.") == ["call.intent", "call.outcome"]


@pytest.mark.requirement("unmasked-stays-inside")
@pytest.mark.parametrize(
    "raised", [ToolFault(SECRET), ToolFault(SECRET, effect=Happened.NONE), ValueError(SECRET)], ids=repr
)
@pytest.mark.parametrize("spec_of", [READ, WRITE], ids=["read", "write"])
async def test_a_tools_own_message_never_leaves(raised, spec_of):
    one = await opened(Broken(raises=raised), spec_of=spec_of)
    outcome = await one.call()
    assert isinstance(outcome, Refused)
    assert outcome.reason in {Reason.SOURCE_FAILED, Reason.BROKER_UNAVAILABLE}
    assert SECRET not in repr(outcome)
    assert one.kinds("call.") == ["call.intent", "call.outcome"]


@pytest.mark.requirement("deadline")
async def test_a_source_that_is_not_there_may_be_tried_again():
    one = await opened(Broken(raises=ToolFault("gone", effect=Happened.NONE, is_unreachable=True)), spec_of=WRITE)
    assert await one.call() == Refused(reason=Reason.SOURCE_UNAVAILABLE)
    assert await one.call() == Refused(reason=Reason.SOURCE_UNAVAILABLE)


@pytest.mark.requirement("deadline")
async def test_a_hanging_tool_is_cut_off():
    one = await opened(Broken(hangs=True), spec_of=spec(timeout=0.05))
    assert await one.call() == Refused(reason=Reason.SOURCE_FAILED)
    assert one.kinds("call.") == ["call.intent", "call.outcome"]


@pytest.mark.requirement("no-blind-repeat")
async def test_an_effect_that_may_have_happened_is_not_sent_again_blindly():
    tool = Broken(hangs=True)
    one = await opened(tool, spec_of=spec(timeout=0.05, effects=frozenset({Effect.SEND}), authority=frozenset({"a"})))
    await one.call()
    assert await one.call() == Refused(reason=Reason.EFFECT_UNKNOWN)
    assert tool.runs == 1
    assert isinstance(await one.call({"a": "another"}), Refused)
    assert tool.runs == 2


async def test_a_cancelled_call_still_has_an_end_on_record():
    tool = Broken(hangs=True)
    one = await opened(tool)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(one.call)
        with anyio.fail_after(5):
            await tool.started.wait()
        tasks.cancel_scope.cancel()
    assert one.kinds("call.") == ["call.intent", "call.outcome"]


@pytest.mark.requirement("unrecorded-not-run")
async def test_without_an_intent_on_record_nothing_runs_and_the_broker_stays_shut():
    tool = Broken(leaves=LEAVES, answers=ROW)
    one = await opened(tool)
    one.store.broken = True
    assert await one.call() == Refused(reason=Reason.BROKER_UNAVAILABLE)
    one.store.broken = False
    assert await one.call() == Refused(reason=Reason.BROKER_UNAVAILABLE)
    assert tool.runs == 0
    assert one.journal.latched is not None


@pytest.mark.requirement("unclosed-not-shown")
async def test_unclosed_is_not_shown():
    def trip(_opened):
        one.store.broken = True

    one = await opened(Broken(leaves=LEAVES, answers=ROW, effect=trip), spec_of=READ)
    assert await one.call() == Refused(reason=Reason.BROKER_UNAVAILABLE)
    assert one.kinds("call.") == ["call.intent"]


@pytest.mark.requirement("latch")
async def test_a_log_that_hangs_is_a_log_that_failed():
    tool = Broken(leaves=LEAVES, answers=ROW)
    one = await opened(tool, deadline=0.2)
    one.store.hangs = threading.Event()
    try:
        assert await one.call() == Refused(reason=Reason.BROKER_UNAVAILABLE)
        assert one.journal.latched is not None
    finally:
        one.store.hangs.set()
    assert await one.call() == Refused(reason=Reason.BROKER_UNAVAILABLE)
    assert tool.runs == 0


@pytest.mark.requirement("decided-afresh")
async def test_a_task_that_ends_meanwhile_shows_nothing():
    class Ends(Broken):
        async def invoke(self, opened_call, progress):
            await one.journal.ended(one.task, by="operator", why="test")
            return await super().invoke(opened_call, progress)

    one = await opened(Ends(leaves=LEAVES, answers=ROW), spec_of=READ)
    assert await one.call() == Refused(reason=Reason.TASK_ENDED)


@pytest.mark.requirement("task-end-destroys")
async def test_an_ended_task_calls_nothing():
    tool = Broken(leaves=LEAVES, answers=ROW)
    one = await opened(tool)
    assert await one.journal.ended(one.task, by="operator", why="test")
    assert await one.call() == Refused(reason=Reason.TASK_ENDED)
    assert (tool.runs, one.kinds("call.")) == (0, ["call.denied"])


@pytest.mark.requirement("size-limits")
@pytest.mark.parametrize("size", [1 << 30])
async def test_a_result_beyond_what_was_reserved_is_withheld(size):
    one = await opened(Broken(leaves=LEAVES, answers=ROW, size=size), spec_of=READ)
    assert await one.call() == Refused(reason=Reason.RESULT_WITHHELD)


@pytest.mark.requirement("published-schema")
async def test_a_result_that_breaks_its_published_schema_is_withheld():
    one = await opened(Broken(answers=[SECRET], leaves=LEAVES), spec_of=READ)
    outcome = await one.call()
    assert isinstance(outcome, Refused)


@pytest.mark.requirement("strangers-counted")
async def test_a_stranger_leaves_a_count_and_no_record():
    tool = Broken(leaves=LEAVES, answers=ROW)
    one = await opened(tool)
    before = len(one.records)
    for token in ("", "x.y.z", f"{one.token}A", one.token.split("~")[0]):
        assert (await one.call(token=token)).reason is Reason.BAD_TOKEN
    assert (len(one.records), tool.runs) == (before, 0)
    await one.journal.flush_strangers()
    (counted,) = [record for record in one.records if record["kind"] == "strangers.counted"]
    assert counted["counts"] == {"bad_token": 4}


@pytest.mark.requirement("identify")
async def test_an_expired_token_is_turned_away():
    one = await opened(Broken(leaves=LEAVES, answers=ROW))
    one.clock.at += 901
    assert (await one.call()).reason is Reason.TOKEN_EXPIRED


async def test_the_budget_ends():
    one = await opened(Broken(leaves=LEAVES, answers=ROW), spec_of=READ, scope_of=scope({"t.t": tool_grant(calls=1)}))
    assert isinstance(await one.call(), Served)
    assert await one.call() == Refused(reason=Reason.BUDGET_SPENT)


@pytest.mark.requirement("canary")
async def test_a_canary_ends_the_task():
    tool = Broken(leaves=LEAVES, answers=ROW)
    one = await opened(tool, spec_of=spec(canary=True))
    assert (await one.call()).reason is Reason.TASK_ENDED
    assert (tool.runs, one.kinds("task.")[-1]) == (0, "task.suspended")
    assert (await one.call(tool="t.none")).reason in {Reason.TASK_ENDED, Reason.UNKNOWN_TOOL}


async def test_a_task_that_may_not_be_opened_is_on_record():
    one = house(Broken())
    assert isinstance(await one.open(purpose="other"), NotOpened)
    assert one.kinds("task.") == ["task.refused"]


@pytest.mark.requirement("handle-no-oracle")
async def test_three_made_up_handles_suspend_the_task():
    arguments = {"a": spec().arguments["a"]}
    taking = {
        "a": type(arguments["a"])(
            schema={"type": "string"}, required=True, policy=arguments["a"].policy, handles=frozenset({"email"})
        )
    }
    tool = Broken(leaves=LEAVES, answers=ROW)
    one = await opened(tool, spec_of=spec(arguments=taking, leaves={"truncated": leaf()}))
    for _ in range(3):
        assert (await one.call({"a": "hdl-email-" + "a" * 26})).reason is Reason.HANDLE_NOT_ACCEPTED
    assert (await one.call()).reason is Reason.TASK_ENDED
    assert tool.runs == 0
