"""A call that is cancelled at each of its waits in turn: it is on record once, with its end, and holds nothing."""

from contextlib import asynccontextmanager

import anyio
import pytest

from broker.adapters.broken import LEAVES, Broken
from broker.model.call import Request
from broker.model.chain import Credential
from broker.model.faults import Effect as Happened
from broker.model.faults import ToolFault
from broker.model.outcome import Refused, Served
from broker.model.tool import Argument, Effect, Policy
from tests.broken_off import assert_whole, cancelled_at, records
from tests.fuzz.wire import laid, running, task
from tests.kit import house, scope, spec, tool_grant

SECRET = "ann@secret.example"
ROW = {"rows": [{"id": 1, "email": SECRET}], "truncated": False}
TAKES_HANDLES = Argument(schema={"type": "string"}, required=True, policy=Policy.TEXT, handles=frozenset({"email"}))
READ = {"spec_of": spec(leaves=LEAVES, arguments={"a": TAKES_HANDLES})}
SEND = {
    "spec_of": spec(
        leaves=LEAVES, arguments={"a": TAKES_HANDLES}, effects=frozenset({Effect.SEND}), authority=frozenset({"a"})
    )
}
SCOPE = scope({"t.t": tool_grant(calls=1_000, rows=50_000)}, mask={"email": {"else": "handle"}})


async def opened(tool, **more):
    one = house(tool, scope_of=SCOPE, **more)
    await one.open()
    return one


def _waiting():
    """A tool that waits a few times before it answers."""

    class Waiting(Broken):
        async def invoke(self, opened_call, progress):
            for _ in range(3):
                await anyio.lowlevel.checkpoint()
            return await Broken.invoke(self, opened_call, progress)

    return Waiting(leaves=LEAVES, answers=ROW)


CASES = {
    "a read": (READ, {"a": "x"}, "t.t"),
    "a send": (SEND, {"a": "x"}, "t.t"),
    "a tool that is not there": (READ, {"a": "x"}, "t.none"),
    "an argument that does not fit": (READ, {"a": 1}, "t.t"),
    "a made-up handle": (READ, {"a": "hdl-email-" + "a" * 26}, "t.t"),
}


@pytest.mark.parametrize("case", CASES)
async def test_a_call_cancelled_at_any_wait_is_on_record_with_its_end(case):
    kind, arguments, name = CASES[case]
    at, went_on = 0, True
    while went_on:
        at += 1
        tool = _waiting()
        one = await opened(tool, **kind)
        outcome, went_on = await cancelled_at(at, one.call(arguments, name))
        assert_whole(one.store)
        calls = [record for record in one.records if record["kind"].startswith("call.")]
        assert len({record["call"] for record in calls}) == 1, f"at wait {at}"
        assert [record["kind"] for record in calls if record["kind"] != "call.intent"] != []
        assert (tool.runs == 0) or ("call.intent" in one.kinds("call."))
        assert isinstance(outcome, Served) <= ("call.outcome" in one.kinds("call."))
        assert SECRET not in repr(outcome) + repr(one.records)
    assert at > 4


async def test_what_a_tool_did_before_it_was_cancelled_is_not_sent_again_blindly():
    """Cancelled while the tool ran, nobody knows: the same call is refused. Cancelled before, it may be made again."""
    at, went_on, refused = 0, True, 0
    while went_on:
        at += 1
        tool = _waiting()
        one = await opened(tool, **SEND)
        _, went_on = await cancelled_at(at, one.call())
        again = await one.call()
        assert_whole(one.store)
        if isinstance(again, Refused):
            refused += 1
            assert again.reason.value == "effect_unknown"
            assert tool.runs <= 1
    assert refused >= 3


async def test_a_tool_that_says_it_did_nothing_when_it_was_stopped_is_believed():
    class Stopped(Broken):
        async def invoke(self, opened_call, progress):
            try:
                for _ in range(3):
                    await anyio.lowlevel.checkpoint()
            except anyio.get_cancelled_exc_class():
                raise ToolFault("stopped", effect=Happened.NONE) from None
            return await Broken.invoke(self, opened_call, progress)

    at, went_on, stopped = 0, True, 0
    while went_on:
        at += 1
        tool = Stopped(leaves=LEAVES, answers=ROW)
        one = await opened(tool, **SEND)
        _, went_on = await cancelled_at(at, one.call())
        assert_whole(one.store)
        if tool.runs == 0:
            stopped += "call.outcome" in one.kinds("call.")
            assert isinstance(await one.call(), Served)
    assert stopped >= 3


async def test_a_handle_is_opened_for_its_sink_or_nothing_is_sent():
    at, went_on = 0, True
    while went_on:
        at += 1
        tool = Broken(leaves=LEAVES, answers=ROW)
        one = await opened(tool, **SEND)
        shown = await one.call()
        handle = shown.masked.content["rows"][0]["email"]
        _, went_on = await cancelled_at(at, one.call({"a": handle}))
        assert_whole(one.store)
        sent = [call.clear_arguments["a"] for call in tool.opened[1:]]
        assert sent in ([], [SECRET])
        assert SECRET not in repr(one.records)


async def test_opening_a_task_may_be_cancelled_anywhere():
    at, went_on = 0, True
    while went_on:
        at += 1
        one = house(_waiting(), scope_of=SCOPE)
        opened_task, went_on = await cancelled_at(at, one.open())
        assert_whole(one.store)
        assert (opened_task is None) or one.kinds("task.") == ["task.requested", "task.opened"]


async def test_a_request_that_was_never_a_call_may_be_cancelled_anywhere():
    at, went_on = 0, True
    while went_on:
        at += 1
        one = await opened(_waiting())
        request = Request(id=one.ids.fresh(), tool="", arguments={}, credential=one.credential)
        outcome, went_on = await cancelled_at(at, one.pipeline.unreadable(request, "not JSON"))
        assert (outcome is None) or one.kinds("call.") == ["call.denied"]
        assert len(one.kinds("call.")) <= 1


@asynccontextmanager
async def over_the_real_store(folder):
    async with running(laid(folder)) as (broker, _):
        yield broker, (await task(broker)).token


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("bank.account_read", {"account_id": 1}),
        ("bank.pay", {"account_id": 1, "amount": 1}),
        ("bank.pay", {"account_id": 2, "amount": 1}),
        ("bank.ask_the_void", {}),
    ],
)
async def test_the_same_over_the_real_store_and_a_real_statement(tmp_path, tool, arguments):
    async with over_the_real_store(tmp_path) as (broker, token):
        at, went_on = 0, True
        while went_on:
            at += 1
            said = {**arguments, "amount": at / 100} if "amount" in arguments else arguments
            request = Request(id=broker.pipeline.ids.fresh(), tool=tool, arguments=said, credential=Credential(token))
            _, went_on = await cancelled_at(at, broker.pipeline.handle(request))
            assert_whole(broker.archive)
            mine = [one["kind"] for one in records(broker.archive) if one.get("call") == request.id]
            assert mine in (["call.denied"], ["call.intent", "call.outcome"], ["call.intent", "call.abandoned"]), at
    assert at > 4
