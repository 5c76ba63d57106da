"""What is frozen begins nothing, shows nothing and stops where it runs, until it is thawed."""

import anyio
import pytest

from broker.adapters.broken import Broken
from broker.model.decision import Reason
from broker.model.faults import Effect, ToolFault
from broker.model.outcome import NotOpened
from broker.model.stop import Target, What
from broker.model.tool import Effect as Does
from tests.authority import LEAVES, Work, a_house, answering, call, listed, opened
from tests.broken_off import assert_whole
from tests.kit import spec

FROZEN = {
    "agent": Target(what=What.AGENT, name="agent-1"),
    "sub-agent": Target(what=What.AGENT, name="agent-1/writer"),
    "source": Target(what=What.SOURCE, name="t"),
    "zone": Target(what=What.ZONE, name="near"),
    "all": Target(what=What.ALL),
}


class Late(Broken):
    """Between the decision and the intent something else happens."""

    before = None

    async def unfit(self, _permit):
        if self.before is not None:
            await self.before()


async def world(**more):
    tool = answering(Late, **more)
    house = a_house(tool)
    return house, await opened(house), tool


async def freeze(house, what):
    return await house.journal.freeze(FROZEN[what], "operator ann", "a drill")


async def thaw(house, what):
    return await house.journal.thaw(FROZEN[what], "operator ann", "found")


def last(house, kind):
    return [one for one in house.records if one["kind"] == kind][-1]


@pytest.mark.requirement("frozen")
@pytest.mark.parametrize("what", FROZEN)
async def test_what_is_frozen_is_not_called_until_it_is_thawed_and_nothing_is_lost(what):
    house, work, tool = await world()
    assert await freeze(house, what)
    assert await call(house, work.clerk) == "context_not_met"
    assert (tool.runs, last(house, "call.denied")["detail"]) == (0, f"{FROZEN[what]} is frozen by record 2")
    assert await thaw(house, what)
    assert await call(house, work.clerk) == "served"


@pytest.mark.requirement("frozen")
@pytest.mark.parametrize("what", FROZEN)
async def test_a_freeze_between_the_decision_and_the_intent_keeps_the_call_from_beginning(what):
    house, work, tool = await world()
    tool.before = lambda: freeze(house, what)
    assert await call(house, work.clerk) == "context_not_met"
    assert (tool.runs, house.kinds("call.")) == (0, ["call.denied"])


@pytest.mark.requirement("frozen")
@pytest.mark.parametrize(
    ("what", "left"),
    [("agent", []), ("sub-agent", []), ("all", []), ("source", ["far.t"]), ("zone", ["far.t"])],
)
async def test_lists_show_what_is_not_on_hold_and_a_stream_does_not_end(what, left):
    house, work, _ = await world()
    await freeze(house, what)
    assert await listed(house, work.clerk) == left
    await thaw(house, what)
    assert await listed(house, work.clerk) == ["far.t", "t.t"]


@pytest.mark.requirement("frozen")
async def test_whoever_is_not_meant_goes_on():
    house, work, _ = await world()
    await freeze(house, "sub-agent")
    assert await call(house, work.root) == await call(house, work.other) == "served"
    await freeze(house, "source")
    assert await call(house, work.root) == "context_not_met"
    assert await call(house, work.root, "far.t") == "served"


@pytest.mark.requirement("frozen")
@pytest.mark.parametrize("what", ["agent", "source", "zone", "all"])
async def test_no_task_is_opened_that_would_reach_what_is_frozen_nor_its_token_renewed(what):
    house, work, _ = await world()
    await freeze(house, what)
    refused = await opened(house)
    assert isinstance(refused, NotOpened)
    assert refused.reason is Reason.CONTEXT_NOT_MET
    if what in {"agent", "all"}:
        again = await house.opening.refresh(work.root.task, "operator ann", None)
        assert isinstance(again, NotOpened)
    await thaw(house, what)
    assert isinstance(await opened(house), Work)


