"""One statement on one connection of its own, which ends when it is told to and says what came of it."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote

from broker.adapters.sql.engine import Footprint, Order, Result
from broker.adapters.sql.gather import affected, gather, hold
from broker.adapters.sql.sqlite.rehearse import touch
from broker.adapters.sql.values import read, text
from broker.model.faults import Effect, ToolFault

UNAVAILABLE: Final = "source unavailable"
_FAILED: Final = "the query failed"
_BUSY: Final = 1.0  # seconds to wait for another's lock; a waiting connection cannot be interrupted
_STEPS: Final = 1_000  # of SQLite's machine between two looks at the clock: about 20 microseconds
_MAX_VALUE: Final = 8 << 20  # bytes of one text or blob
_UNREACHABLE: Final = frozenset(
    {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR}
    | {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL}
)
_INSIDE: Final = frozenset(
    {sqlite3.SQLITE_READ, sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION}
    | {sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE}
)


class Run:
    """Blocking, for one thread; `stop` is for another. `ended` is set once `outcome` is what came of it."""

    def __init__(self, path: Path, order: Order, footprint: Footprint) -> None:
        self._path = path
        self._order = order
        self._footprint = footprint
        self._lock = threading.Lock()
        self._started = False
        self._stopped = False
        self._deadline = 0.0
        self.ended = threading.Event()
        self.outcome: Result | ToolFault = ToolFault("stopped before it began", effect=Effect.NONE)

    def __call__(self) -> None:
        with self._lock:
            if self._stopped:
                return
            self._started = True
        try:
            self.outcome = self._run()
        except ToolFault as fault:
            self.outcome = fault
        except sqlite3.Error as error:
            self.outcome = _fault(error, Effect.NONE)
        finally:
            self.ended.set()

    def stop(self) -> None:
        """Before its commit it will have no effect. Seen within `_STEPS` steps of SQLite's machine."""
        with self._lock:
            self._stopped = True
            if not self._started:
                self.ended.set()

    def _run(self) -> Result:
        order = self._order
        self._deadline = time.monotonic() + order.timeout
        most = order.max_affected
        mode = "ro" if most is None else "rw"  # neither makes a database that is not there
        uri = f"file:{quote(str(self._path))}?mode={mode}"
        with closing(sqlite3.connect(uri, uri=True, timeout=_BUSY, isolation_level=None)) as database:
            _harden(database, writes=most is not None)
            database.set_progress_handler(self._should_end, _STEPS)
            return self._read(database) if most is None else self._write(database, most)

    def _should_end(self) -> bool:
        return self._stopped or time.monotonic() > self._deadline

    def _read(self, database: sqlite3.Connection) -> Result:
        _fence(database, self._footprint)
        with closing(database.execute(self._order.text.sql, self._order.parameters)) as cursor:
            return gather(cursor, self._order, read)

    def _write(self, database: sqlite3.Connection, most: int) -> Result:
        """One transaction. Whatever leaves it before the commit leaves nothing behind."""
        # SQLite reports what its foreign keys touch as if the statement did. So the statement's own reach is held to
        # its footprint with them off, and only then are they switched on.
        _fence(database, self._footprint)
        database.execute(f"EXPLAIN {self._order.text.sql}", self._order.parameters).close()
        database.set_authorizer(None)
        database.execute("PRAGMA foreign_keys = ON")
        _fence_structure(database)
        database.execute("BEGIN IMMEDIATE")
        try:
            before = database.total_changes
            with closing(database.execute(self._order.text.sql, self._order.parameters)) as cursor:
                result = gather(cursor, self._order, read, most) if self._order.names else None
                if result is None:
                    cursor.fetchall()
            written = database.total_changes - before  # with what triggers and foreign keys did
            hold(written, most)
            result = affected(written) if result is None else result
            self._commit(database)
        except BaseException:
            with suppress(sqlite3.Error):  # closing the connection rolls back as well
                database.rollback()
            raise
        return result

    def _commit(self, database: sqlite3.Connection) -> None:
        with self._lock:
            if self._stopped:
                raise ToolFault("stopped before its commit", effect=Effect.NONE)
            database.set_progress_handler(None, 0)
            try:
                database.execute("COMMIT")
            except sqlite3.Error as error:
                # Busy, or a foreign key that does not hold: not committed. Anything else: nobody knows.
                known = _code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CONSTRAINT}
                raise _fault(error, Effect.NONE if known else Effect.UNKNOWN) from error


def _harden(database: sqlite3.Connection, *, writes: bool) -> None:
    database.text_factory = text
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")
    if not writes:
        database.execute("PRAGMA query_only = ON")
    database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE)
    database.setlimit(sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0)


def _fence(database: sqlite3.Connection, footprint: Footprint) -> None:
    """The engine itself refuses what was not touched when it was loaded, whatever the real tables turn out to be."""

    def allows(code: int, first: str | None, second: str | None, _database: str | None, inside: str | None) -> int:
        # A view or trigger is the database's own text. SQLite names our own subqueries in the same place.
        own = inside is None or inside.lower() in footprint.inner
        # A table without a column: its rows are gone through and nothing of them is read. Which tables SQLite says this
        # of depends on the planner, and it says it outside of the view that does it.
        as_such = code == sqlite3.SQLITE_READ and second == ""
        allowed = as_such or (touch(code, first, second) in footprint.touches if own else code in _INSIDE)
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY

    database.set_authorizer(allows)


def _fence_structure(database: sqlite3.Connection) -> None:
    allowed = {*_INSIDE, sqlite3.SQLITE_TRANSACTION}
    database.set_authorizer(lambda code, *_: sqlite3.SQLITE_OK if code in allowed else sqlite3.SQLITE_DENY)


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # without the extended part


def _fault(error: sqlite3.Error, effect: Effect) -> ToolFault:
    """SQLite's own words hold values and names: they stay inside, as the cause."""
    gone = _code(error) in _UNREACHABLE
    fault = ToolFault(UNAVAILABLE if gone else _FAILED, effect=effect, is_unreachable=gone)
    fault.__cause__ = error
    return fault
