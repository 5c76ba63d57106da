"""A large table: where the unguarded query visits no table from end to end, does the guarded one neither?

Each statement is explained unguarded and as it would run, by the engine itself, under a row filter and without one, and
then run. A plan is what counts; times stand beside it.
"""

import argparse
import json
import sqlite3
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from broker.adapters.sql.engine import Veil
from broker.adapters.sql.postgres.run import _SIZED
from broker.adapters.sql.postgres.session import beginning
from broker.adapters.sql.sqlite.connect import empty
from broker.adapters.sql.sqlite.veil import hang
from broker.model.scope import RowsAny, RowsSubject
from tests.bench import sql_plans, sql_sides, sql_table, sql_tpch, table

ROWS, QUICK = 10_000_000, 200_000
OF_EACH = 500  # entries of an account
SUBJECT = 77
ROOT = Path("/")
EXPOSURE = {"email": "domain", "person": "pseudonym", "free-text": "redact"}
SOURCE = sql_sides.source(
    {
        "account": ("id", "holder", "mail", "country"),
        "entry": ("id", "account_id", "day", "amount", "kind", "memo"),
    },
    {"account": {"holder": "person", "mail": "email"}, "entry": {"memo": "free-text"}},
    subject="account.id",
    owner_key={"entry": "account_id"},
)
TABLES = """
    CREATE TABLE account (id INTEGER PRIMARY KEY, holder TEXT, mail TEXT, country TEXT);
    CREATE TABLE entry (id INTEGER PRIMARY KEY, account_id INTEGER, day TEXT, amount INTEGER, kind TEXT, memo TEXT);
"""
INDEXES = "CREATE INDEX entry_account ON entry (account_id); CREATE INDEX entry_day ON entry (day, id);"
GRANTS = {
    "one account": (RowsSubject("account"), {"account": SUBJECT}),
    "every account": (RowsAny("all are asked"), {}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """`scans`: tables that are visited from end to end. Times in seconds; None: it did not run."""

    grant: str
    name: str
    bare: frozenset
    guarded: frozenset
    took_bare: float
    took: float | None
    plan: tuple

    @property
    def worse(self):
        """Small tables are scanned for the time that looking into an index would take."""
        return (self.guarded - self.bare) & {"entry"}


class Sqlite:
    dialect = "sqlite"

    def __init__(self, folder, _server, count):
        self._path, self._count = folder / "large.db", count

    @contextmanager
    def made(self, run):
        """The sides of both grants over one large file."""
        with closing(sqlite3.connect(self._path, isolation_level=None)) as database:
            database.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {TABLES}")
            database.execute(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO account "
                "SELECT i, 'holder ' || i, 'h' || i || '@mail.example', 'c' || i % 20 FROM n",
                (self._count // OF_EACH,),
            )
            part = max(1, self._count // 50)
            for at in run.watched("rows into SQLite", range(0, self._count, part)):
                database.execute(
                    f"WITH RECURSIVE n(i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
                    f"INSERT INTO entry SELECT i, 1 + i % ?, {DAY_SQLITE}, i % 1000, 'k' || i % 5, 'memo ' || i FROM n",
                    (at + 1, min(at + part, self._count), self._count // OF_EACH),
                )
            for index in run.watched("indexes in SQLite", (*INDEXES.split(";")[:2], "ANALYZE")):
                database.execute(index)
        self._trees = sql_plans.sqlite_trees(self._path)
        yield {name: self._side(*grant) for name, grant in GRANTS.items()}

    def _side(self, rows, parameters):
        said = {**SOURCE, "url": f"sqlite:///{self._path}"}

        def admin():
            return sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)

        return sql_sides.Side(said, ROOT, admin, exposure=EXPOSURE, rows=rows, parameters=parameters, max_rows=500)

    def bare(self, side, sql):
        """(tables that are visited from end to end, the plan as it is told)."""
        with side.admin() as database:
            program = [dict(zip(sql_plans.PROGRAM, row, strict=True)) for row in database.execute(f"EXPLAIN {sql}")]
            told = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {sql}")]
        return sql_plans.sqlite_scans(program, self._trees, 0), tuple(told)

    def guarded(self, side, judged):
        """On a connection as the engine makes it ready; the engine itself runs no EXPLAIN."""
        veil = Veil(reach=judged.reach, mask_key=sql_sides.MASK_KEY)
        with closing(empty()) as database:
            hang(database, self._path, veil, side.engine.curtains, side.parameters)
            text = judged.text.sql
            program = database.execute(f"EXPLAIN {text}", side.parameters).fetchall()
            told = database.execute(f"EXPLAIN QUERY PLAN {text}", side.parameters).fetchall()
        rows = [dict(zip(sql_plans.PROGRAM, row, strict=True)) for row in program]
        return sql_plans.sqlite_scans(rows, self._trees, ATTACHED), tuple(row[3] for row in told)


DAY_SQLITE = "date('2015-01-01', '+' || (i % 3650) || ' days')"
ATTACHED = 2  # SQLite's number of the one file that is attached


class Postgres:
    dialect = "postgres"

    def __init__(self, _folder, server, count):
        self._server, self._count = server, count

    @contextmanager
    def made(self, run):
        with self._server.database() as place:
            with closing(place.connect()) as admin:
                admin.execute(TABLES)
                admin.execute(
                    "INSERT INTO account SELECT i, 'holder ' || i, 'h' || i || '@mail.example', 'c' || i %% 20 "
                    "FROM generate_series(1, %s::bigint) AS i",
                    [self._count // OF_EACH],
                )
                part = max(1, self._count // 50)
                for at in run.watched("rows into PostgreSQL", range(0, self._count, part)):
                    admin.execute(
                        "INSERT INTO entry SELECT i, 1 + i %% %s, (date '2015-01-01' + (i %% 3650)::int)::text, "
                        "i %% 1000, 'k' || i %% 5, 'memo ' || i FROM generate_series(%s::bigint, %s::bigint) AS i",
                        [self._count // OF_EACH, at + 1, min(at + part, self._count)],
                    )
                for index in run.watched("indexes in PostgreSQL", (*INDEXES.split(";")[:2], "VACUUM ANALYZE")):
                    admin.execute(index)
            sides = {name: self._side(place, *grant) for name, grant in GRANTS.items()}
            sql_sides.grant(place, next(iter(sides.values())).tables)
            yield sides

    def _side(self, place, rows, parameters):
        said = {**SOURCE, "url": place.url(sql_sides.ROLE), "password": f"env:{sql_sides.pg.PASSWORD_ENV}"}
        return sql_sides.Side(
            said, ROOT, place.connect, exposure=EXPOSURE, rows=rows, parameters=parameters, max_rows=500
        )

    def bare(self, side, sql):
        with side.admin() as admin:
            plan = admin.execute(f"EXPLAIN (FORMAT JSON) {sql}").fetchone()[0]
        return sql_plans.postgres_scans(plan), tuple(sql_plans.postgres_lines(plan))

    def guarded(self, side, judged):
        """On a connection of the engine's, in a transaction as it begins one, of the text as it sends it."""
        order = side.order(judged.text, judged.reach, ("plan",), 60.0)
        with closing(side.engine._connect(60.0)) as connection:
            connection.execute(beginning(side.engine.address.user, order, 60.0))
            text = b"EXPLAIN (FORMAT JSON) " + (_SIZED % judged.text.sql.encode())
            parameters = side.engine.run(order)._parameters()
            with psycopg.RawCursor(connection) as cursor:
                plan = json.loads(cursor.execute(text, parameters).fetchone()[0])
        return sql_plans.postgres_scans(plan), tuple(sql_plans.postgres_lines(plan))


def compared(engine, sides, run):
    for grant, side in sides.items():
        for question in run.watched(f"{grant}, {engine.dialect}", sql_tpch.questions("large.sql")):
            sql = question.sql
            judged = side.tool.judge(sql, side.rows, side.exposure)
            bare, _ = engine.bare(side, sql)
            guarded, plan = engine.guarded(side, judged)
            began = time.monotonic()
            with side.admin() as admin:
                admin.execute(sql).fetchmany(500)
            between = time.monotonic()
            answer = side.ask(sql, timeout=60)
            yield Compared(
                grant=grant,
                name=question.says,
                bare=frozenset(bare),
                guarded=frozenset(guarded),
                took_bare=between - began,
                took=time.monotonic() - between if answer.verdict == "ran" else None,
                plan=plan,
            )


def rows(run, folder, server, count, *, plans=True):
    folder.mkdir(exist_ok=True)
    for make in (Sqlite, Postgres):
        engine = make(folder, server, count)
        with engine.made(run) as sides:
            found = list(compared(engine, sides, run))
        for one in found:
            took = "did not run" if one.took is None else f"{one.took * 1e3:.1f} ms"
            scans = (
                f"scans {', '.join(sorted(one.guarded)) or 'nothing'}, bare {', '.join(sorted(one.bare)) or 'nothing'}"
            )
            run.tell(f"{engine.dialect}, {one.grant}, {one.name}: {scans}; {took}, bare {one.took_bare * 1e3:.1f} ms")
            for line in one.plan if plans or one.worse else ():
                run.tell(f"    {line}")
        for grant in GRANTS:
            yield _row(run, f"{count:,} rows, {engine.dialect}, {grant}", [one for one in found if one.grant == grant])


def _row(run, measure, found):
    worse = [one for one in found if one.worse or one.took is None]
    names = f": {', '.join(one.name for one in worse)}" if worse else ""
    return run.row(
        measure,
        bar="no full scan that the unguarded query has not",
        measured=f"{len(worse)} of {len(found)} statements{names}",
        ok=not worse,
    )


def main():
    said = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    said.add_argument("--rows", type=int, default=ROWS, help="of the large table")
    given = table.given(said)
    sql_table.printed(given, lambda run, folder, server: rows(run, folder, server, given.rows))


if __name__ == "__main__":
    main()
