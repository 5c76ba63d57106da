"""Static tokens at rest: by their digests, with what was revoked of what they rest on."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import CursorResult, Row, bindparam, select
from sqlalchemy.dialects.sqlite import insert as insert_or

from broker.model.bearer import Bearer, BearerFacts
from broker.model.task import Principal
from broker.store import revoked
from broker.store.tables import BEARER, TASK

Run = Callable[..., CursorResult[Any]]

_OF_DIGEST = select(BEARER).where(BEARER.c.digest == bindparam("digest"))  # built once: each request asks it
_OF_NAME = select(BEARER).where(BEARER.c.name == bindparam("name"))
_TASKS = (
    select(TASK.c.id)
    .where(*(TASK.c[name] == bindparam(name) for name in ("issuer", "sub", "actor", "bearer")))
    .where(TASK.c.key.is_not(None), TASK.c.ends > bindparam("now"))
    .order_by(TASK.c.opened, TASK.c.id)
)


def put(run: Run, bearer: Bearer, digest: str, position: int) -> bool:
    """False where there was ever one of this name: in the log a name must stay one thing's."""
    said = {
        "name": bearer.name,
        "digest": digest,
        "issuer": bearer.principal.issuer,
        "sub": bearer.principal.sub,
        "roles": json.dumps(sorted(bearer.roles)),
        "actor": bearer.actor,
        "scopes": json.dumps(sorted(bearer.scopes)),
        "made": bearer.made,
        "ends": bearer.ends,
        "position": position,
    }
    return run(insert_or(BEARER).on_conflict_do_nothing(), said).rowcount == 1


def of_digest(run: Run, digest: str) -> BearerFacts | None:
    return _facts(run, run(_OF_DIGEST, {"digest": digest}).one_or_none())


def of_name(run: Run, name: str) -> BearerFacts | None:
    return _facts(run, run(_OF_NAME, {"name": name}).one_or_none())


def every(run: Run) -> Sequence[BearerFacts]:
    found = run(select(BEARER).order_by(BEARER.c.made, BEARER.c.name)).all()
    return [one for row in found if (one := _facts(run, row)) is not None]


def tasks(run: Run, bearer: Bearer, now: float) -> Sequence[str]:
    """Those that were opened with it and live, oldest first."""
    who = {"issuer": bearer.principal.issuer, "sub": bearer.principal.sub, "actor": bearer.actor}
    return run(_TASKS, {**who, "bearer": bearer.name, "now": now}).scalars().all()


def _facts(run: Run, row: Row[*tuple[Any, ...]] | None) -> BearerFacts | None:
    if row is None:
        return None
    bearer = Bearer(
        name=row.name,
        principal=Principal(issuer=row.issuer, sub=row.sub),
        roles=frozenset(json.loads(row.roles)),
        actor=row.actor,
        scopes=frozenset(json.loads(row.scopes)),
        made=row.made,
        ends=row.ends,
    )
    return BearerFacts(bearer=bearer, stops=tuple(revoked.about_bearer(run, bearer.name, bearer.rests_on)))
