"""What an admin runs once, so that PostgreSQL itself shows a source's role no more than the source file lists."""

from __future__ import annotations

import hashlib
import re
from typing import Final, NamedTuple

from broker.adapters.sql.access.functions import functions, row_functions
from broker.adapters.sql.access.ground import Ground, Step, literal, quoted
from broker.adapters.sql.access.questions import STATE
from broker.adapters.sql.access.relations import masked_view, raw_view, whole_view
from broker.adapters.sql.access.rights import grants, revokes, roles, schemas

_NEEDED: Final = Step(
    """DO $$ BEGIN
  IF current_setting('server_version_num')::integer < 140000 OR current_setting('server_encoding') <> 'UTF8' THEN
    RAISE EXCEPTION 'the views need PostgreSQL 14 or newer, and a database in UTF8';
  END IF;
END $$"""
)


MARK: Final = re.compile(
    r"made by `broker sql grants [a-z0-9_]+ --schema (?P<base>[A-Za-z0-9_ -]+)`, "
    r"sha256 (?P<sha>[0-9a-f]{64}), as (?P<state>[0-9a-f]{64})"
)
"""The comment on the schema of the masked views."""


class Part(NamedTuple):
    about: str
    steps: tuple[Step, ...]


def parts(ground: Ground) -> tuple[Part, ...]:
    """In the order in which they are run, in one transaction."""
    made = _made(ground)
    return (*made, Part("By this `broker doctor` sees what has changed since.", (_mark(ground, _digest(made)),)))


def digest(ground: Ground) -> str:
    """Of all that is made: what another source file makes, or another broker, has another."""
    return _digest(_made(ground))


def _mark(ground: Ground, sha: str) -> Step:
    """What it was made from, and what it has become: see MARK."""
    source = literal(f"made by `broker sql grants {ground.source} --schema {ground.base}`, ")
    state = STATE.format(masked=literal(ground.masked), whole=literal(ground.whole), raw=literal(ground.raw))
    comment = literal(f"COMMENT ON SCHEMA {quoted(ground.masked)} IS %L")
    return Step(
        f"DO $$ BEGIN EXECUTE format({comment}, concat(\n"
        f"  {source},\n  {literal(f'sha256 {sha}, as ')}, ({state})));\nEND $$"
    )


def _made(ground: Ground) -> tuple[Part, ...]:
    tables = ground.tables.tables
    return (
        Part("What this needs.", (_NEEDED,)),
        Part("The role may log in, and has two others. All else that they may do stands below.", tuple(roles(ground))),
        Part("Three schemas, which hold nothing but what is made here.", tuple(schemas(ground))),
        Part("How private values are shown: by what the transaction says of their class.", _functions(ground)),
        Part("What SQL of agents reads.", tuple(masked_view(ground, table) for table in tables)),
        Part(
            "The same for a task that is about everybody: no row is hidden from it, so a join may use every index.",
            tuple(whole_view(ground, table) for table in tables),
        ),
        Part(
            "What the queries of the source file read and write: the columns as they are, where the broker says so.",
            tuple(raw_view(ground, table) for table in tables),
        ),
        Part("What the roles may do.", tuple(grants(ground))),
        Part(
            "What everybody may do in this database, and the role with everybody. Read this part: whoever needs one\n"
            "of these loses it too. Give it back by name, as in GRANT TEMPORARY ON DATABASE ... TO reporting.",
            tuple(revokes()),
        ),
    )


def _functions(ground: Ground) -> tuple[Step, ...]:
    found = functions(ground.masked)
    if ground.tables.subject is None:
        return found
    table, column = ground.tables.subject
    place = f"{ground.place(table)}.{quoted(ground.tables.tables[table].spelled[column])}"
    return (*found, *row_functions(ground.masked, place))


def _digest(made: tuple[Part, ...]) -> str:
    text = ";\n".join(step.sql for part in made for step in part.steps)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
