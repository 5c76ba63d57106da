"""A second opinion from the engine itself: what does this statement touch, in a database of only the listed columns?"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from typing import Final

from broker.adapters.sql.engine import Text, Touch
from broker.adapters.sql.sqlite.fence import touch
from broker.adapters.sql.sqlite.functions import FUNCTIONS
from broker.adapters.sql.table import Table

_CODES: Final = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_INSERT,
        sqlite3.SQLITE_UPDATE,
        sqlite3.SQLITE_DELETE,
        sqlite3.SQLITE_FUNCTION,
    }
)


def rehearse(text: Text, tables: Mapping[str, Table], inner: frozenset[str]) -> frozenset[Touch] | str:
    """All that the statement touches, by SQLite's own reading of it; or why SQLite does not take it.

    `inner`: its own names for queries inside it, none of them a table's. What SQLite keeps a WITH in, it reads like a
    table, so these may be read; a real table of such a name is not here, and so cannot be what is meant.
    """
    touched: set[Touch] = set()
    strange: list[str] = []

    def note(code: int, first: str | None, second: str | None, _database: str | None, _inside: str | None) -> int:
        one = touch(code, first, second)
        touched.add(one)
        own = code == sqlite3.SQLITE_READ and one[1] in inner
        trouble = None if own else _strange(one, tables)
        if trouble is None:
            return sqlite3.SQLITE_OK
        strange.append(trouble)
        return sqlite3.SQLITE_DENY

    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        for table in tables.values():
            columns = ", ".join(f'"{column}"' for column in table.spelled.values())
            database.execute(f'CREATE TABLE "{table.name}" ({columns})')
            if table.unique:  # ON CONFLICT names a key or is no SQL
                keys = ", ".join(f'"{column}"' for column in table.unique)
                database.execute(f'CREATE UNIQUE INDEX "unique" ON "{table.name}" ({keys})')
        database.set_authorizer(note)
        try:
            database.execute(f"EXPLAIN {text.sql}", dict.fromkeys(text.order)).fetchall()
        except sqlite3.Error as error:
            return strange[0] if strange else f"not SQL as SQLite has it: {str(error).lower()[:120]}"
    return strange[0] if strange else frozenset(touched)


def _strange(one: Touch, tables: Mapping[str, Table]) -> str | None:
    code, first, second = one
    if code not in _CODES:
        return "only reading and writing of tables"
    if code == sqlite3.SQLITE_FUNCTION:
        return None if second in FUNCTIONS else f"`{second}()` is not one of the functions that can be used"
    if code == sqlite3.SQLITE_SELECT:
        return None
    if first not in tables:
        return f"`{first}` is not a table listed in `tables`"
    listed = second == "" or second in tables[first].columns
    return None if listed else f"`{second}` is not a listed column of `{first}`"
