"""What the journal writes down, and what it lets happen, for every way in which a call may go."""

from __future__ import annotations

from decimal import Decimal

import pytest

from broker.audit.ends import STRIKES
from broker.audit.tasks import Terms
from broker.model.asking import Asking
from broker.model.decision import Ask, Deny, NoRoom, Reason
from broker.model.faults import Effect, JournalFault, StoreFault, ToolFault
from broker.model.label import Label
from broker.model.outcome import Intended, NotOpened, Pending, Refused, Served
from broker.model.task import Principal, TaskState
from broker.model.tool import Effect as Does
from broker.store.memory import Memory
from tests.unit.audit.audit_made import (
    LIMITS,
    NOW,
    TOKEN,
    Still,
    call,
    claim,
    journal,
    masked,
    permit,
    records,
    spec,
    task,
)

BUDGET = (
    claim("calls", 1, 3),
    claim("rows", 50, 60, upto=True),
    claim("tool:pay.refund:bytes", 1000, 700, upto=True),
    claim("pay.refund.amount", "5.25", 10),
)


@pytest.fixture
def store():
    return Memory()


@pytest.fixture
async def log(store):
    one = journal(store)
    await one.opened(task(), b"k" * 32, TOKEN, LIMITS)
    return one


def left(store):
    """item -> what may still be taken of it."""
    asked = [claim("calls", 3, 3, upto=True), claim("rows", 60, 60, upto=True)]
    asked += [claim("tool:pay.refund:bytes", 700, 700, upto=True), claim("pay.refund.amount", 10, 10, upto=True)]
    with store.begin() as turn:
        held = [turn.reserve("look", [one], NOW) for one in asked]
        turn.settle("look", {})
    return [0 if isinstance(one, NoRoom) else next(iter(one.values())) for one in held]


@pytest.mark.requirement("intent-together")
async def test_an_intent_holds_what_the_call_may_use_and_is_on_record_before_it_is_given(store, log):
    intended = await log.intend(permit(claims=BUDGET))
    assert isinstance(intended, Intended)
    assert (intended.rows, intended.shown, intended.at) == (50, 700, NOW)
    assert left(store) == [2, 10, 0, Decimal("4.75")]
    assert len(records(store, "call.intent")) == 1


@pytest.mark.requirement("label-before-shown")
async def test_a_served_call_uses_what_it_used_and_the_task_remembers_what_it_shows(store, log):
    intended = await log.intend(permit(claims=BUDGET))
    served = await log.close(intended, masked())
    assert served == Served(masked=masked())
    assert left(store) == [2, 57, 580, Decimal("4.75")]
    facts = await store.facts("t1")
    assert facts.label == Label(classes=frozenset({"person"}), zones=frozenset({"sales"}), untrusted=True)
    assert await store.open("t1", ["hdl-email-x"]) == {"hdl-email-x": "canary-vault"}
    (outcome,) = records(store, "call.outcome")
    assert (outcome["status"], outcome["rows"], outcome["bytes"], outcome["handles"]) == ("served", 3, 480, 1)


@pytest.mark.requirement("settled")
async def test_a_failure_that_did_nothing_gives_all_but_the_call_back(store, log):
    intended = await log.intend(permit(claims=BUDGET))
    assert await log.failed(intended, ToolFault("no", effect=Effect.NONE)) == Refused(reason=Reason.SOURCE_FAILED)
    assert left(store) == [2, 60, 700, 10]
    assert records(store, "call.outcome")[0]["status"] == "failed"


@pytest.mark.requirement("settled")
async def test_a_failure_of_unknown_effect_uses_all_and_an_identical_call_is_not_sent_blindly(store, log):
    intended = await log.intend(permit(claims=BUDGET))
    await log.failed(intended, ToolFault("no answer"))
    assert left(store) == [2, 10, 0, Decimal("4.75")]
    assert records(store, "call.outcome")[0]["status"] == "unknown"
    assert await log.intend(permit()) == Refused(reason=Reason.EFFECT_UNKNOWN)
    assert isinstance(await log.intend(permit(digest="00" * 32)), Intended)


