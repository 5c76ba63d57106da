"""A connection that trusts neither the statement, nor the database's own text, nor its sizes."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final
from urllib.parse import quote

from broker.adapters.sql.values import text

_BUSY: Final = 1.0  # seconds to wait for another's lock; a waiting connection cannot be interrupted
_MAX_VALUE: Final = 8 << 20  # bytes of one text or blob


def connect(path: Path, *, writes: bool) -> sqlite3.Connection:
    """To the file itself, for a statement that an admin wrote."""
    database = sqlite3.connect(uri(path, writes=writes), uri=True, timeout=_BUSY, isolation_level=None)
    harden(database)
    database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE)
    if not writes:
        database.execute("PRAGMA query_only = ON")
    return database


def empty() -> sqlite3.Connection:
    """To a database in memory, to which a file can be attached."""
    database = sqlite3.connect(":memory:", uri=True, timeout=_BUSY, isolation_level=None)
    harden(database)
    return database


def uri(path: Path, *, writes: bool) -> str:
    """Neither mode makes a database that is not there."""
    return f"file:{quote(str(path))}?mode={'rw' if writes else 'ro'}"


def harden(database: sqlite3.Connection) -> None:
    database.text_factory = text
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")
    database.setlimit(sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0)
