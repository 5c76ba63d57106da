"""Were every check at load time mistaken, the engine itself would still refuse."""

import sqlite3
from dataclasses import replace

import pytest

from broker.adapters.sql.engine import Order, Result
from broker.adapters.sql.sqlite.run import Run
from broker.adapters.sql.sqlite.veil import Curtains
from broker.model.faults import Effect, ToolFault
from tests import sql_kit


@pytest.fixture
def folder(tmp_path):
    sql_kit.build(tmp_path)
    return tmp_path


HARMLESS = "WITH w AS (SELECT title FROM product) SELECT title FROM w"


def order(folder, sql, harmless=HARMLESS, most=None):
    """As if `sql` had been taken for `harmless`."""
    plan = sql_kit.compiled(folder, harmless)[1].plans[None]
    facts = {"parameters": {}, "names": ("x",), "rows": 10, "bytes": 10_000, "timeout": 5.0}
    return Order(text=replace(plan.text(0), sql=sql), within=plan.footprint, max_affected=most, **facts)


def run_of(folder, order):
    return Run(folder / "shop.db", order, Curtains())


READS = {
    "an unlisted table": "SELECT value FROM api_key",
    "an unlisted table inside": "SELECT title FROM product WHERE EXISTS (SELECT value FROM api_key WHERE value > '')",
    "inside a WITH": "WITH w AS (SELECT value FROM api_key) SELECT value FROM w",
    "an unlisted column": "SELECT secret FROM customer",
    "another column": "SELECT sku FROM product",
    "the schema": "SELECT sql FROM sqlite_master",
    "a function": "SELECT hex(title) FROM product",
    "a pragma": "PRAGMA table_info(customer)",
    "a pragma as a table": "SELECT name FROM pragma_table_info('customer')",
    "another database": "ATTACH DATABASE ':memory:' AS other",
    "recursion": "WITH RECURSIVE n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n LIMIT 3) SELECT x FROM n",
    "a write": "UPDATE product SET title = 'x'",
    "a new table": "CREATE TEMP TABLE t (x)",
}


@pytest.mark.parametrize("sql", READS.values(), ids=READS)
def test_what_was_not_planned_is_not_read(folder, sql):
    run = run_of(folder, order(folder, sql))
    run()
    assert isinstance(run.outcome, ToolFault)
    assert str(run.outcome) == "the query failed"
    assert run.outcome.effect is Effect.NONE


WRITES = {
    "another table": "UPDATE customer SET name = 'x'",
    "another column": "UPDATE product SET sku = 'x' WHERE sku = 'both'",
    "a delete": "DELETE FROM product WHERE sku = 'both'",
    "a look elsewhere": "UPDATE product SET title = (SELECT value FROM api_key) WHERE sku = 'both'",
    "a dropped table": "DROP TABLE product",
    "the schema": "PRAGMA writable_schema = ON",
    "the journal": "PRAGMA journal_mode = OFF",
}


@pytest.mark.parametrize("sql", WRITES.values(), ids=WRITES)
def test_what_was_not_planned_is_not_written(folder, sql):
    with sqlite3.connect(folder / "shop.db") as database:
        before = list(database.iterdump())
    run = run_of(folder, order(folder, sql, "UPDATE product SET title = 'x' WHERE sku = 'both'", most=5))
    run()
    assert isinstance(run.outcome, ToolFault)
    assert run.outcome.effect is Effect.NONE
    assert list(database.iterdump()) == before
    database.close()


def test_what_was_planned_is_done(folder):
    run = run_of(folder, order(folder, "SELECT title FROM product"))
    run()
    assert isinstance(run.outcome, Result)


def test_a_file_that_reads_is_opened_so_that_it_cannot_write(folder):
    # the plan itself would let the write through: the connection does not
    write = "UPDATE product SET title = 'x' WHERE sku = 'both'"
    run = run_of(folder, order(folder, write, write))
    run()
    assert isinstance(run.outcome, ToolFault)
    assert sql_kit.ask(folder, "SELECT title FROM product WHERE sku = 'both'") == [("B",)]


def test_stopped_just_before_its_commit_it_leaves_nothing_behind(folder, monkeypatch):
    write = "UPDATE product SET title = 'x' WHERE sku = 'both'"
    run = run_of(folder, replace(order(folder, write, write, most=1), names=()))
    commit = Run._commit

    def stop_then_commit(self, database):
        self.stop()
        database.set_progress_handler(None, 0)
        commit(self, database)

    monkeypatch.setattr(Run, "_commit", stop_then_commit)
    run()
    assert isinstance(run.outcome, ToolFault)
    assert run.outcome.effect is Effect.NONE
    assert sql_kit.ask(folder, "SELECT title FROM product WHERE sku = 'both'") == [("B",)]
