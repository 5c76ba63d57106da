"""What SQLite itself refuses while a statement is read, whatever was thought of the statement before."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping
from typing import Final

from broker.adapters.sql.engine import Footprint, Touch
from broker.adapters.sql.select.mask_sqlite import PSEUDONYM
from broker.adapters.sql.select.reach import Column
from broker.adapters.sql.sqlite.functions import OF_A_QUERY
from broker.adapters.sql.sqlite.views import Names

Authorizer = Callable[[int, str | None, str | None, str | None, str | None], int]
"""(code, first name, second name, schema, innermost view or WITH) -> allowed or not; see sqlite3_set_authorizer."""

_INSIDE: Final = frozenset(
    {sqlite3.SQLITE_READ, sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION}
    | {sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE}
)
_WITH: Final = re.compile(r"[a-z]~[0-9]{1,6}")  # what the guard calls the WITHs of a query
_QUERY: Final = re.compile(r"(?:SELECT|WITH)\b", re.IGNORECASE)


def is_query(sql: str) -> bool:
    """The authorizer is not told of EXPLAIN, whose answer holds names and numbers of the schema."""
    return _QUERY.match(sql) is not None


def touch(code: int, first: str | None, second: str | None) -> Touch:
    return code, "" if first is None else first.lower(), "" if second is None else second.lower()


def named(footprint: Footprint) -> Authorizer:
    """What was not touched when it was loaded is refused, whatever the real tables turn out to be."""

    def allows(code: int, first: str | None, second: str | None, _schema: str | None, inside: str | None) -> int:
        # A view or trigger is the database's own text. SQLite names our own subqueries in the same place.
        own = inside is None or inside.lower() in footprint.inner
        # A table without a column: its rows are gone through and nothing of them is read. Which tables SQLite says this
        # of depends on the planner, and it says it outside of the view that does it.
        as_such = code == sqlite3.SQLITE_READ and second == ""
        allowed = as_such or (touch(code, first, second) in footprint.touches if own else code in _INSIDE)
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY

    return allows


def structure() -> Authorizer:
    """For a write whose own reach was looked at before: rows, and nothing but rows."""
    allowed = {*_INSIDE, sqlite3.SQLITE_TRANSACTION}
    return lambda code, *_: sqlite3.SQLITE_OK if code in allowed else sqlite3.SQLITE_DENY


def veiled(columns: Mapping[str, frozenset[Column]], names: Names) -> Authorizer:
    """A table of the file is read from inside its own view alone; the query itself reads views.

    `columns`: table -> the columns that its view reads, of it and of the tables that its row filter goes through.
    """
    views = {*names.inner, *names.inner.values()}
    homes = {view: columns[table] for table, view in names.inner.items()}
    functions = {*OF_A_QUERY, names.parameter, names.mask, PSEUDONYM}

    def reads(table: str, column: str, schema: str | None, inside: str) -> bool:
        match schema:
            case names.schema if column == "":  # gone through, by whichever view; nobody else can name the schema
                return table in names.inner
            case names.schema:
                return (table, column) in homes.get(inside, ())
            case "temp":
                return table in views
            case None:  # gone through, and called by no schema: a view, or one of the query's own WITHs
                return column == "" and (table in views or _WITH.fullmatch(table) is not None)
            case _:
                return False

    def allows(code: int, first: str | None, second: str | None, schema: str | None, inside: str | None) -> int:
        _, one, other = touch(code, first, second)
        match code:
            case sqlite3.SQLITE_SELECT:
                allowed = True
            case sqlite3.SQLITE_FUNCTION:
                allowed = other in functions
            case sqlite3.SQLITE_READ:
                allowed = reads(one, other, schema, "" if inside is None else inside)
            case _:
                allowed = False
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY

    return allows
