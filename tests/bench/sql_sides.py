"""A statement asked both ways: as an agent's, through guard and engine, and as an admin's, past all of it."""

import datetime as dt
import sqlite3
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass

import anyio
import sqlglot

from broker.actions.shapes import stand_in_key
from broker.adapters.sql.access.ground import Ground
from broker.adapters.sql.access.page import page
from broker.adapters.sql.engine import Order, Result, Veil
from broker.adapters.sql.select.reach import Unfit
from broker.adapters.sql.select_kind import compile_select
from broker.adapters.sql.source import read_tables
from broker.model.scope import RowsAny
from tests import kit, pg

TASK_KEY = b"a-task-of-the-benches-of-32-bytes"
MASK_KEY = stand_in_key(TASK_KEY)
ROLE = "broker_bench"
MAX_BYTES = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`verdict`: ran, denied (`said`: the hint) or failed (`said`: the fault's own words)."""

    verdict: str
    said: str = ""
    names: tuple = ()
    rows: tuple = ()
    guarded: object = None
    cause: object = None


class Side:
    """A source on one engine. `exposure`: class -> action; `rows`: a scope's row filter, with its parameters."""

    def __init__(self, source, root, admin, *, exposure, rows=None, parameters=None, max_rows=5_000):
        self.tables = kit_tables(source, root)
        said = {"select": {"tables": tuple(self.tables.tables), "max_rows": max_rows}, "timeout": 10.0}
        _, self.tool = compile_select(self.tables, said, anyio.CapacityLimiter(1))
        trouble = self.tool.admit(rows)
        if trouble is not None:
            raise TypeError(trouble)
        self.engine, self.dialect, self.max_rows = self.tables.engine, self.tables.engine.dialect, max_rows
        self.rows, self.exposure = rows, {kind: exposure.get(kind, "show") for kind in self.tool.kinds}
        filters = self.tool.admitted[None if isinstance(rows, RowsAny) else rows].filters
        known = parameters or {}
        self.parameters = {name: known[param] for name, param in filters.parameters.items()} | dict(filters.literals)
        self._admin = admin

    def ask(self, sql, timeout=10.0, rows=None):
        found = self.tool.judge(sql, self.rows, self.exposure)
        if isinstance(found, Unfit):
            return Answer(verdict="denied", said=found.hint)
        shown = tuple(one.name for one in found.guarded.outputs)
        return self.run(found.text, found.reach, shown, timeout, rows=rows, guarded=found.guarded)

    def run(self, text, reach, shown, timeout=10.0, *, rows=None, guarded=None):
        """Past the guard: the engine alone."""
        running = self.engine.run(self.order(text, reach, shown, timeout, rows=rows))
        running()
        match running.outcome:
            case Result() as result:
                found = tuple(tuple(row.values()) for row in result.value["rows"])
                return Answer(verdict="ran", names=shown, rows=found, guarded=guarded)
            case fault:
                return Answer(verdict="failed", said=str(fault), guarded=guarded, cause=fault.__cause__)

    def order(self, text, reach, shown, timeout, *, rows=None):
        return Order(
            text=text,
            within=Veil(reach=reach, mask_key=MASK_KEY),
            parameters=self.parameters,
            names=shown,
            max_affected=None,
            rows=self.max_rows if rows is None else rows,
            bytes=MAX_BYTES,
            timeout=timeout,
        )

    @contextmanager
    def admin(self):
        """A connection that nothing guards."""
        with closing(self._admin()) as connection:
            yield connection

    def clear(self, sql):
        """What an admin is answered."""
        with self.admin() as connection:
            return tuple(tuple(row) for row in connection.execute(sql).fetchall())


def kit_tables(source, root):
    found = read_tables(source, root)
    if isinstance(found, tuple):
        raise TypeError(found)
    return found


def source(columns, classes, **more):
    """The keys of a source file. `classes`: table -> column -> class, where it is not public."""
    tables = {
        table: {name: kit.leaf(classes.get(table, {}).get(name, "public")) for name in those}
        for table, those in columns.items()
    }
    return {"tables": tables, **more}


def sqlite_side(path, said, fill, **more):
    """`fill(connection)` makes the tables and their rows."""
    with closing(sqlite3.connect(path)) as database:
        fill(database)
        database.commit()
    made = {**said, "url": f"sqlite:///{path.name}"}
    return Side(made, path.parent, lambda: sqlite3.connect(f"file:{path}?mode=ro", uri=True), **more)


def postgres_side(place, said, fill, **more):
    """`place`: an empty database of `tests.pg`. What an admin runs once is run."""
    with closing(place.connect()) as admin:
        fill(admin)
        admin.execute("ANALYZE")
    made = {**said, "url": place.url(ROLE), "password": f"env:{pg.PASSWORD_ENV}"}
    side = Side(made, None, place.connect, **more)
    grant(place, side.tables)
    return side


def grant(place, tables):
    """What `broker sql grants` prints, as an admin runs it."""
    place.role(ROLE)
    place.run(page(Ground(source="bench", role=ROLE, tables=tables, writes={})))


def insert(connection, table, rows, columns=None):
    mark = "?" if isinstance(connection, sqlite3.Connection) else "%s"
    quoted = "" if columns is None else f" ({', '.join(chr(34) + one + chr(34) for one in columns)})"
    text = f'INSERT INTO "{table}"{quoted} VALUES ({", ".join([mark] * len(rows[0]))})' if rows else ""
    if not rows:
        return
    if isinstance(connection, sqlite3.Connection):
        connection.executemany(text, rows)
        return
    with connection.cursor().copy(f'COPY "{table}"{quoted} FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


def ordered(sql, dialect):
    return sqlglot.parse_one(sql, read=dialect).args.get("order") is not None


def same(ours, theirs, *, in_order):
    """Values by position; numbers nearly, since a sum may be taken in another order."""
    if len(ours) != len(theirs):
        return False
    one, other = ([tuple(map(plain, row)) for row in rows] for rows in (ours, theirs))
    if not in_order:
        one, other = sorted(one, key=_spelled), sorted(other, key=_spelled)
    return all(len(a) == len(b) and all(map(_near, a, b)) for a, b in zip(one, other, strict=True))


def plain(value):
    """Numbers as numbers, whatever spelled them, and days as ISO 8601 has them."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, dt.date):
        return value.isoformat()
    with suppress(TypeError, ValueError):
        return float(value)
    return str(value)


def _spelled(row):
    return [f"{value:.6g}" if isinstance(value, float) else repr(value) for value in row]


def _near(one, other):
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= 1e-6 * max(1.0, abs(one), abs(other))
    return one == other