@pytest.mark.requirement("frozen-stops")
@pytest.mark.parametrize("what", FROZEN)
async def test_a_running_call_is_stopped_and_its_end_is_on_record(what):
    house, work, tool = await world(hangs=True)
    ends = []
    async with anyio.create_task_group() as group:
        group.start_soon(_kept, ends, house, work.clerk)
        await tool.started.wait()
        await freeze(house, what)
        assert house.journal.running.halt(house.store.stops()) == 1
        assert house.journal.running.halt(house.store.stops()) == 0  # once is enough
    assert ends == ["context_not_met"]
    outcome = last(house, "call.outcome")
    assert (outcome["status"], outcome["effect"]) == ("cancelled", "unknown")
    assert outcome["detail"] == f"{FROZEN[what]} is frozen by record 3, while it ran"
    assert_whole(house.store)


@pytest.mark.requirement("frozen-stops")
async def test_a_call_that_is_not_meant_runs_on():
    house, work, tool = await world(waits=anyio.Event())
    ends = []
    async with anyio.create_task_group() as group:
        group.start_soon(_kept, ends, house, work.other)
        await tool.started.wait()
        await freeze(house, "sub-agent")
        assert house.journal.running.halt(house.store.stops()) == 0
        tool.waits.set()
    assert ends == ["served"]


@pytest.mark.requirement("frozen-stops")
async def test_an_answer_that_comes_after_the_freeze_and_before_the_stop_is_withheld():
    house, work, tool = await world(waits=anyio.Event())
    ends = []
    async with anyio.create_task_group() as group:
        group.start_soon(_kept, ends, house, work.clerk)
        await tool.started.wait()
        await freeze(house, "all")
        tool.waits.set()
    assert ends == ["context_not_met"]
    assert last(house, "call.outcome")["status"] == "withheld"


@pytest.mark.requirement("frozen-stops")
async def test_an_effect_that_a_stop_leaves_unclear_is_not_sent_again_blindly():
    house, work, tool = await world(hangs=True)
    house.shelf.tools["t.t"] = (spec(leaves=LEAVES, zone="near", effects=frozenset({Does.MONEY})), tool)
    async with anyio.create_task_group() as group:
        group.start_soon(_kept, [], house, work.clerk)
        await tool.started.wait()
        await freeze(house, "all")
        house.journal.running.halt(house.store.stops())
    await thaw(house, "all")
    assert await call(house, work.clerk) == "effect_unknown"


@pytest.mark.requirement("frozen-stops")
async def test_what_a_stopped_tool_says_it_did_is_what_stands_on_record():
    house, work, tool = await world()
    tool.raises = ToolFault("rolled back", effect=Effect.NONE, hint="ask again")
    tool.effect = lambda _opened: house.journal.running.halt(house.store.stops())
    frozen = anyio.Event()

    async def frozen_first():
        await freeze(house, "all")
        frozen.set()

    async with anyio.create_task_group() as group:
        tool.waits, ends = frozen, []
        group.start_soon(_kept, ends, house, work.clerk)
        await tool.started.wait()
        group.start_soon(frozen_first)
    assert ends == ["context_not_met"]
    assert (last(house, "call.outcome")["status"], last(house, "call.outcome")["effect"]) == ("cancelled", "none")


@pytest.mark.requirement("frozen")
async def test_a_freeze_stands_once_and_each_act_is_on_record_with_who_and_why():
    house, _, _ = await world()
    assert await freeze(house, "zone")
    assert not await freeze(house, "zone")
    assert await thaw(house, "zone")
    assert not await thaw(house, "zone")
    acts = [(one["kind"], one["what"], one["name"], one["by"]) for one in house.records if "authority" in one["kind"]]
    assert acts == [
        ("authority.frozen", "zone", "near", "operator ann"),
        ("authority.thawed", "zone", "near", "operator ann"),
    ]


async def _kept(ends, house, held):
    with anyio.fail_after(20):
        ends.append(await call(house, held))
