"""The two databases of a world, on SQLite and on PostgreSQL, and the plain connections that nothing guards."""

import hashlib
import sqlite3
import time
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from broker.actions.shapes import pseudonym
from broker.adapters.sql.access.ground import Ground
from broker.adapters.sql.engines import engine
from broker.adapters.sql.source import read_tables
from broker.adapters.sql.sqlite.engine import SqliteEngine
from tests import pg
from tests.oracle.judge import Seen
from tests.oracle.shop import COLUMNS, SCHEMA, fill, first
from tests.oracle.worlds import MASK_KEY, MAX_ROWS, SOURCE, second
from tests.pg_granted import ROLE, grant

STEPS = 2_000
_DIGEST = " UNION ALL ".join(
    [f"SELECT md5(string_agg(x::text, '|' ORDER BY x::text)) FROM {table} x" for table in COLUMNS]
    + [
        f"SELECT count(*)::text FROM {kept}"
        for kept in ("pg_class", "pg_proc", "pg_roles", "pg_largeobject_metadata", "pg_db_role_setting")
    ]
)


def sqlite_pair(world, folder):
    rows = first("sqlite")
    pair = []
    for name, those in (("one", rows), ("two", second(world, rows))):
        path = folder / name / "shop.db"
        path.parent.mkdir(parents=True)
        with closing(sqlite3.connect(path)) as database:
            fill(database, those)
        pair.append(path)
    return tuple(pair)


@contextmanager
def postgres_pair(world, server):
    """Each with the role of the source and what `broker sql grants` gives it."""
    rows = first("postgres")
    with ExitStack() as stack:
        stack.enter_context(pytest.MonkeyPatch.context()).setenv(pg.PASSWORD_ENV, pg.PASSWORD)
        pair = tuple(stack.enter_context(server.database()) for _ in range(2))
        for place, those in zip(pair, (rows, second(world, rows)), strict=True):
            with closing(place.connect()) as admin:
                admin.execute(SCHEMA.format(any="TEXT"))
                for table, values in those.items():
                    with admin.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                        for row in values:
                            copy.write_row(row)
            tables = read_tables({**SOURCE, "url": place.url(ROLE)}, Path("/"))
            grant(place, Ground(source="shop", role=ROLE, tables=tables, writes={}))
        yield pair


def sqlite_engine(path):
    return SqliteEngine(path=path)


def postgres_engine(place):
    return engine({"url": place.url(ROLE), "password": f"env:{pg.PASSWORD_ENV}"}, Path("/"))


def sqlite_digest(path):
    """Of all that lies beside the file too: journals, and copies that somebody made."""
    found = hashlib.sha256()
    for one in sorted(path.parent.iterdir()):
        found.update(one.name.encode() + one.read_bytes())
    return found.hexdigest()


def postgres_digest(place):
    return str(place.run(_DIGEST))


def ask_sqlite(path, sql, parameters, timeout):
    """On a plain connection: nothing but the pseudonym's function is given to it."""
    began = time.monotonic()
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.create_function("broker_pseudonym", 2, lambda kind, value: pseudonym(kind, value, MASK_KEY))
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 8 << 20)  # for the tests' own sake: nobody shares their memory
        database.set_progress_handler(lambda: time.monotonic() - began > timeout, STEPS)
        try:
            with closing(database.execute(sql, parameters)) as cursor:
                return ran(cursor.description, cursor.fetchmany(MAX_ROWS))
        except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError) as error:
            return failed(error, began, timeout)


def ask_postgres(connection, sql, parameters, timeout):
    """On a superuser's connection, who may read everything; `sql` numbers its parameters."""
    began = time.monotonic()
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(f"SET TRANSACTION READ ONLY; SET LOCAL statement_timeout = {int(timeout * 1000)}")
            with closing(psycopg.RawCursor(connection)) as cursor:
                cursor.execute(sql, parameters, prepare=True)
                return ran(cursor.description, cursor.fetchmany(MAX_ROWS) if cursor.description else ())
    except psycopg.Error as error:
        return failed(error, began, timeout)


def ran(description, rows):
    names = [column[0] for column in description or ()]
    return Seen(verdict="ran", rows=(repr(names), *map(repr, rows)))


def failed(error, began, timeout):
    """The engine's own words stay inside the broker: that it failed is all that is told."""
    del error
    return Seen(verdict="failed", slow=time.monotonic() - began > timeout * 0.9)
