"""The grants of a source as one text that a database's admin reads, and then runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from broker.adapters.sql.access.ground import Ground
from broker.adapters.sql.access.views import parts
from broker.adapters.sql.source import is_private

_HEAD: Final = r"""What the broker may do in this database for its source `{source}`: log in as {role}, and see what is
listed below through views. It has no right to any table. Made by `broker sql grants {source}`.

Run it as a superuser in the source's database, and again whenever the source file has changed:
    broker sql grants {source} > {source}.sql
    psql -X -v ON_ERROR_STOP=1 -d DATABASE -f {source}.sql
It is one transaction. It changes the role, its two schemas, and what everybody may do: that is the last part.

The first time, give the role a password, which stands in no file, and put it where the broker finds it:
    psql -X -d DATABASE -c '\password {role}'
Then `broker doctor` proves from inside that the role can do no more.
"""


def page(ground: Ground) -> str:
    """SQL with comments. It can be run again, and is as it was."""
    lines = [*_head(ground), "BEGIN;", "SET LOCAL search_path = pg_catalog;  -- bare names below are PostgreSQL's own"]
    for part in parts(ground):
        lines += ["", "", *_comment(f"== {part.about}")]
        for step in part.steps:
            lines += [*([""] if step.about or "\n" in step.sql else []), *_comment(step.about), f"{step.sql};"]
    return "\n".join([*lines, "", "COMMIT;", ""])


def _head(ground: Ground) -> Iterator[str]:
    role, source = ground.role, ground.source
    yield from _comment(_HEAD.format(role=role, source=source))
    rows = [
        ("table", "shown as it is", "masked", "written by tools"),
        *(_row(ground, one) for one in ground.tables.tables),
    ]
    widths = [max(len(row[at]) for row in rows) for at in range(3)]
    for row in rows:
        cells = "  ".join(cell.ljust(width) for cell, width in zip(row, (*widths, 0), strict=True))
        yield f"--   {cells}".rstrip()
    yield ""


def _row(ground: Ground, table: str) -> tuple[str, str, str, str]:
    found = ground.tables.tables[table]
    plain = [found.spelled[name] for name, leaf in found.columns.items() if not is_private(leaf)]
    private = [found.spelled[name] for name, leaf in found.columns.items() if is_private(leaf)]
    written = ground.writes.get(table)
    does = (
        []
        if written is None
        else [
            name
            for name, done in (("insert", written.insert), ("update", written.update), ("delete", written.delete))
            if done
        ]
    )
    return found.name, ", ".join(plain) or "-", ", ".join(private) or "-", ", ".join(does) or "-"


def _comment(said: str) -> list[str]:
    return [f"-- {line}".rstrip() for line in said.split("\n")] if said else []
