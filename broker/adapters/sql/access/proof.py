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
_STATE: Final = STATE.format(masked="%(masked)s", raw="%(raw)s")
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
    parameters: dict[str, object] = {
        "masked": ground.masked,
        "raw": ground.raw,
        "writes": json.dumps(list(_writes(ground))),
        "numbered": json.dumps([ground.place(table) for table, written in ground.writes.items() if written.insert]),
    }
    answers = ask([*(one.sql for one in _QUESTIONS), _STATE, _FACTS], parameters)
    if isinstance(answers, str):
        return answers
    *found, states, facts = answers
    user, tls, mark = facts[0]
    too_much = [
        one for question, rows in zip(_QUESTIONS, found, strict=True) for one in _told(question, rows, ground.role)
    ]
    if any(row[0] == "SUPERUSER" for row in found[0]):
        too_much = too_much[:1]  # whoever is one may do everything: the rest would be a list of the world
    return (*too_much, *_drift(mark, str(states[0][0]), ground), *_reached(user, ground, safely=tls or is_local))


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
