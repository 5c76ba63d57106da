"""What a file itself says of its tables: in which orders their rows lie."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

Master = tuple[tuple[str, str, int, str], ...]
"""(kind, folded name, root page, text), of each entry of the schema: while they are the same, so is all else here."""

_MASTER: Final = "SELECT type, lower(name), rootpage, coalesce(sql, '') FROM {}.sqlite_master"
_INDEXES: Final = "SELECT name, origin FROM pragma_index_list(?, ?) ORDER BY seq"
_OF_INDEX: Final = 'SELECT lower(name) FROM pragma_index_xinfo(?, ?) WHERE "key" ORDER BY seqno'
_COLUMNS: Final = "SELECT lower(name), pk FROM pragma_table_xinfo(?, ?) ORDER BY cid"
_ROWIDS: Final = ("_rowid_", "rowid", "oid")

Indexed = tuple[str | None, ...]
"""Its columns, folded; None: an expression."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    lies_by: tuple[str, ...]  # in whose order a scan gives the rows; none: in the order in which they came
    rowid: str | None  # what its row numbers are called, where it has any
    indexes: tuple[Indexed, ...]


def master(database: sqlite3.Connection, schema: str) -> Master:
    return tuple(database.execute(_MASTER.format(schema)))


def tables(known: Master) -> frozenset[str]:
    """Those that hold rows: no view, which is somebody's text, and nothing virtual, which is somebody's code."""
    return frozenset(name for kind, name, page, _ in known if kind == "table" and page > 0)


def described(database: sqlite3.Connection, schema: str, names: Iterable[str]) -> Mapping[str, Table]:
    return {name: _table(database, schema, name) for name in names}


def _table(database: sqlite3.Connection, schema: str, name: str) -> Table:
    columns: dict[str, int] = dict(database.execute(_COLUMNS, (name, schema)).fetchall())
    key = tuple(column for column, at in sorted(columns.items(), key=lambda one: one[1]) if at)
    listed = database.execute(_INDEXES, (name, schema)).fetchall()
    rowid = _rowid(database, schema, name, columns)
    # A key of a table with row numbers is such a number itself where no index keeps it.
    numbered = rowid is not None and any(origin == "pk" for _, origin in listed)
    return Table(
        lies_by=() if numbered else key,
        rowid=rowid,
        indexes=tuple(
            tuple(column for (column,) in database.execute(_OF_INDEX, (index, schema))) for index, _ in listed
        ),
    )


def _rowid(database: sqlite3.Connection, schema: str, name: str, columns: Collection[str]) -> str | None:
    """What no column is called. Whether there are any no pragma says in all versions that we run on: a read tells."""
    free = next((one for one in _ROWIDS if one not in columns), None)
    if free is None:
        return None
    try:
        database.execute(f'SELECT "{name}".{free} FROM {schema}."{name}" LIMIT 0').close()  # noqa: S608 - names of the source file
    except sqlite3.OperationalError:
        return None
    return free
