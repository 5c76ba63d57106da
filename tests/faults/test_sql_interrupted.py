"""A statement that is stopped, at any moment, has had no effect and says so, or had it and gives its result."""

import sqlite3
import threading

import anyio
import pytest

from broker.adapters.sql.engine import Order, Result
from broker.adapters.sql.sqlite import run as sql_run
from broker.adapters.sql.sqlite.run import Run
from broker.adapters.sql.sqlite.veil import Curtains
from broker.model.faults import Effect, ToolFault
from broker.model.label import Labeled
from broker.model.scope import RowsAny
from broker.pipeline import NOBODY
from tests import sql_kit

ANY = RowsAny("a test")
ENDLESS = "(SELECT count(*) FROM many a, many b, many c, many d, many e WHERE a.n + b.n + c.n + d.n + e.n = -1)"
SOURCE = {**sql_kit.SOURCE, "tables": {**sql_kit.SOURCE["tables"], "many": {"n": sql_kit.PUBLIC}}}
ENDLESS_READ = f"SELECT {ENDLESS} AS n FROM product"
SLOW_WRITE = f"UPDATE product SET title = CASE WHEN sku = 'own-sku' THEN {ENDLESS} ELSE 'x' END"


@pytest.fixture
def folder(tmp_path):
    sql_kit.build(tmp_path)
    sql_kit.ask(tmp_path, "CREATE TABLE many (n INTEGER)")
    with sqlite3.connect(tmp_path / "shop.db") as database:
        database.executemany("INSERT INTO many VALUES (?)", [(n,) for n in range(200)])
    database.close()
    return tmp_path


def tool(folder, sql, **more):
    returns = {"n": sql_kit.PUBLIC} if sql.startswith("SELECT") else {}
    found = sql_kit.compiled(folder, sql, source=SOURCE, returns=returns, **more)
    assert found[1].admit(ANY) is None
    return found


def titles(folder):
    return {title for (title,) in sql_kit.ask(folder, "SELECT title FROM product")}


@pytest.mark.requirement("deadline")
@pytest.mark.parametrize("sql", [ENDLESS_READ, SLOW_WRITE], ids=["read", "write"])
async def test_a_query_without_end_ends_at_its_deadline(folder, sql):
    endless = tool(folder, sql, timeout=0.05, **({} if sql is ENDLESS_READ else {"max_affected": 5}))
    with pytest.raises(ToolFault) as caught:
        await endless[1].invoke(sql_kit.opened(endless, ANY), NOBODY.progress)
    assert caught.value.effect is Effect.NONE
    assert titles(folder) == {"A", "B", "C"}


@pytest.mark.parametrize("sql", [ENDLESS_READ, SLOW_WRITE], ids=["read", "write"])
async def test_a_cancelled_query_is_stopped_and_says_that_nothing_happened(folder, sql):
    endless = tool(folder, sql, **({} if sql is ENDLESS_READ else {"max_affected": 5}))
    opened = sql_kit.opened(endless, ANY)
    with anyio.fail_after(3), anyio.move_on_after(0.05) as scope, pytest.raises(ToolFault) as caught:
        await endless[1].invoke(opened, NOBODY.progress)
    assert scope.cancel_called
    assert caught.value.effect is Effect.NONE
    assert titles(folder) == {"A", "B", "C"}
    # and nobody holds the database any more
    sql_kit.ask(folder, "BEGIN EXCLUSIVE")


async def test_a_call_cancelled_before_it_began_never_runs(folder):
    write = tool(folder, "UPDATE product SET title = 'x'", max_affected=3)
    opened = sql_kit.opened(write, ANY)
    with anyio.CancelScope() as scope:
        scope.cancel()
        with pytest.raises(ToolFault) as caught:
            await write[1].invoke(opened, NOBODY.progress)
    assert caught.value.effect is Effect.NONE
    assert titles(folder) == {"A", "B", "C"}


def run_of(kind, folder, write):
    plan = write[1].plans[None]
    order = Order(
        text=plan.text(0),
        within=plan.footprint,
        parameters={},
        names=(),
        max_affected=3,
        rows=10,
        bytes=10_000,
        timeout=5.0,
    )
    return kind(folder / "shop.db", order, Curtains())


class Stops(sql_run.Run):
    """Is told to stop at the n-th look of SQLite at the clock."""

    left = 0

    def _should_end(self):
        self.left -= 1
        if self.left == 0:
            self.stop_soon = threading.Thread(target=self.stop)
            self.stop_soon.start()
            self.stop_soon.join()
        return super()._should_end()


@pytest.mark.requirement("cancel")
@pytest.mark.parametrize("steps", [1, 2, 3, 5, 8, 13, 21, 34])
def test_stopped_at_any_step_it_did_all_or_nothing_and_knows_which(folder, monkeypatch, steps):
    monkeypatch.setattr(sql_run, "_STEPS", 10)
    run = run_of(Stops, folder, tool(folder, "UPDATE product SET title = 'x'", max_affected=3))
    run.left = steps
    run()
    assert run.ended.is_set()
    if isinstance(run.outcome, Result):
        assert titles(folder) == {"x"}
    else:
        assert run.outcome.effect is Effect.NONE
        assert titles(folder) == {"A", "B", "C"}


def test_stopped_after_its_commit_it_gives_its_result(folder):
    run = run_of(Run, folder, tool(folder, "UPDATE product SET title = 'x'", max_affected=3))
    run()
    run.stop()
    assert run.outcome.value["rows"] == [{"affected": 3}]


def test_stopped_before_it_began_it_does_nothing(folder):
    run = run_of(Run, folder, tool(folder, "UPDATE product SET title = 'x'", max_affected=3))
    run.stop()
    run()
    assert run.ended.is_set()
    assert run.outcome.effect is Effect.NONE
    assert titles(folder) == {"A", "B", "C"}


async def test_a_commit_during_the_cancellation_is_told(folder, monkeypatch):
    """The thread has committed when the call is cancelled: the result is given, since it happened."""
    write = tool(folder, "UPDATE product SET title = 'x'", max_affected=3)
    opened = sql_kit.opened(write, ANY)
    committed, go_on = threading.Event(), threading.Event()
    commit = Run._commit

    def slow_commit(self, database):
        commit(self, database)
        committed.set()
        go_on.wait(2)

    monkeypatch.setattr(Run, "_commit", slow_commit)
    found = []

    async def call():
        found.append(await write[1].invoke(opened, NOBODY.progress))

    async with anyio.create_task_group() as group:
        group.start_soon(call)
        await anyio.to_thread.run_sync(committed.wait)
        group.cancel_scope.cancel()
        go_on.set()
    assert isinstance(found[0], Labeled)
    assert titles(folder) == {"x"}


async def test_calls_side_by_side_do_not_meet(folder):
    read = tool(folder, 'SELECT total AS n FROM "order" WHERE id = 11')
    opened = sql_kit.opened(read, ANY)
    found = []

    async def call():
        found.append((await read[1].invoke(opened, NOBODY.progress)).value["rows"])

    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(call)
    assert found == [[{"n": 10.5}]] * 20
