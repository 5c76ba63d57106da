"""What the tasks of one holder have in common: how many there are, a key for their ledgers, and what is handed on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import CursorResult, Row, and_, bindparam, delete, exists, false, func, literal, select, true, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from broker.model.label import Label
from broker.model.task import Heritage, Holding, Task, TaskState
from broker.store import rows
from broker.store.seal import Sealer
from broker.store.system import SystemIds
from broker.store.tables import HOLDER, LEDGER, TASK

Run = Callable[..., CursorResult[Any]]

REMEMBERED: Final = 24 * 3600.0
"""Seconds that a tainted task hands on what it was shown after it has ended."""
HOUR: Final = 3600.0
MOST: Final = 10_000
"""Rows that are handed on to one task, some 100 ms: what an agent makes grow must not hold the log up for all."""
AT_ONCE: Final = 20
"""Tasks that are forgotten in one transaction."""

# Every task has its end and every remembered one its time; with them said, SQLite takes the index of those alone that
# live or are remembered, and not that of all tasks that a holder ever had.
_LIVES = and_(TASK.c.key.is_not(None), TASK.c.ends > 0)
_IS_REMEMBERED = and_(TASK.c.remembered.is_not(None), TASK.c.remembered > 0)


# Built once, for each task that opens asks them: to build one takes longer than to run it.
_OF = tuple(TASK.c[name] == bindparam(name) for name in ("issuer", "sub", "actor"))
_LIVING = select(func.count()).where(*_OF, _LIVES, TASK.c.ends > bindparam("now")).scalar_subquery()
_LATELY = select(func.count()).where(*_OF, TASK.c.opened > bindparam("hour")).scalar_subquery()
_HOLDING = select(_LIVING.label("living"), _LATELY.label("lately"))
_NEAR = select(*(TASK.c[name] for name in ("id", "label", "opened", "remembered", "heir_of", "ledger_whole")))
# A label that nothing joined taints nobody, and as good as every task has one: they stay where they are.
_BY_OTHERS = _NEAR.where(*_OF, TASK.c.id != bindparam("task"), TASK.c.label != rows.of_label(Label()))
# Two searches of two indexes: with `or` between them, it would be one walk over all that the holder ever opened.
_ALL_NEAR = _BY_OTHERS.where(_LIVES).union_all(_BY_OTHERS.where(TASK.c.remembered > bindparam("now")))
_KEYED = insert_or(HOLDER).on_conflict_do_nothing()


def holding(run: Run, task: Task, now: float) -> Holding:
    """How many tasks the holder of this one has open, and how many he opened within the last hour."""
    found = run(_HOLDING, {**_who(task), "now": now, "hour": now - HOUR}).one()
    return Holding(open=found.living, lately=found.lately)


def keyed(run: Run, task: Task, sealer: Sealer) -> None:
    """A key for the holder, where he has none."""
    who = _who(task)
    run(_KEYED, {**who, "key": sealer.seal(SystemIds().key(), "ledger key", *who.values())})


def hand_on(run: Run, task: Task, now: float) -> Heritage:
    """To this task, what each tainted one of its holder was shown that lives or ended less than a day ago.

    The digests are under the holder's key, so they are told again in the new task. They are marked: what another task
    was shown is a reason to be careful, and proves nothing about the values of this one.
    """
    found = _near(run, task, now)
    if not found:
        return Heritage()
    label = Label()
    for row in found:
        label = label.join(rows.to_label(row.label))
    from_ = [row for row in found if not _is_within(row, found)]
    left, whole = MOST, all(row.ledger_whole for row in from_)
    for row in from_:
        size = _copied(run, row.id, task.id, left)
        whole = whole and size <= left
        left = max(0, left - size)
    tasks = tuple(row.id for row in from_)
    said = {"label": rows.of_label(label), "heir_of": json.dumps(tasks), "ledger_whole": whole}
    run(update(TASK).where(TASK.c.id == task.id).values(said))
    size = run(select(func.count()).where(LEDGER.c.task == task.id)).scalar_one()
    return Heritage(tasks=tasks, label=label, ledger=size, whole=whole)


def _near(run: Run, task: Task, now: float) -> list[Row[*tuple[Any, ...]]]:
    """The tainted tasks of this holder that live or are remembered, newest first."""
    all_of = run(_ALL_NEAR, {**_who(task), "task": task.id, "now": now}).all()
    tainted = [row for row in all_of if rows.to_label(row.label).is_tainted]
    return sorted(tainted, key=lambda row: (-row.opened, row.id))


def _is_within(one: Row[*tuple[Any, ...]], found: Sequence[Row[*tuple[Any, ...]]]) -> bool:
    """Whether another of them begins with all of its ledger: it had ended, by a second, before that one was asked for.

    Else an agent that asks for task after task would have every value copied as often as it ever asked.
    """
    if one.remembered is None:
        return False
    ended = one.remembered - REMEMBERED
    return any(one.id in json.loads(row.heir_of) and ended + 1 < row.opened for row in found)


def _copied(run: Run, one: str, heir: str, most: int) -> int:
    """At most so many of its rows; how many there are, as far as that matters."""
    columns = LEDGER.c.digest, LEDGER.c.origin, LEDGER.c.shown, LEDGER.c.writer
    theirs = LEDGER.c.task == one
    names = ["task", *(column.name for column in columns), "handed", "confirms"]
    some = select(literal(heir), *columns, true(), false()).where(theirs).limit(most)
    run(insert_or(LEDGER).from_select(names, some).on_conflict_do_nothing())
    there = select(LEDGER.c.task).where(theirs).limit(most + 1).subquery()
    return int(run(select(func.count()).select_from(there)).scalar_one())


def end(run: Run, tasks: Sequence[str], now: float) -> None:
    """The keys of tasks. A ledger stays where it is tainted, for as long as it is to be handed on."""
    living = run(select(TASK).where(TASK.c.id.in_(tasks), _LIVES)).all()  # the others have ended before
    tainted = [row.id for row in living if rows.to_label(row.label).is_tainted]
    run(update(TASK).where(TASK.c.id.in_(tainted)).values(remembered=now + REMEMBERED))
    run(delete(LEDGER).where(LEDGER.c.task.in_([row.id for row in living if row.id not in tainted])))
    run(update(TASK).where(TASK.c.id.in_(tasks)).values(state=TaskState.ENDED.value, key=None))
    _unkeyed(run, living)


def forget(run: Run, now: float) -> int:
    """The ledgers of some tasks whose day is over; how many they were."""
    over = run(select(TASK).where(_IS_REMEMBERED, TASK.c.remembered <= now).limit(AT_ONCE)).all()
    names = [row.id for row in over]
    run(delete(LEDGER).where(LEDGER.c.task.in_(names)))
    run(update(TASK).where(TASK.c.id.in_(names)).values(remembered=None))
    _unkeyed(run, over)
    return len(over)


def _unkeyed(run: Run, tasks: Sequence[Row[*tuple[Any, ...]]]) -> None:
    """The keys of their holders go, where nothing is left that they are for."""
    same = TASK.c.issuer == HOLDER.c.issuer, TASK.c.sub == HOLDER.c.sub, TASK.c.actor == HOLDER.c.actor
    for issuer, sub, actor in {(row.issuer, row.sub, row.actor) for row in tasks}:
        of = HOLDER.c.issuer == issuer, HOLDER.c.sub == sub, HOLDER.c.actor == actor
        run(delete(HOLDER).where(*of, *(~exists().where(*same, left) for left in (_LIVES, _IS_REMEMBERED))))


def _who(task: Task) -> Mapping[str, str]:
    return {"issuer": task.principal.issuer, "sub": task.principal.sub, "actor": task.actor}
