"""Who stands between a statement and a database: the guard and the engine together, and each of them alone."""

import sqlite3
import time
from contextlib import closing

from psycopg.pq import ExecStatus

from broker.adapters.sql.engine import Order, Result, Text, Veil
from broker.adapters.sql.select.guard import guard
from broker.adapters.sql.select.mask_postgres import PADS, pads
from broker.adapters.sql.select.reach import Guarded
from tests.oracle.judge import Seen
from tests.oracle.places import ask_postgres, ask_sqlite, postgres_digest, postgres_engine, sqlite_digest, sqlite_engine
from tests.oracle.worlds import MASK_KEY, MAX_ROWS
from tests.pg_granted import ROLE

MOST = 1 << 20  # bytes of an answer
READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})


class Guarding:
    """What all of them need: the world, and the guard's word on the last statement, which both databases are asked."""

    def __init__(self, world, dialect, reach=None):
        self.world, self.dialect = world, dialect
        self.reach = world.reach() if reach is None else reach
        self._last = None
        self._engines, self._connections = {}, {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in self._connections.values():
            connection.close()

    def connection(self, place):
        """An admin's, for as long as the layer is used."""
        known = self._connections.get(place)
        if known is None or known.closed:
            known = self._connections[place] = place.connect()
        return known

    def digest(self, place):
        return sqlite_digest(place) if self.dialect == "sqlite" else postgres_digest(place)

    def guarded(self, sql):
        if self._last is None or self._last[0] != sql:
            self._last = sql, guard(sql, self.reach, self.dialect)
        return self._last[1]

    def parameters(self, names):
        return {name: value for name, value in self.world.parameters.items() if name in names}


class Whole(Guarding):
    """The guard, and the engine behind it."""

    _text = None

    def engine(self, place):
        if place not in self._engines:
            self._engines[place] = sqlite_engine(place) if self.dialect == "sqlite" else postgres_engine(place)
        return self._engines[place]

    def ask(self, place, sql, timeout):
        found = self.guarded(sql)
        if not isinstance(found, Guarded):
            return Seen(verdict="denied", said=found.hint)
        if self._text is None or self._text[0] is not found:
            self._text = found, self.engine(place).render(found.tree)
        names = [one.name for one in found.outputs]
        return came(self.engine(place), self.order(self._text[1], names, timeout), timeout)

    def order(self, text, names, timeout):
        return Order(
            text=text,
            within=Veil(reach=self.reach, mask_key=MASK_KEY),
            parameters=self.world.parameters,
            names=tuple(names),
            max_affected=None,
            rows=MAX_ROWS,
            bytes=MOST,
            timeout=timeout,
        )


class EngineAlone(Whole):
    """The engine is given the statement as it was written."""

    def __init__(self, world, dialect, reach=None):
        super().__init__(world, dialect, reach)
        self._names = None

    def ask(self, place, sql, timeout):
        if self._names is None or self._names[0] != sql:
            count = self.by_postgres(place, sql) if self.dialect == "postgres" else self.by_sqlite(sql)
            self._names = sql, [f"c{at}" for at in range(count or 1)]
        return came(self.engine(place), self.order(Text(sql=sql, order=()), self._names[1], timeout), timeout)

    def by_postgres(self, place, sql):
        """How many columns it has, by whoever may read the views; none where it is nothing for them either."""
        connection = self.connection(place)
        connection.execute(f"SET search_path TO {ROLE}, pg_catalog; SET statement_timeout = 500")
        prepared = connection.pgconn.prepare(b"", sql.replace("\0", " ").encode()).status == ExecStatus.COMMAND_OK
        return connection.pgconn.describe_prepared(b"").nfields if prepared else 0

    def by_sqlite(self, sql):
        """The same, by tables of the same columns and without rows."""
        with closing(sqlite3.connect(":memory:")) as database:
            for table in (*self.world.tables, *self.world.ways):
                columns = ", ".join(self.world.shown(table))
                database.execute(f"CREATE TABLE {table} ({columns})")
            database.create_function("broker_pseudonym", 2, lambda _kind, value: value)
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 1 << 20)
            database.set_progress_handler(lambda: True, 1_000_000)
            database.set_authorizer(lambda code, *_: sqlite3.SQLITE_OK if code in READING else sqlite3.SQLITE_DENY)
            try:
                return len(database.execute(sql, self.world.parameters).description or ())
            except (sqlite3.Error, sqlite3.Warning):
                return 0


class GuardAlone(Guarding):
    """What the guard made of it, on the tables themselves, by somebody who may do anything."""

    def ask(self, place, sql, timeout):
        found = self.guarded(sql)
        if not isinstance(found, Guarded):
            return Seen(verdict="denied", said=found.hint)
        return self.run(place, found.tree, timeout)

    def run(self, place, tree, timeout):
        if self.dialect == "sqlite":
            return ask_sqlite(place, tree.sql(dialect="sqlite", comments=False), self.world.parameters, timeout)
        text = postgres_engine(place).render(tree)
        known = {**self.world.parameters, **dict(zip(PADS, pads(MASK_KEY), strict=True))}
        return ask_postgres(self.connection(place), text.sql, [known[name] for name in text.order], timeout)


def came(engine, order, timeout):
    """What came of it, by all that the adapter hands on."""
    began = time.monotonic()
    running = engine.run(order)
    running()
    match running.outcome:
        case Result(value=value):
            return Seen(verdict="ran", said=str(value["truncated"]), rows=tuple(map(repr, value["rows"])))
        case fault:
            said = f"{fault} {fault.effect} {fault.is_unreachable} {fault.hint}"
            return Seen(verdict="failed", said=said, slow=time.monotonic() - began > timeout * 0.9)
