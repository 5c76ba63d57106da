"""The task that its holder would open again by asking for the very same."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from broker.model.asking import Asking
from broker.model.task import TaskState
from broker.store.revoked import Run
from broker.store.tables import TASK

_LIKE = (
    select(TASK.c.id)
    .where(
        *(TASK.c[name] == bindparam(name) for name in ("issuer", "sub", "actor", "scope", "purpose", "revision")),
        *(TASK.c[name] == bindparam(name) for name in ("said_by", "bearer", "bound")),
        TASK.c.state == TaskState.ACTIVE.value,
        TASK.c.key.is_not(None),
        TASK.c.ends > bindparam("now"),
    )
    .order_by(TASK.c.opened.desc(), TASK.c.id)
    .limit(1)
)


def youngest(run: Run, asking: Asking, revision: str, now: float) -> str | None:
    """`revision`: of a scope that takes no parameters, for what was said of them is not looked at."""
    who = {"issuer": asking.principal.issuer, "sub": asking.principal.sub, "actor": asking.actor}
    what = {"scope": asking.scope, "purpose": asking.purpose, "revision": revision}
    how = {"said_by": asking.said_by.value, "bearer": asking.bearer, "bound": asking.holder is not None}
    found: str | None = run(_LIKE, {**who, **what, **how, "now": now}).scalar_one_or_none()
    return found