async def test_a_read_that_failed_may_be_tried_again(store, log):
    read = permit(call(tool=spec("shop.order", Does.READ)))
    await log.failed(await log.intend(read), ToolFault("no answer"))
    assert records(store, "call.outcome")[0]["status"] == "failed"
    assert isinstance(await log.intend(permit(call(tool=spec("shop.order", Does.READ)))), Intended)


@pytest.mark.requirement("abandoned")
async def test_what_was_never_sent_is_abandoned(store, log):
    intended = await log.intend(permit(claims=BUDGET))
    refused = await log.abandoned(intended, Reason.HANDLE_NOT_ACCEPTED, "does not fit")
    assert refused == Refused(reason=Reason.HANDLE_NOT_ACCEPTED)
    assert left(store) == [2, 60, 700, 10]
    assert len(records(store, "call.abandoned")) == 1


async def test_an_answer_that_cannot_be_shown_is_withheld_and_all_is_used(store, log):
    intended = await log.intend(permit(claims=BUDGET))
    assert await log.withheld(intended, "no schema fits") == Refused(reason=Reason.RESULT_WITHHELD)
    assert left(store) == [2, 10, 0, Decimal("4.75")]
    assert records(store, "call.outcome")[0]["status"] == "withheld"


@pytest.mark.requirement("intent-together")
async def test_a_spent_budget_begins_nothing_and_is_on_record(store, log):
    assert await log.intend(permit(claims=(claim("calls", 2, 1),))) == Refused(reason=Reason.BUDGET_SPENT)
    assert not records(store, "call.intent")
    assert records(store, "call.denied")[0]["reason"] == "budget_spent"


@pytest.mark.requirement("decided-afresh")
async def test_a_task_that_ended_meanwhile_begins_nothing_and_shows_nothing(store, log):
    intended = await log.intend(permit())
    assert await log.ended("t1", by="operator", why="enough")
    assert await log.close(intended, masked()) == Refused(reason=Reason.TASK_ENDED)
    assert records(store, "call.outcome")[0]["status"] == "withheld"
    assert await log.intend(permit(digest="00" * 32)) == Refused(reason=Reason.TASK_ENDED)
    assert not await log.ended("t1", by="operator", why="again")
    assert (await store.facts("t1")).key == b""


@pytest.mark.requirement("subjects")
async def test_one_subject_too_many_is_withheld_and_not_remembered(log):
    def one(digest):
        return permit(call(subjects=2), digest=digest)

    assert isinstance(await log.close(await log.intend(one("00")), masked()), Served)
    more = masked(subjects=frozenset({"s1", "s2", "s3"}), vault=())
    refused = await log.close(await log.intend(one("01")), more)
    assert refused == Refused(reason=Reason.BUDGET_SPENT, about="subjects")
    both = masked(subjects=frozenset({"s1", "s2"}), vault=())
    assert isinstance(await log.close(await log.intend(one("02")), both), Served)


async def test_more_than_was_reserved_is_withheld(store, log):
    intended = await log.intend(permit(claims=BUDGET))
    assert await log.close(intended, masked(rows=51)) == Refused(reason=Reason.RESULT_WITHHELD)
    assert (await store.facts("t1")).label == Label()


@pytest.mark.requirement("one-end")
async def test_a_call_ends_once(store, log):
    intended = await log.intend(permit())
    await log.close(intended, masked())
    assert await log.close(intended, masked()) == Refused(reason=Reason.RESULT_WITHHELD)
    await log.failed(intended, ToolFault("late"))
    await log.abandoned(intended, Reason.TASK_ENDED, "late")
    await log.withheld(intended, "late")
    assert len(records(store, "call.outcome")) == 1
    assert not records(store, "call.abandoned")


async def test_a_lookup_runs_before_its_task_is_open_and_leaves_it_nothing(store):
    log = journal(store)
    found = await log.intend(permit(call(tool=spec("shop.owner", Does.READ), is_lookup=True)))
    assert isinstance(await log.close(found, masked()), Served)
    assert await store.facts("t1") is None
    assert [one["lookup"] for one in records(store)] == [True, True]


