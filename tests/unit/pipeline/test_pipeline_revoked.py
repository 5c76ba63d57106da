"""What was revoked is dead from that moment on, whatever is under way; what is opened afterwards lives."""

from dataclasses import replace

import anyio
import pytest

from broker.adapters.broken import Broken
from broker.model.stop import Target, What
from broker.model.task import TaskState
from tests.authority import CLERK, REVOKED, WRITER, a_house, answering, call, listed, opened, revoke
from tests.kit import NOW, Clock

OUTSIDE = {
    **dict.fromkeys(["token", "block", "block above", "sub-agent", "sub-agent above"], "bad_token"),
    **dict.fromkeys(["task", "agent", "user", "all"], "task_ended"),
}


class Late(Broken):
    """Between the decision and the intent, or while it runs, something else happens."""

    before = after = None

    async def unfit(self, _permit):
        if self.before is not None:
            await self.before()

    async def invoke(self, opened, progress):
        found = await super().invoke(opened, progress)
        if self.after is not None:
            await self.after()
        return found


async def world(**more):
    tool = answering(Late)
    house = a_house(tool, **more)
    return house, await opened(house), tool


def last(house, kind):
    return [one for one in house.records if one["kind"] == kind][-1]


@pytest.mark.requirement("revoked")
@pytest.mark.parametrize("what", REVOKED)
async def test_a_token_that_rests_on_what_was_revoked_calls_nothing_and_is_shown_nothing(what):
    house, work, tool = await world()
    assert await call(house, work.clerk) == "served"
    await revoke(house, work.target(what))
    assert await call(house, work.clerk) == OUTSIDE[what]
    assert await listed(house, work.clerk) is None
    assert tool.runs == 1
    denied = last(house, "call.denied")
    assert "revoked" in denied["detail"] or "ended" in denied["detail"]


@pytest.mark.requirement("revoked")
@pytest.mark.parametrize("what", REVOKED)
async def test_a_revocation_between_the_decision_and_the_intent_keeps_the_call_from_beginning(what):
    house, work, tool = await world()
    tool.before = lambda: revoke(house, work.target(what))
    assert await call(house, work.clerk) == OUTSIDE[what]
    assert (tool.runs, house.kinds("call.")) == (0, ["call.denied"])
    assert "is revoked by record" in last(house, "call.denied")["detail"]


@pytest.mark.requirement("revoked")
@pytest.mark.parametrize("what", REVOKED)
async def test_a_result_that_comes_after_a_revocation_is_withheld(what):
    house, work, tool = await world()
    tool.after = lambda: revoke(house, work.target(what))
    assert await call(house, work.clerk) == OUTSIDE[what]
    outcome = last(house, "call.outcome")
    assert (outcome["status"], outcome["effect"]) == ("withheld", "done")
    assert "is revoked by record" in outcome["detail"]
    facts = await house.store.facts(work.root.task)
    assert facts.label.classes == frozenset()


@pytest.mark.requirement("revoked-alone")
@pytest.mark.parametrize(
    ("what", "live"),
    [
        ("block", ["writer", "other", "root"]),
        ("block above", ["other", "root"]),
        ("sub-agent", ["writer", "other", "root"]),
        ("sub-agent above", ["other", "root"]),
    ],
)
async def test_what_stands_above_and_beside_lives(what, live):
    house, work, _ = await world()
    await revoke(house, work.target(what))
    ends = {name: await call(house, getattr(work, name)) for name in ("root", "writer", "clerk", "other")}
    assert sorted(name for name, end in ends.items() if end == "served") == sorted(live)


@pytest.mark.requirement("revoked-alone")
async def test_a_sub_agent_s_name_is_taken_whole():
    house, work, _ = await world()
    await revoke(house, Target(what=What.AGENT, name="agent-1/write"))
    await revoke(house, Target(what=What.AGENT, name="agent"))
    await revoke(house, Target(what=What.BLOCK, name=WRITER["jti"].upper()))
    assert await call(house, work.clerk) == "served"


@pytest.mark.requirement("revoked-alone")
async def test_another_token_of_the_task_lives_on_where_one_is_revoked():
    house, work, _ = await world()
    fresh = await work.refreshed()
    await revoke(house, work.target("token"))
    assert await call(house, work.root) == "bad_token"
    assert await call(house, fresh.root) == "served"


