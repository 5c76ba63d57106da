"""A suspended task serves nothing and loses nothing: a person looks at it, and lets it go on or ends it."""

import pytest

from broker.adapters.broken import LEAVES, Broken
from broker.model.decision import Reason
from broker.model.outcome import Refused, Served
from broker.model.task import TaskState
from tests.kit import house, scope, spec

ANSWER = {"rows": [{"id": 1, "email": "ann@example.com", "note": "x"}], "truncated": False}
WHO = {"by": "operator ann", "why": "a look"}


async def opened(**of_spec):
    """A house with a task that was handed a handle."""
    tool = Broken(leaves=LEAVES, answers=ANSWER)
    one = house(tool, spec_of=spec(leaves=LEAVES, **of_spec), scope_of=scope(mask={"email": {"else": "handle"}}))
    one.tool = tool
    await one.open()
    return one


async def with_handle():
    one = await opened()
    one.handle = (await one.call()).masked.content["rows"][0]["email"]
    return one


@pytest.mark.requirement("suspend-keeps")
async def test_nothing_is_served_or_listed_while_it_is_suspended_and_all_is_there_afterwards():
    one = await with_handle()
    before = await one.store.facts(one.task)
    assert await one.journal.suspended(one.task, **WHO)
    assert await one.call() == Refused(reason=Reason.TASK_ENDED)
    assert await one.pipeline.visible(one.credential) == []
    assert await one.pipeline.shown(one.credential) is None
    assert one.tool.runs == 1
    assert await one.journal.resumed(one.task, **WHO)
    facts = await one.store.facts(one.task)
    assert (facts.key, facts.ledger_key, facts.label) == (before.key, before.ledger_key, before.label)
    assert await one.store.open(one.task, [one.handle]) == {one.handle: "ann@example.com"}
    assert isinstance(await one.call(), Served)


async def test_each_act_is_on_record_with_who_and_why_and_is_done_once():
    one = await opened()
    assert not await one.journal.resumed(one.task, **WHO)
    assert await one.journal.suspended(one.task, **WHO)
    assert not await one.journal.suspended(one.task, **WHO)
    assert await one.journal.resumed(one.task, **WHO)
    acts = [record for record in one.records if record["kind"] in {"task.suspended", "task.resumed"}]
    assert [record["kind"] for record in acts] == ["task.suspended", "task.resumed"]
    assert {(record["task"], record["by"], record["why"]) for record in acts} == {(one.task, *WHO.values())}


@pytest.mark.requirement("suspend-keeps")
async def test_a_result_that_comes_after_the_suspension_is_not_shown():
    one = await opened()

    def meanwhile(_opened):
        with one.store.begin() as turn:
            turn.set_state(one.task, TaskState.SUSPENDED)

    one.tool.effect = meanwhile
    assert await one.call() == Refused(reason=Reason.TASK_ENDED)
    assert one.tool.runs == 1


@pytest.mark.requirement("suspend-keeps")
async def test_three_made_up_handles_suspend_and_a_look_is_worth_one_guess_more():
    one = await with_handle()
    made_up = "hdl-email-" + "a" * 26
    for _ in range(3):
        assert (await one.call({"a": made_up})).reason is Reason.HANDLE_NOT_ACCEPTED
    assert (await one.store.facts(one.task)).state is TaskState.SUSPENDED
    assert await one.store.open(one.task, [one.handle])
    await one.journal.resumed(one.task, **WHO)
    assert isinstance(await one.call(), Served)
    await one.call({"a": made_up})
    assert (await one.store.facts(one.task)).state is TaskState.SUSPENDED


async def test_a_canary_suspends_and_keeps_what_there_is_to_look_at():
    one = await opened(canary=True)
    await one.call()
    facts = await one.store.facts(one.task)
    assert (facts.state, len(facts.key)) == (TaskState.SUSPENDED, 32)


@pytest.mark.requirement("suspend-keeps")
@pytest.mark.parametrize("ends", ["by an operator", "by its lifetime"])
async def test_the_end_of_a_suspended_task_destroys_what_it_kept(ends):
    one = await with_handle()
    await one.journal.suspended(one.task, **WHO)
    if ends == "by an operator":
        assert await one.journal.ended(one.task, **WHO)
    else:
        one.clock.at += one.shelf.the_scope.lifetime
        assert await one.journal.expire() == 1
    facts = await one.store.facts(one.task)
    assert (facts.state, facts.key, await one.store.resolve(one.task, [one.handle])) == (TaskState.ENDED, b"", {})
    assert not await one.journal.resumed(one.task, **WHO)
    assert one.kinds("task.")[-1] == "task.ended"
