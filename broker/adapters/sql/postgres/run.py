"""One statement in one transaction on one connection, which ends when it is told to and says what came of it."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, suppress
from typing import Final

import psycopg

from broker.adapters.sql.engine import Order, Result, Veil
from broker.adapters.sql.gather import affected, gather, hold
from broker.adapters.sql.postgres.connect import Connection
from broker.adapters.sql.postgres.fault import FAILED, fault, was_refused
from broker.adapters.sql.postgres.session import beginning
from broker.adapters.sql.postgres.values import bound
from broker.adapters.sql.select.mask_postgres import PADS, pads
from broker.model.faults import Effect, ToolFault
from broker.model.label import Json

_OVERDUE: Final = 0.5  # seconds that the server has to end a statement by its own clock
_CANCEL: Final = 0.75  # seconds that it has to take a cancellation, and then to obey it
_FIRST: Final = 8  # rows; how many more are asked for at once, the size of these tells
_MOST: Final = 256
# A row of more than 8 MB is not sent: a few letters of SQL can ask for a gigabyte, and all of it would be kept here.
# Measured outside of a fence: else what is answered of a row would be computed before it is known whose row it is.
_SIZED: Final = (
    b"SELECT q.* FROM (SELECT r.* FROM (\n%b\n) AS r OFFSET 0) AS q"
    b" WHERE 1 / (CASE WHEN pg_catalog.pg_column_size(q) > 8388608 THEN 0 ELSE 1 END) = 1"
)
_WRITTEN: Final = (
    "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::int8 FROM pg_catalog.pg_stat_xact_user_tables"
)


class Run:
    """Blocking, for one thread; `stop` is for another. `ended` is set once `outcome` is what came of it.

    Up to its transaction it is stopped at once; after that by a cancellation; where the server does not obey, by the
    end of the connection. Nothing of this waits for the server in `stop` itself.
    """

    def __init__(self, order: Order, role: str, connect: Callable[[float], Connection]) -> None:
        self._order = order
        self._role = role
        self._connect = connect
        self._deadline = 0.0
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._stopped = False
        self._committing = False
        self.ended = threading.Event()
        self.outcome: Result | ToolFault = ToolFault("stopped before it began", effect=Effect.NONE)

    def __call__(self) -> None:
        found: Result | ToolFault = ToolFault(FAILED)
        try:
            found = self._run()
        except ToolFault as said:
            found = said
        except psycopg.Error as error:
            found = fault(error, Effect.NONE, self._order.timeout)
        finally:
            with self._lock:
                if not self.ended.is_set():
                    self.outcome = found
                    self.ended.set()

    def stop(self) -> None:
        with self._lock:
            if self._stopped:
                return
            self._stopped = True
            connection = self._connection
            if connection is None:
                self.ended.set()
        if connection is not None:
            threading.Thread(target=self._end, args=(connection,), daemon=True).start()

    def _run(self) -> Result:
        self._deadline = time.monotonic() + self._order.timeout
        connection = self._connect(self._order.timeout)
        overdue = threading.Timer(self._left() + _OVERDUE, self.stop)
        overdue.daemon = True
        try:
            with self._lock:
                if self._stopped:
                    raise ToolFault("stopped before it began", effect=Effect.NONE)
                self._connection = connection
            overdue.start()
            connection.execute(beginning(self._role, self._order, self._left()))
            most = self._order.max_affected
            return self._read(connection) if most is None else self._write(connection, most)
        finally:
            overdue.cancel()
            self._close(connection)

    def _close(self, connection: Connection) -> None:
        with self._lock:  # whoever cuts the connection must not find the number of another one's socket
            connection.close()

    def _left(self) -> float:
        return max(self._deadline - time.monotonic(), 0.001)

    def _read(self, connection: Connection) -> Result:
        cursor = psycopg.RawServerCursor(connection, "rows")
        try:
            cursor.execute(_SIZED % self._order.text.sql.encode(), self._parameters())
            return gather(self._batches(cursor), self._order, _as_it_is)
        finally:
            self._close(connection)  # first: else the server would be asked to close what goes with its session
            cursor.close()

    def _batches(self, cursor: psycopg.RawServerCursor[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
        """Rows as long as somebody takes them; no batch is much larger than what the answer may be."""
        count = min(_FIRST, self._order.rows + 1)
        while True:
            if self._stopped:
                raise ToolFault("stopped", effect=Effect.NONE)
            rows = cursor.fetchmany(count)
            yield from rows
            if len(rows) < count:
                return
            count = max(1, min(_MOST, self._order.bytes * count // _size(rows)))

    def _write(self, connection: Connection, most: int) -> Result:
        """Whatever leaves it before the commit leaves nothing behind: the connection is closed, and that undoes it."""
        with psycopg.RawCursor(connection) as cursor:
            if self._order.names:
                with closing(self._streamed(cursor)) as rows:
                    result = gather(rows, self._order, _as_it_is, most)
                count = result.rows
            else:
                # Prepared, since without parameters the driver would send a text that may be many statements.
                cursor.execute(self._order.text.sql.encode(), self._parameters(), prepare=True)
                result, count = None, max(cursor.rowcount, 0)
            written = max(count, self._written(cursor))
            hold(written, most)
        self._commit(connection)
        return affected(written) if result is None else result

    def _streamed(self, cursor: psycopg.RawCursor[tuple[object, ...]]) -> Generator[tuple[object, ...]]:
        """Row by row: what a write answers may be much more than it may write."""
        yield from cursor.stream(self._order.text.sql.encode(), self._parameters())

    @staticmethod
    def _written(cursor: psycopg.RawCursor[tuple[object, ...]]) -> int:
        """With what triggers and foreign keys did."""
        row = cursor.execute(_WRITTEN).fetchone()
        return row[0] if row is not None and isinstance(row[0], int) else 0

    def _commit(self, connection: Connection) -> None:
        with self._lock:
            if self._stopped:
                raise ToolFault("stopped before its commit", effect=Effect.NONE)
            self._committing = True
        try:
            said = connection.execute("COMMIT").statusmessage
        except psycopg.Error as error:
            effect = Effect.NONE if was_refused(error) else Effect.UNKNOWN
            raise fault(error, effect, self._order.timeout) from error
        if said != "COMMIT":
            raise ToolFault(FAILED, effect=Effect.NONE)

    def _parameters(self) -> list[object]:
        order = self._order
        own = dict(zip(PADS, pads(order.within.mask_key), strict=True)) if isinstance(order.within, Veil) else {}
        return [own[name] if name in own else bound(order.parameters[name]) for name in order.text.order]

    def _end(self, connection: Connection) -> None:
        if not self._committing:
            with suppress(psycopg.Error):  # it has ended, or the server takes nothing any more
                connection.cancel_safe(timeout=_CANCEL)
        if not self.ended.wait(_CANCEL):
            with self._lock:
                if not connection.closed:
                    _cut(connection)


def _cut(connection: Connection) -> None:
    """Whoever waits at this socket waits no longer."""
    with socket.socket(fileno=os.dup(connection.fileno())) as same, suppress(OSError):
        same.shutdown(socket.SHUT_RDWR)


def _size(rows: Sequence[Sequence[object]]) -> int:
    """About as many bytes as they are; one at least."""
    return sum(1 + (len(value) if isinstance(value, str) else 8) for row in rows for value in row) or 1


def _as_it_is(value: object) -> Json:
    return value
