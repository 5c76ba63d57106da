"""Every refusal of a task's own call leaves one record with its reason, wherever on the way it falls."""

from dataclasses import replace

import anyio
import pytest

from broker import pipeline
from broker.adapters.broken import LEAVES, Broken
from broker.model.call import Request
from broker.model.chain import Credential
from broker.model.decision import Reason
from broker.model.outcome import Refused, Served
from broker.model.scope import Hours
from tests.kit import house, scope, spec

NEVER = Hours(start=0, end=1, zone="UTC", days=frozenset())


def made(**of_scope):
    return house(Broken(answers={"rows": []}, leaves=LEAVES), spec_of=spec(leaves=LEAVES), scope_of=scope(**of_scope))


@pytest.mark.requirement("answered-for")
@pytest.mark.parametrize(
    ("of_scope", "sent", "reason"),
    [
        ({}, {"tool": "t.other"}, Reason.UNKNOWN_TOOL),
        ({}, {"arguments": {"a": 5}}, Reason.ARGUMENTS_INVALID),
        ({}, {"arguments": {"a": f"hdl-email-{'a' * 26}"}}, Reason.HANDLE_NOT_ACCEPTED),
        ({"hours": NEVER}, {}, Reason.CONTEXT_NOT_MET),
    ],
    ids=["found", "checked", "handles", "decided"],
)
async def test_a_refused_call_is_on_record_once_and_runs_nothing(of_scope, sent, reason):
    one = made(**of_scope)
    await one.open()
    assert (await one.call(**sent)).reason is reason
    (record,) = (record for record in one.records if record["kind"].startswith("call."))
    assert (record["kind"], record["task"], record["reason"]) == ("call.denied", one.task, reason.value)
    assert one.shelf.tools["t.t"][1].runs == 0


@pytest.mark.requirement("revision")
async def test_a_task_whose_scope_changed_is_turned_away_on_record():
    one = made()
    await one.open()
    assert isinstance(await one.call(), Served)
    assert len(await one.pipeline.visible(one.credential)) == 1
    one.shelf.the_scope = replace(one.shelf.the_scope, revision="rev-2")
    assert (await one.call()).reason is Reason.TASK_ENDED
    assert await one.pipeline.visible(one.credential) == []
    last = one.records[-1]
    assert (last["kind"], last["task"], last["reason"], last["unread"]) == ("call.denied", one.task, "task_ended", True)


@pytest.mark.requirement("decided-afresh")
async def test_a_task_that_ended_is_shown_and_served_nothing():
    one = made()
    await one.open()
    with one.store.begin() as turn:
        turn.end_tasks([one.task], one.clock.now())
    assert await one.pipeline.visible(one.credential) == []
    assert (await one.call()).reason is Reason.TASK_ENDED


@pytest.mark.requirement("size-limits")
@pytest.mark.parametrize(("rows", "size", "serves"), [(2, 100, True), (3, 100, False), (2, 101, False)], ids=str)
async def test_just_what_was_reserved_is_served_and_no_more(rows, size, serves):
    tool = Broken(answers={"rows": [{"id": 1}] * rows}, leaves=LEAVES, size=size)
    one = house(tool, spec_of=spec(leaves=LEAVES, max_bytes=100, max_rows=2), scope_of=scope())
    await one.open()
    outcome = await one.call()
    assert isinstance(outcome, Served) is serves
    assert serves or outcome.reason is Reason.RESULT_WITHHELD


class Hangs:
    """A store that answers only when all patience is over."""

    async def facts(self, _task):
        with anyio.move_on_after(2):
            await anyio.sleep_forever()


async def test_a_store_that_hangs_is_not_waited_for_for_ever(monkeypatch):
    monkeypatch.setattr(pipeline, "_PATIENCE", 0.01)
    one = made()
    await one.open()
    one.pipeline = replace(one.pipeline, tasks=Hangs())
    assert await one.call() == Refused(reason=Reason.BROKER_UNAVAILABLE)


async def test_a_stranger_is_counted_and_not_recorded():
    one = made()
    await one.open()
    before = len(one.records)
    assert await one.call(token="forged") == Refused(reason=Reason.BAD_TOKEN)
    assert len(one.records) == before
    await one.journal.flush_strangers()
    assert one.records[-1]["counts"] == {"bad_token": 1}


async def test_what_is_unreadable_and_bears_no_good_token_any_more_is_counted():
    one = made()
    await one.open()
    late = Request(id="r", tool="", arguments={}, credential=Credential("forged"))
    assert await one.pipeline.unreadable(late, "not JSON") == Refused(reason=Reason.BAD_TOKEN)
    await one.journal.flush_strangers()
    assert one.records[-1]["counts"] == {"bad_token": 1}


@pytest.mark.requirement("ready")
async def test_a_watcher_hears_why_nothing_can_be_served():
    one, full = made(), made()
    assert await one.pipeline.unready() is None
    one.store.close()
    assert await one.pipeline.unready() is not None
    full.journal._sequencer.latched = "the disk is full"
    assert await full.pipeline.unready() == "the disk is full"
