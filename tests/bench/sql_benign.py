"""How many harmless statements a guarded SELECT takes, and whether it answers them right.

Those of `tests/vectors/tpch` run on their data. With `--file`, those of a JSONL file (`{id, class, payload}`, class
`benign_sql`) are asked too: their schemas are not there, so one is guessed from each statement's own names, all of it
readable, and what is measured is the grammar. Only a statement that the engine itself takes under that schema counts.
"""

import argparse
import itertools
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import sqlglot
from sqlglot.errors import SqlglotError

from broker.adapters.sql.select.guard import guard
from broker.adapters.sql.select.reach import Reach, Shown, Unfit, View
from tests.bench import sql_own, sql_table, table
from tests.bench.sql_guess import ddl, guess, others

BAR = 0.95
TRIES = 150
SHOWN = Shown("show", "public")


def own(run, folder, server):
    """Rows of the table: one for each engine."""
    for dialect in sql_table.ENGINES:
        found = []
        for world in ("tpch", "shop"):
            asked = sql_own.questions(world, dialect)
            with sql_own.pair(world, dialect, folder, server) as (real, twin):
                found += [sql_own.asked(one, real, twin) for one in run.watched(f"{world} on {dialect}", asked)]
        accepted, equal = sum(one.accepted for one in found), sum(one.equal is True for one in found)
        for one in found:
            if one.equal is not True:
                run.tell(f"{dialect} {one.name}: {one.said or f'not as {one.by}'}")
        yield run.row(
            f"harmless statements of our own, {dialect}",
            bar=f">= {BAR:.0%} accepted, all equal",
            measured=f"{accepted} of {len(found)} accepted, {equal} equal",
            ok=accepted >= BAR * len(found) and equal == accepted,
        )


def others_too(run, path, server):
    """The same for the statements of a file: accepted of those that are SQL of the dialect."""
    statements = [one for one in read(path) if one["class"] == "benign_sql"]
    for dialect in sql_table.ENGINES:
        taken, valid = 0, 0
        for one in run.watched(f"{path.name} on {dialect}", statements):
            schema = understood(one["payload"], dialect, server)
            if schema is None:
                continue
            valid += 1
            found = guard(one["payload"], reach(schema), dialect)
            taken += not isinstance(found, Unfit)
            if isinstance(found, Unfit):
                run.tell(f"{dialect} {one['id']} ({one.get('source', '?')}): {found.hint}")
        yield run.row(
            f"harmless statements of {path.name}, {dialect}",
            bar=f">= {BAR:.0%} of the valid accepted",
            measured=f"{taken} of {valid} ({len(statements)} in the file)",
            ok=taken >= BAR * valid,
        )


def understood(sql, dialect, server):
    """A schema under which the engine takes the statement; None: it is none of this dialect."""
    try:
        tree = sqlglot.parse_one(sql, read=dialect)
        first = guess(tree)
    except (SqlglotError, RecursionError):
        return None
    if dialect == "sqlite":
        return first if _sqlite_takes(sql, first) else None
    with server.database() as place, closing(place.connect()) as admin:
        tried = itertools.chain([first], others(first, TRIES))
        return next((schema for schema in tried if _postgres_takes(sql, schema, admin)), None)


def _sqlite_takes(sql, schema):
    with closing(sqlite3.connect(":memory:")) as database:
        try:
            database.executescript(ddl(schema))
            database.execute(f"EXPLAIN {sql}")
        except sqlite3.Error:
            return False
        return True


def _postgres_takes(sql, schema, admin):
    try:
        with admin.transaction(force_rollback=True):
            admin.execute(ddl(schema))
            admin.execute(f"EXPLAIN {sql}")
    except psycopg.Error:
        return False
    return True


def reach(schema):
    views = {table: View(columns=dict.fromkeys(columns, SHOWN)) for table, columns in schema.items()}
    return Reach(views=views, max_rows=500)


def read(path):
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def main():
    said = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    said.add_argument("--file", type=Path, help="JSONL of statements, those of class `benign_sql`")
    given = table.given(said)

    def rows(run, folder, server):
        yield from own(run, folder, server)
        if given.file is not None:
            yield from others_too(run, given.file, server)

    sql_table.printed(given, rows)


if __name__ == "__main__":
    main()
