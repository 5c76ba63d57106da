"""What each call or opening asks of the tables, built once: to build a statement takes longer than to run it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Float, bindparam, case, delete, func, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from broker.store.tables import CHECKPOINT, ENTRY, HEAD, INDEX, PROOF, SPEND, TASK

STATE: Final = select(TASK.c.state).where(TASK.c.id == bindparam("task"))

_OF_ITEM = SPEND.c.key == bindparam("key"), SPEND.c.item == bindparam("item")
EVER: Final = select(SPEND.c.id, SPEND.c.amount, SPEND.c.at, SPEND.c.state).where(*_OF_ITEM)
# Ten thousand calls of a day are a few rows so: one by one they took 70 ms of every other call's time.
LATELY: Final = (
    select(SPEND.c.state, SPEND.c.amount, func.count().label("times"))
    .where(*_OF_ITEM, SPEND.c.at > bindparam("since"))
    .group_by(SPEND.c.state, SPEND.c.amount)
)

OPENED: Final = insert(TASK)
_LATEST = case((TASK.c.token_until < bindparam("until"), bindparam("until")), else_=TASK.c.token_until)
RENEWED: Final = (
    update(TASK)
    .where(TASK.c.id == bindparam("of"))
    .values(token_until=_LATEST, bound=or_(TASK.c.bound, bindparam("holds")))
)

STALE: Final = delete(PROOF).where(PROOF.c.until < bindparam("end", type_=Float))
USED: Final = insert_or(PROOF).on_conflict_do_nothing()

STANDS: Final = select(HEAD.c.size, HEAD.c.frontier)
MOVED: Final = (
    update(HEAD)
    .where(HEAD.c.id == 0, HEAD.c.size == bindparam("old"))
    .values(size=bindparam("now"), frontier=bindparam("edge"))
)
APPENDED: Final = insert(ENTRY)
INDEXED: Final = insert(INDEX)
SIGNED: Final = insert(CHECKPOINT)
