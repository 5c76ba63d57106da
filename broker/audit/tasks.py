"""How a task opens, stands still and ends inside one transaction: each function is the whole of one such turn."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from broker.audit import task_record
from broker.audit.proofs import replayed
from broker.audit.record import Stamp
from broker.audit.stopped import barred, held_back
from broker.model.chain import Proof
from broker.model.decision import Claim, Deny, NoRoom, Reason
from broker.model.grant import Grant
from broker.model.outcome import Token
from broker.model.record import Entry
from broker.model.stop import Target
from broker.model.task import Heritage, Limits, SaidBy, Task, TaskState
from broker.ports import Turn

BROKER = "broker"
HOUR = 3600.0
TRIES = 3
"""Times that a holder may have something looked up for each task that he may open: he may name the wrong ticket."""
AT_ONCE = 200
"""Tasks that end in one transaction: ten thousand at once would keep every call waiting beyond the log's deadline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an opening is held to. `reach`: where the tools of its scope lie; `proofs`: of who asks, good once."""

    limits: Limits
    reach: Collection[Target] = ()
    proofs: Sequence[Proof] = ()


def crowded(turn: Turn, task: Task, limits: Limits) -> Deny | None:
    """Why its holder may open no more tasks: one who can open as many as he likes has as many budgets."""
    found = turn.holding(task, task.opened)
    who = f"`{task.actor}` for `{task.principal}`"
    if not found.open < limits.open:
        mend = "end one with `broker task end`, or raise `tasks.open` in broker.toml"
        return Deny(
            reason=Reason.BUDGET_SPENT, detail=f"{who} has {found.open} tasks open, and may have {limits.open}: {mend}"
        )
    if not found.lately < limits.per_hour:
        mend = "wait, or raise `tasks.per_hour` in broker.toml"
        return Deny(
            reason=Reason.BUDGET_SPENT,
            detail=f"{who} opened {found.lately} tasks within an hour, and may open {limits.per_hour}: {mend}",
        )
    return None


def requested(turn: Turn, stamp: Stamp, task: Task, terms: Terms) -> tuple[Deny | None, Sequence[Entry]]:
    """From here on its opening can be overtaken by what is revoked."""
    if (stranger := replayed(turn, terms.proofs, stamp.at)) is not None:
        return stranger, []
    for refused in (barred(turn, task, terms.reach), crowded(turn, task, terms.limits)):
        if refused is not None:
            return refused, []
    return None, [task_record.requested(stamp, task)]


def tried(turn: Turn, stamp: Stamp, task: Task, terms: Terms) -> tuple[Deny | None, Sequence[Entry]]:
    """Before anything is looked up for it. A lookup is a call whether or not a task comes of it, so each counts."""
    refused, asked = requested(turn, stamp, task, terms)
    if refused is not None:
        return refused, []
    limit, call = TRIES * terms.limits.per_hour, f"opening {task.id}"
    who = f"holder:{task.principal} {task.actor}"
    one = Claim(key=who, item="openings", amount=Decimal(1), limit=Decimal(limit), window=HOUR)
    if isinstance(turn.reserve(call, [one], stamp.at), NoRoom):
        mend = "wait, or raise `tasks.per_hour` in broker.toml"
        detail = f"`{task.actor}` for `{task.principal}` asked for {limit} tasks within an hour: {mend}"
        return Deny(reason=Reason.BUDGET_SPENT, detail=detail), []
    turn.settle(call, None)
    return None, asked


def opened(
    turn: Turn, stamp: Stamp, task: Task, *, key: bytes, token: Token | None, limits: Limits, reach: Collection[Target]
) -> tuple[Deny | None, Sequence[Entry]]:
    """Counted in its own transaction: of two that would be the last, one is; and of what is revoked at the same time
    it comes before or after.
    """
    for refused in (barred(turn, task, reach), crowded(turn, task, limits)):
        if refused is not None:
            return refused, []
    return None, [_open(turn, stamp, task, key, token)]


def at_once(
    turn: Turn, stamp: Callable[[], Stamp], task: Task, *, key: bytes, token: Token | None, terms: Terms
) -> tuple[Deny | None, Sequence[Entry]]:
    """Asked for and opened, where nothing is looked up between the two: so nothing is revoked between them either."""
    refused, asked = requested(turn, stamp(), task, terms)
    if refused is not None:
        return refused, []
    turn.pending += len(asked)  # the task stands where the record of its opening does, behind that of its request
    return None, [*asked, _open(turn, stamp(), task, key, token)]


def _open(turn: Turn, stamp: Stamp, task: Task, key: bytes, token: Token | None) -> Entry:
    turn.open_task(task, key, token)
    # Opening is a sink: what an agent was shown must not be left behind by asking for another task.
    handed = turn.hand_on(task, stamp.at) if task.said_by is SaidBy.AGENT else Heritage()
    return task_record.opened(stamp, task, token, handed)


def refreshed(
    turn: Turn, stamp: Stamp, task: Task, token: Token, *, by: str, proofs: Sequence[Proof] = ()
) -> tuple[Deny | None, Sequence[Entry]]:
    if (stranger := replayed(turn, proofs, stamp.at)) is not None:
        return stranger, []
    if (state := turn.state(task.id)) is not TaskState.ACTIVE:
        return Deny(reason=Reason.TASK_ENDED, detail=f"the task is {'unknown' if state is None else state.value}"), []
    if (refused := barred(turn, task)) is not None:
        return refused, []
    turn.renew(task.id, token.expires, bound=token.holder is not None)
    return None, [task_record.refreshed(stamp, task, token, by=by)]


def ended(
    turn: Turn, stamp: Stamp, task: str, by: str, why: str, *, holder: Grant | None = None
) -> tuple[bool, Sequence[Entry]]:
    """`holder`: its own agent ends it, which must not destroy what an operator holds still to look at."""
    state = turn.state(task)
    if state in {None, TaskState.ENDED}:
        return False, []
    if holder is not None and (state is not TaskState.ACTIVE or held_back(turn, holder)):
        return False, []
    turn.end_tasks([task], stamp.at)
    return True, [task_record.of_state(stamp, "task.ended", task, by=by, because=why)]


def suspended(turn: Turn, stamp: Stamp, task: str, by: str, why: str) -> tuple[bool, Sequence[Entry]]:
    """Nothing of it is served any more, and nothing of it is lost."""
    if turn.state(task) is not TaskState.ACTIVE:
        return False, []
    turn.set_state(task, TaskState.SUSPENDED)
    return True, [task_record.of_state(stamp, "task.suspended", task, by=by, because=why)]


def resumed(turn: Turn, stamp: Stamp, task: str, by: str, why: str) -> tuple[bool, Sequence[Entry]]:
    """Failed handles stay counted: one more suspends it again, or a look would be worth three guesses."""
    if turn.state(task) is not TaskState.SUSPENDED:
        return False, []
    turn.set_state(task, TaskState.ACTIVE)
    return True, [task_record.of_state(stamp, "task.resumed", task, by=by, because=why)]


def expired(turn: Turn, now: float, stamp: Callable[[], Stamp]) -> tuple[tuple[int, bool], Sequence[Entry]]:
    """How many ended, and whether that is all. Suspended ones too: neither a key nor a handle outlives its time."""
    over, because = turn.expired(now, AT_ONCE), "its lifetime is over"
    turn.end_tasks(over, now)
    entries = [task_record.of_state(stamp(), "task.ended", task, by=BROKER, because=because) for task in over]
    return (len(over), not over and not turn.forget(now)), entries
