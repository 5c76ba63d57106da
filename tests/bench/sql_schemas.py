"""Chinook and Northwind behind the broker: does an answer tell two databases apart that differ in what is hidden?

Each is drafted by `broker sql inspect`, finished by the patch in `tests/vectors/sources`, loaded as a broker loads it,
and asked statements made of its own tables and columns, on SQLite and on PostgreSQL.
"""

import argparse
import os
import sqlite3
from collections import Counter
from contextlib import ExitStack, closing
from pathlib import Path

from ruamel.yaml import YAML

from broker.adapters.sql.access.ground import Ground
from broker.adapters.sql.access.page import page
from broker.adapters.sql.engine import Order, Veil
from broker.adapters.sql.select.reach import Unfit
from tests import pg
from tests.bench import sql_payloads, sql_sides, sql_sources, sql_table, table
from tests.bench.sql_forms import statements
from tests.oracle.judge import Seen, judged
from tests.oracle.layers import came
from tests.oracle.places import ask_postgres, ask_sqlite
from tests.oracle.worlds import MASK_KEY

EXPOSURE = {
    **dict.fromkeys(("address", "internal", "free-text", "date", "url"), "redact"),
    **dict.fromkeys(("person", "company"), "pseudonym"),
    **dict.fromkeys(("country", "location", "public"), "show"),
    **dict.fromkeys(("dob", "postcode"), "hide"),
    "phone": "last4",
    "email": "domain",
}
SUBJECTS = {"chinook": 5, "northwind": "ALFKI"}
ANY = "{any: true, why: it is asked of all}"
MOST = 400


class Asked:
    """`tools`: place -> the tool over it."""

    def __init__(self, tools, rows, parameters):
        self._tools, self._rows, self._parameters = tools, rows, parameters

    def ask(self, place, sql, timeout):
        tool = self._tools[place]
        found = tool.judge(sql, self._rows, EXPOSURE)
        if isinstance(found, Unfit):
            return Seen(verdict="denied", said=found.hint)
        order = Order(
            text=found.text,
            within=Veil(reach=found.reach, mask_key=MASK_KEY),
            parameters=self._parameters,
            names=tuple(one.name for one in found.guarded.outputs),
            max_affected=None,
            rows=500,
            bytes=1 << 20,
            timeout=timeout,
        )
        return came(tool.tables.engine, order, timeout)


def asked(name):
    """(scope, tool, rows of the grant as a scope says them)."""
    return (("one", f"{name}.query", "$customer"), ("every", f"{name}.query", ANY), ("staff", f"{name}.staff", ANY))


def scopes(name):
    kinds = {kind for kind in EXPOSURE if kind != "public"}
    mask = ", ".join(f"{kind}: {{else: {EXPOSURE[kind]}}}" for kind in sorted(kinds))
    number = isinstance(SUBJECTS[name], int)
    task = f"task: {{customer: {'1..' if number else '{any: true, type: text}'}}}"
    return {
        scope: sql_sources.SCOPE.format(
            scope=scope, tool=tool, rows=rows, mask=mask, task=task if rows.startswith("$") else ""
        )
        for scope, tool, rows in asked(name)
    }


class Bare:
    """The same statements past all of it: that they would tell the two apart says what the rest is worth."""

    def __init__(self, engine):
        self._engine = engine

    def ask(self, place, sql, timeout):
        return self._engine.bare(place, sql, timeout)


class Sqlite:
    dialect = "sqlite"

    def __init__(self, folder, _server, _stack):
        self._folder = folder

    def made(self, name, copied, at):
        """A database of these tables: where it is, its URL and its password."""
        path = self._folder / f"{name}-{at}.db"
        with closing(sqlite3.connect(path)) as database:
            for statement in sql_sources.create(copied, self.dialect):
                database.execute(statement)
            for table, one in copied.items():
                sql_sides.insert(database, table, one.rows)
            database.commit()
        return path, {"url": f"sqlite:///{path}"}

    def granted(self, place, tool, name):
        """Its file is all that there is to be asked."""

    def bare(self, place, sql, timeout):
        return ask_sqlite(place, sql, (), timeout)