@pytest.mark.requirement("revoked-before")
@pytest.mark.parametrize("what", REVOKED)
@pytest.mark.parametrize("wrong", [-3_600, 3_600], ids=["an hour slow", "an hour fast"])
async def test_what_is_opened_afterwards_lives_whatever_the_clocks_say(what, wrong):
    clock = Clock(NOW - 3 * 365 * 86_400)
    house, work, _ = await world(clock=clock)
    clock.at += wrong  # of the process that revokes
    await revoke(house, work.target(what))
    clock.at -= wrong
    again = await opened(house)  # its blocks are called as those that were revoked
    assert await call(house, again.clerk) == "served"
    assert await call(house, work.clerk) != "served"


@pytest.mark.requirement("revoked")
@pytest.mark.parametrize("what", ["task", "agent", "user", "all"])
async def test_tasks_that_are_revoked_end_for_good_and_say_by_whom_and_why(what):
    house, work, _ = await world()
    assert await revoke(house, work.target(what)) == [work.root.task]
    facts = await house.store.facts(work.root.task)
    assert (facts.state, facts.key) == (TaskState.ENDED, b"")
    act, end = last(house, "authority.revoked"), last(house, "task.ended")
    assert (act["by"], act["why"]) == ("operator ann", "a drill")
    assert (end["task"], end["by"]) == (work.root.task, "operator ann")
    assert "a drill" in end["why"]


@pytest.mark.requirement("revoked")
async def test_a_revocation_that_was_broken_off_has_killed_what_it_has_not_ended_yet(monkeypatch):
    house, work, tool = await world()
    monkeypatch.setattr("broker.audit.acts.AT_ONCE", 0)
    assert await revoke(house, work.target("agent")) == []
    assert (await house.store.facts(work.root.task)).state is TaskState.ACTIVE
    assert await call(house, work.clerk) == "task_ended"
    assert tool.runs == 0


@pytest.mark.requirement("revoked-named")
@pytest.mark.parametrize("what", ["token", "block above", "sub-agent"])
async def test_whoever_goes_on_with_what_was_revoked_is_named_on_record(what):
    house, work, _ = await world()
    await revoke(house, work.target(what))
    await call(house, work.clerk)
    one = last(house, "call.denied")
    assert one["actor"] == "agent-1/writer/clerk"
    assert (one["token"], one["blocks"]) == (work.root.jti, [WRITER["jti"], CLERK["jti"]])


@pytest.mark.requirement("revoked-before")
async def test_tasks_that_are_opened_while_others_still_end_do_not_end_with_them(monkeypatch):
    house, work, _ = await world()
    target = work.target("agent")
    with monkeypatch.context() as broken_off:
        broken_off.setattr("broker.audit.acts.AT_ONCE", 0)
        await revoke(house, target)
    again = await opened(house)
    with house.store.begin() as turn:
        assert turn.doomed(target, 10) == [work.root.task]
    assert await call(house, again.clerk) == "served"


@pytest.mark.requirement("revoked-named")
async def test_a_call_s_records_name_what_can_be_revoked_and_hold_nothing_to_call_with():
    house, work, _ = await world()
    await call(house, work.clerk)
    for kind in ("call.intent", "call.outcome"):
        one = last(house, kind)
        assert one["actor"] == "agent-1/writer/clerk"
        assert (one["token"], one["blocks"]) == (work.root.jti, [WRITER["jti"], CLERK["jti"]])
    log = b"".join(body for _, body in house.store.entries(0))
    parts = {part for segment in work.clerk.token.split("~") for part in segment.split(".")}
    chain = house.pipeline.unseal(work.clerk.token)
    assert [part for part in (*parts, *chain.links, chain.digest) if part.encode() in log] == []


@pytest.mark.requirement("revoked")
async def test_calls_go_on_while_tasks_end_in_their_hundreds():
    house, work, _ = await world()
    facts = await house.store.facts(work.root.task)
    with house.store.begin() as turn:
        for at in range(300):
            turn.open_task(replace(facts.task, id=f"task-{at}"), bytes(32))
    again = await opened(house)
    done = anyio.Event()

    async def ends():
        assert len(await revoke(house, work.target("agent"))) == 302
        done.set()

    async with anyio.create_task_group() as group:
        group.start_soon(ends)
        while not done.is_set():
            assert await call(house, again.clerk) in {"served", "task_ended"}
    assert await call(house, again.clerk) == "task_ended"