async def test_the_third_failed_handle_suspends_the_task(store, log):
    deny = Deny(reason=Reason.HANDLE_NOT_ACCEPTED, about="to", strike=True)
    for _ in range(STRIKES):
        assert (await store.facts("t1")).state is TaskState.ACTIVE
        assert await log.denied(call(), deny) == Refused(reason=Reason.HANDLE_NOT_ACCEPTED, about="to")
    assert (await store.facts("t1")).state is TaskState.SUSPENDED
    await log.denied(call(), deny)
    assert len(records(store, "task.suspended")) == 1


async def test_a_refusal_that_ends_the_task_ends_it_with_its_record(store, log):
    await log.denied(call(), Deny(reason=Reason.UNKNOWN_TOOL, ends_task=True))
    assert (await store.facts("t1")).state is TaskState.SUSPENDED
    assert [one["kind"] for one in records(store)] == ["task.opened", "call.denied", "task.suspended"]


@pytest.mark.requirement("strangers-counted")
async def test_strangers_are_counted_by_minute_and_none_is_lost(store):
    clock = Still()
    log = journal(store, clock)
    await log.flush_strangers()
    assert records(store) == []
    for at, n in ((0, 1), (1, 5), (61, 2)):
        clock.at = NOW + at
        assert log.stranger(Deny(reason=Reason.BAD_TOKEN), n) == Refused(reason=Reason.BAD_TOKEN)
    await log.flush_strangers()
    assert [one["counts"] for one in records(store)] == [{"bad_token": 6}, {"bad_token": 2}]


async def test_strangers_that_could_not_be_recorded_stay_counted(store):
    log = journal(store)
    log.stranger(Deny(reason=Reason.BAD_TOKEN))
    store.broken = True
    with pytest.raises(JournalFault):
        await log.flush_strangers()
    store.broken = False
    again = journal(store)
    again._strangers = log._strangers
    await again.flush_strangers()
    assert records(store)[0]["counts"] == {"bad_token": 1}


async def test_a_question_a_stray_request_and_a_task_not_opened_are_on_record(store, log):
    ask = Ask(checked=permit().checked, question="may it?")
    assert await log.asked(ask) == Pending(question="may it?")
    deny = Deny(reason=Reason.ARGUMENTS_INVALID, detail="depth")
    assert await log.turned_away(task(), "c9", "x\u202ey", deny) == Refused(reason=Reason.ARGUMENTS_INVALID)
    asking = Asking(
        scope="none",
        principal=Principal(issuer="i", sub="s"),
        roles=frozenset({"support"}),
        actor="a",
        purpose="p",
        parameters={"ticket": "canary-asked"},
    )
    refused = await log.not_opened(asking, Deny(reason=Reason.CONTEXT_NOT_MET, detail="no such scope"))
    assert refused == NotOpened(reason=Reason.CONTEXT_NOT_MET, detail="no such scope")
    await log.requested(task("t2"), Terms(limits=LIMITS))
    kinds = [one["kind"] for one in records(store)]
    assert kinds == ["task.opened", "approval.requested", "call.denied", "task.refused", "task.requested"]


@pytest.mark.requirement("bug-refuses")
@pytest.mark.parametrize("fault", [JournalFault("x"), StoreFault("x"), ValueError("x"), TimeoutError()])
def test_a_fault_is_a_code_and_no_record(store, fault):
    assert journal(store).faulted(fault) == Refused(reason=Reason.BROKER_UNAVAILABLE)
    assert records(store) == []


@pytest.mark.requirement("settled")
async def test_orphans_are_written_off_and_what_they_held_stays_used(store, log):
    await log.intend(permit(claims=BUDGET))
    await log.intend(permit(call(tool=spec("shop.order", Does.READ)), digest="00"))
    store.boot = "next"
    after = journal(store)
    assert await after.recover() == 2
    assert [one["effect"] for one in records(store, "call.unresolved")] == ["unknown", "none"]
    assert records(store, "log.opened")[0]["unresolved"] == 2
    assert left(store) == [2, 10, 0, Decimal("4.75")]
    assert await after.intend(permit()) == Refused(reason=Reason.EFFECT_UNKNOWN)
    assert await after.recover() == 0
