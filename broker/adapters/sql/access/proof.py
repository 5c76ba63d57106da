"""Can a source's role do more than it was given, and was it given what the source file says? Asked from inside."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from broker.adapters.sql.access.ground import Ground, quoted
from broker.adapters.sql.access.questions import FUNCTIONS, ITSELF, PLACES, RELATIONS, STATE, Question
from broker.adapters.sql.access.views import MARK, digest

Rows = Sequence[tuple[Any, ...]]
Ask = Callable[[Sequence[str], Mapping[str, object]], Sequence[Rows] | str]
"""Questions, each with the parameters that it names, asked as the role; or in one sentence why they could not be."""

_QUESTIONS: Final = (*ITSELF, *PLACES, *RELATIONS, *FUNCTIONS)
_ROLES: Final = "SELECT rolname::text FROM pg_roles WHERE rolname IN (%(masked)s, %(whole)s, %(raw)s)"
_STATE: Final = STATE.format(masked="%(masked)s", whole="%(whole)s", raw="%(raw)s")
_FACTS: Final = """
    SELECT current_user::text, coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false),
      obj_description((SELECT oid FROM pg_namespace WHERE nspname = %(masked)s), 'pg_namespace')"""
_MOST: Final = 10  # of one sort; who has more to mend begins with these


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One sentence and its mend. `grave`: else an admin may have a reason for it."""

    said: str
    mend: str
    grave: bool = True


def proof(ask: Ask, ground: Ground, *, is_local: bool) -> tuple[Finding, ...] | str:
    """Nothing where all is well. `is_local`: the database is reached by no network."""
    shared = {"masked": ground.masked, "whole": ground.whole, "raw": ground.raw}
    there = ask([_ROLES], shared)
    if isinstance(there, str):
        return there
    known = {str(name) for (name,) in there[0]}
    told: list[Finding] = []
    before: Sequence[Rows] = ()
    for role in (role for role in (ground.masked, ground.whole, ground.raw) if role in known):
        found = ask([one.sql for one in _QUESTIONS], {**shared, **_of(role, ground)})
        if isinstance(found, str):
            return found
        if any(row[0] == "SUPERUSER" for row in found[0]):
            # Whoever is one may do everything: the rest would be a list of the world.
            told += list(_told(_QUESTIONS[0], found[0], role))[:1]
            break
        # What everybody may do was said of the first.
        news = [[row for row in rows if not before or row not in before[at]] for at, rows in enumerate(found)]
        told += [one for question, rows in zip(_QUESTIONS, news, strict=True) for one in _told(question, rows, role)]
        before = before or found
    answers = ask([_STATE, _FACTS], shared)
    if isinstance(answers, str):
        return answers
    states, facts = answers
    user, tls, mark = facts[0]
    return (*told, *_drift(mark, str(states[0][0]), ground), *_reached(user, ground, safely=tls or is_local))


def _of(role: str, ground: Ground) -> Mapping[str, object]:
    """What one of the three roles may be, and alone the one of named queries may write."""
    writes = list(_writes(ground)) if role == ground.raw else []
    inserted = [ground.place(table) for table, written in ground.writes.items() if written.insert]
    return {
        "who": quoted(role),
        "own": role,
        "writes": json.dumps(writes),
        "numbered": json.dumps(inserted if role == ground.raw else []),
    }


def _writes(ground: Ground) -> Iterator[Sequence[str | None]]:
    """As the question about them has them: right, schema, view, column."""
    for table, written in ground.writes.items():
        for right, columns in (("INSERT", written.insert), ("UPDATE", written.update)):
            yield from ([right, ground.raw, table, column] for column in columns)
        if written.delete:
            yield ["DELETE", ground.raw, table, None]


def _told(question: Question, rows: Rows, role: str) -> Iterator[Finding]:
    names = {"role": role, "quoted": quoted(role)}
    found = [str(row[0]) for row in rows]
    for one in found[:_MOST]:
        yield Finding(
            said=question.said.format(one, **names), mend=question.mend.format(one, **names), grave=question.grave
        )
    if len(found) > _MOST:
        more = f"and {len(found) - _MOST} more of the same sort"
        yield Finding(said=more, mend="mend these, and look again", grave=question.grave)


def _drift(mark: str | None, state: str, ground: Ground) -> Iterator[Finding]:
    found = None if mark is None else MARK.fullmatch(mark)
    base = ground.base if found is None else found["base"]
    again = f"run what `broker sql grants {ground.source} --schema {base}` prints"
    if found is None:
        yield Finding(said=f"the schema `{ground.masked}` was not made by `broker sql grants`", mend=again)
    elif found["sha"] != digest(replace(ground, base=base)):
        yield Finding(said=f"the file of `{ground.source}` has changed since its views were made", mend=again)
    elif found["state"] != state:
        yield Finding(said=f"somebody has changed what `broker sql grants {ground.source}` made", mend=again)


def _reached(user: str, ground: Ground, *, safely: bool) -> Iterator[Finding]:
    if user != ground.role:
        yield Finding(
            said=f"one logs in as `{ground.role}` and is `{user}`", mend=f"ALTER ROLE {quoted(ground.role)} RESET role"
        )
    if not safely:
        yield Finding(
            said="what is said to the database can be read on its way", mend="`?sslmode=verify-full` in the `url`"
        )
