"""How a call begins and ends inside one transaction: each function is the whole of one such turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from math import inf

from broker.audit import record, tasks
from broker.audit.record import Stamp, Why
from broker.audit.settling import when_answered, when_nothing_happened
from broker.audit.stopped import stopped
from broker.model.call import Call
from broker.model.decision import Deny, NoRoom, Permit, Reason
from broker.model.faults import Effect
from broker.model.outcome import Intended, Masked
from broker.model.record import Entry, OpenCall
from broker.model.task import TaskState
from broker.ports import Turn

STRIKES = 3

Held = Mapping[str, Decimal]
End = Callable[[Turn, Stamp, Intended], Sequence[Entry]]


class _TooMany(Exception):  # noqa: N818 - never leaves this file
    """More subjects than the budget has: what was met in this call is forgotten again."""


def denied(turn: Turn, stamp: Stamp, call: Call, deny: Deny) -> Sequence[Entry]:
    """A failed handle is a strike, and the third suspends the task: a handle must not be an oracle (CWE-203)."""
    denial = record.denied(stamp, call, record.why(deny))
    ending = _suspended(turn, stamp, call, f"a call was refused: {deny.reason.value}") if deny.ends_task else ()
    return [denial, *ending, *(_struck(turn, stamp, call) if deny.strike else ())]


def _struck(turn: Turn, stamp: Stamp, call: Call) -> Sequence[Entry]:
    reached = turn.strike(call.grant.task.id) >= STRIKES
    return _suspended(turn, stamp, call, "three handles failed") if reached else ()


def _suspended(turn: Turn, stamp: Stamp, call: Call, because: str) -> Sequence[Entry]:
    return tasks.suspended(turn, stamp, call.grant.task.id, tasks.BROKER, because)[1]


def begun(turn: Turn, stamp: Stamp, permit: Permit) -> tuple[Held | Reason, Sequence[Entry]]:
    """What is held for the call, or why it may not begin after all."""
    checked = permit.checked
    call, spec = checked.call, checked.tool.spec
    held = _held(turn, stamp, permit)
    if isinstance(held, Why):
        return held.reason, [record.denied(stamp, call, held)]
    turn.begin_call(
        OpenCall(
            call=call.id,
            task=call.grant.task.id,
            tool=spec.name,
            digest=checked.digest,
            has_effect=spec.has_effect,
            at=stamp.at,
        )
    )
    return held, [record.intent(stamp, permit)]


def _held(turn: Turn, stamp: Stamp, permit: Permit) -> Held | Why:
    checked = permit.checked
    if (stop := stopped(turn, checked.call, checked.tool.spec)) is not None:
        return stop
    if _is_over(turn, checked.call):
        return Why(reason=Reason.TASK_ENDED, detail="it ended before the intent")
    if checked.tool.spec.has_effect and turn.unresolved(checked.call.grant.task.id, checked.digest):
        return Why(reason=Reason.EFFECT_UNKNOWN, detail="an identical call is unresolved")
    held = turn.reserve(checked.call.id, permit.claims, stamp.at)
    if isinstance(held, NoRoom):
        return Why(reason=held.reason, detail=f"no room in `{held.item}` of `{held.key}`")
    return held


def closed(turn: Turn, stamp: Stamp, intended: Intended, masked: Masked) -> tuple[Why | None, Sequence[Entry]]:
    """None: the result may be shown, and the task remembers what it will have seen."""
    call = intended.permit.checked.call
    if not turn.end_call(call.id):
        # Taken for dead and written off by another process: its record stands, so this result is not shown.
        return Why(reason=Reason.RESULT_WITHHELD), []
    turn.settle(call.id, when_answered(intended, masked.rows, masked.shown))
    if (stop := _remembered(turn, intended, masked)) is not None:
        return stop, [record.withheld(stamp, intended, masked, stop)]
    return None, [record.served(stamp, intended, masked)]


def _remembered(turn: Turn, intended: Intended, masked: Masked) -> Why | None:
    call = intended.permit.checked.call
    task = call.grant.task.id
    if (stop := stopped(turn, call, intended.permit.checked.tool.spec)) is not None:
        return stop
    if _is_over(turn, call):
        return Why(reason=Reason.TASK_ENDED, detail="it ended while the call ran")
    if masked.rows > intended.rows or masked.shown > intended.shown:
        return Why(reason=Reason.RESULT_WITHHELD, detail="more than was reserved")
    if call.is_lookup:  # nobody is shown it, and the task is not open yet
        return None
    if masked.subjects:
        try:
            with turn.savepoint():
                _meet(turn, intended, masked)
        except _TooMany:
            return Why(reason=Reason.BUDGET_SPENT, about="subjects")
    turn.raise_label(task, masked.shows)
    turn.keep(task, masked.vault, masked.ledger)
    return None


def withheld(turn: Turn, stamp: Stamp, intended: Intended, *, why: Why) -> Sequence[Entry]:
    """The tool answered, and its answer cannot be shown: all that was held is used."""
    call = intended.permit.checked.call.id
    if not turn.end_call(call):
        return []
    turn.settle(call, None)
    return [record.withheld(stamp, intended, None, why)]


def failed(turn: Turn, stamp: Stamp, intended: Intended, *, status: str, effect: Effect, why: Why) -> Sequence[Entry]:
    """Nothing happened: only the call counts. Nobody knows: all counts, and an identical call is not sent blindly."""
    checked = intended.permit.checked
    call = checked.call.id
    nobody_knows = effect is Effect.UNKNOWN and checked.tool.spec.has_effect
    if not (turn.leave_unresolved(call) if nobody_knows else turn.end_call(call)):
        return []
    turn.settle(call, when_nothing_happened(intended) if effect is Effect.NONE else None)
    return [record.failed(stamp, intended, status, effect.value, why)]


def abandoned(turn: Turn, stamp: Stamp, intended: Intended, *, why: Why) -> Sequence[Entry]:
    call = intended.permit.checked.call.id
    if not turn.end_call(call):
        return []
    turn.settle(call, when_nothing_happened(intended))
    whole = intended.permit.checked.call
    struck = _struck(turn, stamp, whole) if why.reason is Reason.HANDLE_NOT_ACCEPTED else ()
    return [record.abandoned(stamp, intended, why), *struck]


def written_off(turn: Turn, stamp: Stamp, call: OpenCall) -> Entry:
    """Its process lives no more: it may have happened, so what was held for it is used."""
    turn.settle(call.call, None)
    if call.has_effect:
        turn.leave_unresolved(call.call)
    else:
        turn.end_call(call.call)
    return record.unresolved(stamp, call)


def _is_over(turn: Turn, call: Call) -> bool:
    state = turn.state(call.grant.task.id)
    # A lookup's value is a parameter of the task that is about to open: there is none yet.
    return state is not TaskState.ACTIVE and not (call.is_lookup and state is None)


def _meet(turn: Turn, intended: Intended, masked: Masked) -> None:
    if turn.meet(intended.permit.checked.call.grant.task.id, masked.subjects) > _subjects(intended):
        raise _TooMany


def _subjects(intended: Intended) -> float:
    """Of the scope alone: a block states no such limit, see `catalog/keys.py`."""
    checked = intended.permit.checked
    limits = (checked.call.grant.scope.budget.subjects, checked.tool.budget.subjects)
    return min((one for one in limits if one is not None), default=inf)
