"""What was revoked or frozen, in the order of the log: read in the transaction that lets a call begin or end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, assert_never

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    CursorResult,
    Executable,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.sqlite import insert as insert_or

from broker.model.stop import Act, Stop, Target, What
from broker.model.task import Principal, TaskState
from broker.store.tables import BEARER, ENTRY, INDEX, STOP, TASK

Run = Callable[[Executable, Any], CursorResult[Any]]

_REQUESTED = "task.requested"


def _since_opened() -> ColumnElement[int]:
    opened = select(TASK.c.position).where(TASK.c.id == bindparam("task")).scalar_subquery()
    is_request = INDEX.c.task == bindparam("task"), INDEX.c.kind == _REQUESTED
    asked = select(func.max(INDEX.c.seq)).where(*is_request).scalar_subquery()
    return func.coalesce(opened, asked)  # where both are NULL nothing compares as later


def _about(since: ColumnElement[int]) -> CompoundSelect[Any]:
    """Built once: it is asked four times for each call, and to build it takes ten times as long as to run it."""
    is_named = STOP.c.name.in_(bindparam("names", expanding=True))
    revoked = select(STOP).where(STOP.c.act == Act.REVOKED.value, is_named, STOP.c.at > since)
    # Two searches of the index, and not one walk over all that was ever revoked.
    return select(STOP).where(STOP.c.act == Act.FROZEN.value).union_all(revoked)


_ABOUT = _about(_since_opened())
_ABOUT_BEARER = _about(select(BEARER.c.position).where(BEARER.c.name == bindparam("bearer")).scalar_subquery())


def put(run: Run, act: Act, target: Target, at: int) -> bool:
    """A later revocation takes the place of an earlier one. False where the same freeze stands already."""
    new = insert_or(STOP).values(act=act.value, what=target.what.value, name=target.name, at=at)
    match act:
        case Act.REVOKED:
            columns = [STOP.c.act, STOP.c.what, STOP.c.name]
            run(new.on_conflict_do_update(index_elements=columns, set_={"at": at}), None)
            return True
        case Act.FROZEN:
            return run(new.on_conflict_do_nothing(), None).rowcount == 1
        case _:
            assert_never(act)


def lift(run: Run, target: Target) -> bool:
    """Thaw it; False where it is not frozen."""
    named = STOP.c.what == target.what.value, STOP.c.name == target.name
    return run(delete(STOP).where(STOP.c.act == Act.FROZEN.value, *named), None).rowcount == 1


def about(run: Run, task: str, targets: Collection[Target]) -> Sequence[Stop]:
    """Every freeze; and what was revoked of `targets` since this task was opened, or asked for where it is not open.

    A task that the log does not know is not reached by what was revoked before: it comes after all of it.
    """
    return _those(targets, _stops(run(_ABOUT, {"task": task, "names": _named(targets)})))


def about_bearer(run: Run, bearer: str, targets: Collection[Target]) -> Sequence[Stop]:
    """The same of a static token, since it was made."""
    return _those(targets, _stops(run(_ABOUT_BEARER, {"bearer": bearer, "names": _named(targets)})))


def _named(targets: Collection[Target]) -> list[str]:
    return list({one.name for one in targets if _has_bytes(one.name)})


def _those(targets: Collection[Target], found: Sequence[Stop]) -> Sequence[Stop]:
    return sorted((one for one in found if one.act is Act.FROZEN or one.target in targets), key=lambda one: one.at)


def _has_bytes(name: str) -> bool:
    """A lone surrogate has none, so nothing that was ever revoked is called so."""
    return name.encode("utf-8", "ignore").decode() == name


def frozen(run: Run) -> Sequence[Stop]:
    return read(run, STOP.c.act == Act.FROZEN.value)


def standing(run: Run) -> Sequence[Stop]:
    """Every freeze, and the newest revocation: whoever watches sees by it that there is one more."""
    newest = select(func.max(STOP.c.at)).where(STOP.c.act == Act.REVOKED.value).scalar_subquery()
    return read(run, or_(STOP.c.act == Act.FROZEN.value, STOP.c.at == newest))


def mention(run: Run, raw: bytes, below: int | None) -> tuple[int, bytes] | None:
    """The newest record with these bytes in it. It reads the log: for commands, which are few."""
    before = true() if below is None else ENTRY.c.seq < below
    found = select(ENTRY).where(before, func.instr(ENTRY.c.body, raw) > 0).order_by(ENTRY.c.seq.desc()).limit(1)
    row = run(found, None).one_or_none()
    return None if row is None else (row.seq, row.body)


def read(run: Run, where: ColumnElement[bool]) -> Sequence[Stop]:
    return _stops(run(select(STOP).where(where).order_by(STOP.c.at), None))


def _stops(found: CursorResult[Any]) -> Sequence[Stop]:
    return [Stop(act=Act(row.act), target=Target(what=What(row.what), name=row.name), at=row.at) for row in found]


def doomed(run: Run, target: Target, most: int) -> Sequence[str]:
    """Tasks that were there when `target` was revoked, and have not ended yet; at most so many."""
    named = STOP.c.what == target.what.value, STOP.c.name == target.name
    at = select(STOP.c.at).where(STOP.c.act == Act.REVOKED.value, *named).scalar_subquery()
    before = TASK.c.position < at, TASK.c.state != TaskState.ENDED.value
    found = select(TASK.c.id).where(_of(target), *before).order_by(TASK.c.position).limit(most)
    return run(found, None).scalars().all()


def _of(target: Target) -> ColumnElement[bool]:
    match target.what:
        case What.ALL:
            return true()
        case What.TASK:
            return TASK.c.id == target.name
        case What.USER:
            who = Principal.named(target.name)
            return and_(TASK.c.issuer == who.issuer, TASK.c.sub == who.sub)
        case What.AGENT:
            return or_(TASK.c.actor == target.name, TASK.c.actor.startswith(f"{target.name}/", autoescape=True))
        case What.BEARER:
            return TASK.c.bearer == target.name
        case What.TOKEN | What.BLOCK | What.SOURCE | What.ZONE:
            return TASK.c.id.is_(None)  # no task as a whole
        case _:
            assert_never(target.what)