class Postgres:
    dialect = "postgres"

    def __init__(self, _folder, server, stack):
        self._server, self._stack = server, stack

    def made(self, name, copied, _at):
        place = self._stack.enter_context(self._server.database())
        with closing(place.connect()) as admin:
            for statement in sql_sources.create(copied, self.dialect):
                admin.execute(statement)
            for table, one in copied.items():
                sql_sides.insert(admin, table, one.rows)
            admin.execute("ANALYZE")
        return place, {"url": place.url(f"broker_{name}"), "password": f"env:{pg.PASSWORD_ENV}"}

    def granted(self, place, tool, name):
        place.role(f"broker_{name}")
        place.run(page(Ground(source=name, role=f"broker_{name}", tables=tool.tables, writes={})))

    def bare(self, place, sql, timeout):
        with closing(place.connect()) as connection:
            return ask_postgres(connection, sql, (), timeout)


def rows(run, folder, server, *, path, name, most):
    copied = sql_sources.read(path)
    patch = YAML(typ="safe").load(sql_sources.PATCHES / f"{name}.yaml")
    folder.mkdir()
    draft = sql_sources.drafted(f"sqlite:///{path.resolve()}", folder, name, os.environ)
    source = sql_sources.patched(draft, patch)
    columns = sum(len(one) for one in draft["tables"].values())
    run.tell(f"{name}: {columns} columns drafted, {sql_sources.by_hand(patch)} places written by hand")
    for make in (Sqlite, Postgres):
        with ExitStack() as stack:
            engine = make(folder, server, stack)
            verdicts, found, loose = Counter(), [], 0
            first = _opened(engine, name, copied, source, home=folder / f"{make.dialect}-first", at="first")
            for scope, toolref, _ in asked(name):
                parameters = {"_row_subject": SUBJECTS[name]}
                grant = first[1].scope(scope).tools[toolref].rows
                tool = first[1].tool(toolref)
                other = sql_sources.second(copied, tool, grant, EXPOSURE, parameters)
                beside = _opened(engine, name, other, source, home=folder / f"{make.dialect}-{scope}", at=scope)
                tools = {first[0]: tool, beside[0]: beside[1].tool(toolref)}
                layer = Asked(tools, grant, parameters)
                listed = statements(copied, make.dialect, most)
                for sql in run.watched(f"{name} on {make.dialect}, {scope}", listed):
                    told = judged(layer, tuple(tools), sql)
                    found += [told] if told.by is not None else []
                    verdicts[told.first.verdict] += 1
                    loose += judged(Bare(engine), tuple(tools), sql).by is not None
            for one in found:
                run.tell(f"{make.dialect}: {one}")
            said = f"{sql_payloads.counted(verdicts)}; without a guard {loose} leak"
            yield run.row(
                f"{name}, drafted and finished, {make.dialect}",
                bar="0 leaks",
                measured=f"{len(found)} leaks of {sum(verdicts.values())} ({said})",
                ok=not found,
            )


def _opened(engine, name, copied, source, *, home, at):
    """(place, catalog) of a broker over such a database."""
    place, url = engine.made(name, copied, at)
    found = sql_sources.loaded(home, {**source, **url}, scopes(name))
    engine.granted(place, found.tool(f"{name}.query"), name)
    return place, found


def main():
    said = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    said.add_argument("--chinook", type=Path, help="the database as a SQLite file")
    said.add_argument("--northwind", type=Path, help="the same")
    said.add_argument("--statements", type=int, default=MOST, help="at most, of each scope on each engine")
    given = table.given(said)

    def measured(run, folder, server):
        for name in SUBJECTS:
            path = getattr(given, name)
            if path is not None:
                yield from rows(run, folder / name, server, path=path, name=name, most=given.statements)

    sql_table.printed(given, measured)


if __name__ == "__main__":
    main()
