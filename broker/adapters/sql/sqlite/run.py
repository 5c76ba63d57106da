"""One statement on one connection of its own, which ends when it is told to and says what came of it."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Final, assert_never

from broker.adapters.sql.engine import Footprint, Order, Result, Veil
from broker.adapters.sql.gather import affected, gather, hold
from broker.adapters.sql.sqlite import fence
from broker.adapters.sql.sqlite.connect import connect, empty
from broker.adapters.sql.sqlite.veil import Curtains, hang
from broker.adapters.sql.values import read
from broker.model.faults import Effect, ToolFault

UNAVAILABLE: Final = "source unavailable"
_FAILED: Final = "the query failed"
_STEPS: Final = 1_000  # of SQLite's machine between two looks at the clock: about 20 microseconds
_UNREACHABLE: Final = frozenset(
    {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR}
    | {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL}
)
# What the driver says of a text that is none, of two statements in one, of a number too large and of too little memory.
_UNTAKEN: Final = (sqlite3.Warning, ValueError, OverflowError, MemoryError)


class Run:
    """Blocking, for one thread; `stop` is for another. `ended` is set once `outcome` is what came of it."""

    def __init__(self, path: Path, order: Order, curtains: Curtains) -> None:
        self._path = path
        self._order = order
        self._curtains = curtains
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
            self.outcome = self._overdue(error) or _fault(error, Effect.NONE)
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
        match order.within:
            case Veil() as veil:
                if not fence.is_query(order.text.sql):
                    raise ToolFault(_FAILED, effect=Effect.NONE)
                with closing(empty()) as database:
                    database.set_progress_handler(self._should_end, _STEPS)
                    hang(database, self._path, veil, self._curtains, order.parameters)
                    return self._read(database)
            case Footprint() as footprint:
                most = order.max_affected
                with closing(connect(self._path, writes=most is not None)) as database:
                    database.set_progress_handler(self._should_end, _STEPS)
                    database.set_authorizer(fence.named(footprint))
                    return self._read(database) if most is None else self._write(database, most)
            case _:
                assert_never(order.within)

    def _should_end(self) -> bool:
        return self._stopped or time.monotonic() > self._deadline

    def _overdue(self, error: sqlite3.Error) -> ToolFault | None:
        """It was ended by its deadline: that the query failed would say that another would not."""
        if self._stopped or _code(error) != sqlite3.SQLITE_INTERRUPT:
            return None
        fault = ToolFault(f"no answer within {self._order.timeout:g} s", effect=Effect.NONE)
        fault.__cause__ = error
        return fault

    def _read(self, database: sqlite3.Connection) -> Result:
        with closing(self._execute(database)) as cursor:
            return gather(cursor, self._order, read)

    def _write(self, database: sqlite3.Connection, most: int) -> Result:
        """One transaction. Whatever leaves it before the commit leaves nothing behind."""
        # SQLite reports what its foreign keys touch as if the statement did. So the statement's own reach is held to
        # its footprint with them off, and only then are they switched on.
        database.execute(f"EXPLAIN {self._order.text.sql}", self._order.parameters).close()
        database.set_authorizer(None)
        database.execute("PRAGMA foreign_keys = ON")
        database.set_authorizer(fence.structure())
        database.execute("BEGIN IMMEDIATE")
        try:
            before = database.total_changes
            with closing(self._execute(database)) as cursor:
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

    def _execute(self, database: sqlite3.Connection) -> sqlite3.Cursor:
        try:
            return database.execute(self._order.text.sql, self._order.parameters)
        except _UNTAKEN as error:
            raise ToolFault(_FAILED, effect=Effect.NONE) from error

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


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # without the extended part


def _fault(error: sqlite3.Error, effect: Effect) -> ToolFault:
    """SQLite's own words hold values and names: they stay inside, as the cause."""
    gone = _code(error) in _UNREACHABLE
    fault = ToolFault(UNAVAILABLE if gone else _FAILED, effect=effect, is_unreachable=gone)
    fault.__cause__ = error
    return fault
