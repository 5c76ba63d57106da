"""Who stands between a statement and a database: the guard and the engine together, and each of them alone."""

import sqlite3
import time
from contextlib import closing

import sqlglot

from broker.adapters.sql.engine import Order, Result, Text, Veil
from broker.adapters.sql.select.guard import guard
from broker.adapters.sql.select.reach import Guarded
from tests.oracle.judge import Seen
from tests.oracle.places import ask_postgres, ask_sqlite, postgres_digest, sqlite_digest
from tests.oracle.worlds import MASK_KEY, MAX_ROWS

MOST = 1 << 20  # bytes of an answer


class Guarding:
    """What all of them need: the world, and the guard's word on the last statement, which both databases are asked."""

    def __init__(self, world, dialect, reach=None):
        self.world, self.dialect = world, dialect
        self.reach = world.reach() if reach is None else reach
        self._last = None

    def digest(self, place):
        return sqlite_digest(place) if self.dialect == "sqlite" else postgres_digest(place)

    def guarded(self, sql):
        if self._last is None or self._last[0] != sql:
            self._last = sql, guard(sql, self.reach, self.dialect)
        return self._last[1]

    def parameters(self, names):
        return {name: value for name, value in self.world.parameters.items() if name in names}


class Whole(Guarding):
    """The guard, and the engine behind it. `engine`: of a place."""

    def __init__(self, world, dialect, engine, reach=None):
        super().__init__(world, dialect, reach)
        self._engine = engine

    def ask(self, place, sql, timeout):
        found = self.guarded(sql)
        if not isinstance(found, Guarded):
            return Seen(verdict="denied", said=found.hint)
        engine = self._engine(place)
        text = engine.render(found.tree)
        return came(engine, self.order(text, [one.name for one in found.outputs], timeout), timeout)

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

    def ask(self, place, sql, timeout):
        names = self.named(place, sql)
        return came(self._engine(place), self.order(Text(sql=sql, order=()), names, timeout), timeout)

    def named(self, place, sql):
        """How many columns it has, or one where it does not run even where everything may."""
        with closing(sqlite3.connect(f"file:{place}?mode=ro", uri=True)) as database:
            began = time.monotonic()
            database.set_progress_handler(lambda: time.monotonic() - began > 0.2, 1_000)
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 8 << 20)
            try:
                described = database.execute(sql, self.world.parameters).description
            except (sqlite3.Error, sqlite3.Warning):
                described = None
        return [f"c{at}" for at in range(len(described or [None]))]


class GuardAlone(Guarding):
    """What the guard made of it, on the tables themselves, by somebody who may do anything."""

    def ask(self, place, sql, timeout):
        found = self.guarded(sql)
        if not isinstance(found, Guarded):
            return Seen(verdict="denied", said=found.hint)
        return self.run(place, found.tree, timeout)

    def run(self, place, tree, timeout):
        text = tree.sql(dialect="sqlite", comments=False)
        return ask_sqlite(place, text, self.world.parameters, timeout)


class Nobody(Guarding):
    """The statement as it was written, on the tables themselves."""

    def ask(self, place, sql, timeout):
        if self.dialect == "sqlite":
            return ask_sqlite(place, sql, self.world.parameters, timeout)
        return ask_postgres(place, sql, (), timeout)


class OnlyOutputs(Nobody):
    """What some do: the query runs as it is, and masks are put on the columns of its result by their names."""

    def ask(self, place, sql, timeout):
        hidden = {
            column for table in self.world.tables for column in ("phone", "national_id", "name", "email", "notes")
        }
        try:
            tree = sqlglot.parse_one(sql, read=self.dialect)
        except sqlglot.errors.SqlglotError:
            return Seen(verdict="denied")
        for column in list(tree.selects):
            if any(one.name in hidden for one in column.find_all(sqlglot.exp.Column)):
                column.replace(sqlglot.exp.alias_(sqlglot.exp.Literal.string("***"), column.alias_or_name))
        return super().ask(place, tree.sql(dialect=self.dialect), timeout)


def came(engine, order, timeout):
    """What came of it, by all that the adapter hands on."""
    began = time.monotonic()
    running = engine.run(order)
    running()
    match running.outcome:
        case Result(value=value):
            return Seen(verdict="ran", said=str(value["truncated"]), rows=tuple(map(repr, value["rows"])))
        case fault:
            said = f"{fault} {fault.effect} {fault.is_unreachable}"
            return Seen(verdict="failed", said=said, slow=time.monotonic() - began > timeout * 0.9)
