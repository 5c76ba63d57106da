"""Is the database there, and does it hold what the source says?"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from broker.adapters.sql.sqlite.schema import master, tables

_COLUMNS: Final = "SELECT lower(name) FROM pragma_table_xinfo(?)"


def missing(path: Path, reads: Mapping[str, frozenset[str]], *, veiled: bool = False) -> str | None:
    """What an operator must mend first, in one sentence. Reads no row.

    `reads`: table -> columns, folded; `veiled`: they are to be tables themselves, no view and nothing virtual.
    """
    if not path.is_file():
        return f"no such database: {path}"
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=1)) as database:
            for table, columns in sorted(reads.items()):
                found = {name for (name,) in database.execute(_COLUMNS, (table,))}
                if not found:
                    return f"no table `{table}` in {path}"
                if veiled and table not in tables(master(database, "main")):
                    return f"`{table}` in {path} is a view or virtual: a guarded SELECT reads tables alone"
                if lost := sorted(columns - found):
                    return f"no column `{table}.{lost[0]}` in {path}"
    except sqlite3.Error as error:
        return f"{path} cannot be read: {error}"
    return None
