"""What the tasks of one holder have in common: how many there are, a key for their ledgers, and what is handed on."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import CursorResult, and_, delete, exists, false, func, literal, select, true, update
from sqlalchemy.dialects.sqlite import insert as insert_or
from sqlalchemy.sql import ColumnElement

from broker.model.label import Label
from broker.model.task import Heritage, Holding, Task
from broker.store import rows
from broker.store.seal import Sealer
from broker.store.system import SystemIds
from broker.store.tables import HOLDER, LEDGER, TASK

Run = Callable[..., CursorResult[Any]]

REMEMBERED: Final = 24 * 3600.0
"""Seconds that a tainted task hands on what it was shown after it has ended."""
HOUR: Final = 3600.0

# Every task has its end and every remembered one its time; with them said, SQLite takes the index of those alone that
# live or are remembered, and not that of all tasks that a holder ever had.
_LIVES = and_(TASK.c.key.is_not(None), TASK.c.ends > 0)
_IS_REMEMBERED = and_(TASK.c.remembered.is_not(None), TASK.c.remembered > 0)


def holding(run: Run, task: Task, now: float) -> Holding:
    """How many tasks the holder of this one has open, and how many he opened within the last hour."""
    living = select(func.count()).where(*_of(task), _LIVES, TASK.c.ends > now)
    lately = select(func.count()).where(*_of(task), TASK.c.opened > now - HOUR)
    return Holding(open=run(living).scalar_one(), lately=run(lately).scalar_one())


def keyed(run: Run, task: Task, sealer: Sealer) -> None:
    """A key for the holder, where he has none."""
    of = task.principal.issuer, task.principal.sub, task.actor
    sealed = sealer.seal(SystemIds().key(), "ledger key", *of)
    new = dict(zip(("issuer", "sub", "actor", "key"), (*of, sealed), strict=True))
    run(insert_or(HOLDER).on_conflict_do_nothing(), new)


def hand_on(run: Run, task: Task, now: float) -> Heritage:
    """To this task, what each tainted one of its holder was shown that lives or ended less than a day ago.

    The digests are under the holder's key, so they are told again in the new task. They are marked: what another task
    was shown is a reason to be careful, and proves nothing about the values of this one.
    """
    near = _LIVES, (TASK.c.remembered > now)
    found = [
        row
        for kept in near
        for row in run(select(TASK.c.id, TASK.c.label).where(*_of(task), kept, TASK.c.id != task.id))
        if rows.to_label(row.label).is_tainted
    ]
    if not found:
        return Heritage()
    label = Label()
    for row in found:
        label = label.join(rows.to_label(row.label))
    heirs = tuple(sorted(row.id for row in found))
    run(update(TASK).where(TASK.c.id == task.id).values(label=rows.of_label(label), heir_of=json.dumps(heirs)))
    columns = LEDGER.c.digest, LEDGER.c.origin, LEDGER.c.shown, LEDGER.c.writer
    for one in heirs:
        theirs = select(literal(task.id), *columns, true(), false()).where(LEDGER.c.task == one)
        names = ["task", *(column.name for column in columns), "handed", "confirms"]
        run(insert_or(LEDGER).from_select(names, theirs.distinct()).on_conflict_do_nothing())
    size = run(select(func.count()).where(LEDGER.c.task == task.id)).scalar_one()
    return Heritage(tasks=heirs, label=label, ledger=size)


def let_go(run: Run, tasks: Sequence[str], now: float) -> None:
    """At the end of tasks: a ledger stays where it is tainted, for as long as it is to be handed on."""
    living = run(select(TASK.c.id, TASK.c.label).where(TASK.c.id.in_(tasks), _LIVES)).all()  # others have ended before
    tainted = {row.id for row in living if rows.to_label(row.label).is_tainted}
    run(update(TASK).where(TASK.c.id.in_(list(tainted))).values(remembered=now + REMEMBERED))
    run(delete(LEDGER).where(LEDGER.c.task.in_([row.id for row in living if row.id not in tainted])))


def forget(run: Run, now: float) -> None:
    """The ledgers whose day is over, and the keys of holders of whom nothing is left."""
    over: Sequence[str] = run(select(TASK.c.id).where(TASK.c.remembered <= now)).scalars().all()
    for task in over:
        run(delete(LEDGER).where(LEDGER.c.task == task))
        run(update(TASK).where(TASK.c.id == task).values(remembered=None))
    same = TASK.c.issuer == HOLDER.c.issuer, TASK.c.sub == HOLDER.c.sub, TASK.c.actor == HOLDER.c.actor
    run(delete(HOLDER).where(*(~exists().where(*same, left) for left in (_LIVES, _IS_REMEMBERED))))


def _of(task: Task) -> tuple[ColumnElement[bool], ...]:
    who = task.principal
    return TASK.c.issuer == who.issuer, TASK.c.sub == who.sub, TASK.c.actor == task.actor
