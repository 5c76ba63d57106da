"""A SELECT of an agent's own meets a database that is slow, locked, gone or another, and limits that hold."""

import sqlite3
import threading
from contextlib import closing, suppress

import anyio
import pytest

from broker.adapters.sql.engine import Result
from broker.adapters.sql.sqlite import veil
from broker.model.faults import Effect, ToolFault
from broker.model.scope import RowsAny
from broker.pipeline import NOBODY
from tests import sql_kit, veil_kit

ANY = RowsAny("a test")
CROWD = ", ".join(f"many AS m{n}" for n in range(7))
ENDLESS = f"SELECT count(*) AS x FROM {CROWD} WHERE {' + '.join(f'm{n}.n' for n in range(7))} = -1"
SOURCE = {**sql_kit.SOURCE, "tables": {**sql_kit.SOURCE["tables"], "many": {"n": sql_kit.PUBLIC}}}
LISTED = (*veil_kit.LISTED, "many")


@pytest.fixture
def folder(tmp_path):
    sql_kit.build(tmp_path)
    with closing(sqlite3.connect(tmp_path / "shop.db")) as database:
        database.execute("CREATE TABLE many (n INTEGER)")
        database.executemany("INSERT INTO many VALUES (?)", [(n,) for n in range(200)])
        database.commit()
    return tmp_path


def many(folder, **more):
    return veil_kit.tool(folder, source=SOURCE, listed=LISTED, rows=ANY, **more)


@pytest.mark.requirement("deadline")
async def test_a_query_of_everything_with_everything_ends_at_its_deadline(folder):
    tool = many(folder, timeout=0.05)
    with anyio.fail_after(5), pytest.raises(ToolFault) as caught:
        await veil_kit.asked(tool, ENDLESS, rows=ANY)
    assert caught.value.effect is Effect.NONE


@pytest.mark.requirement("cancel")
async def test_a_query_that_is_cancelled_is_stopped_and_leaves_the_database_alone(folder):
    tool = many(folder)
    opened = veil_kit.opened(tool, ENDLESS, rows=ANY)
    assert await tool[1].unfit(opened.intended.permit) is None
    with anyio.fail_after(5), anyio.move_on_after(0.05) as scope, pytest.raises(ToolFault) as caught:
        await tool[1].invoke(opened, NOBODY.progress)
    assert scope.cancel_called
    assert caught.value.effect is Effect.NONE
    sql_kit.ask(folder, "BEGIN EXCLUSIVE")


def test_a_query_stopped_before_it_began_does_not_run(folder):
    found = veil_kit.ran(folder, "SELECT id AS x FROM customer", ready=lambda run: run.stop())
    assert (str(found), found.effect) == ("stopped before it began", Effect.NONE)


def test_a_query_can_be_stopped_from_another_thread(folder):
    reach = many(folder)[1].judge(ENDLESS, ANY, veil_kit.EXPOSURE).reach
    timer = []

    def soon(run):
        timer.append(threading.Timer(0.05, run.stop))
        timer[0].start()

    assert isinstance(veil_kit.ran(folder, ENDLESS, found=reach, ready=soon, timeout=30.0), ToolFault)
    timer[0].join()


GONE = {
    "no database": lambda path: path.unlink(),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "no database but text": lambda path: path.write_text("x" * 4096),
    "a locked one": lambda path: sqlite3.connect(path, isolation_level=None).execute("BEGIN EXCLUSIVE"),
}


@pytest.mark.parametrize("spoil", GONE.values(), ids=GONE)
def test_a_database_that_is_not_there_is_told_from_a_query_that_fails(folder, spoil):
    kept = spoil(folder / "shop.db")
    found = veil_kit.ran(folder, "SELECT id AS x FROM customer")
    assert (str(found), found.effect, found.is_unreachable) == ("source unavailable", Effect.NONE, True)
    if isinstance(kept, sqlite3.Cursor):
        kept.connection.close()


def test_a_database_that_is_not_there_is_not_made(folder):
    (folder / "shop.db").unlink()
    veil_kit.ran(folder, "SELECT id AS x FROM customer")
    assert list(folder.iterdir()) == []


def test_an_empty_database_holds_no_table_and_says_so(folder):
    (folder / "shop.db").write_bytes(b"")
    found = veil_kit.ran(folder, "SELECT 1 AS x")
    assert "is not a table" in str(found)


MEANWHILE = {
    "deleted": lambda path: path.unlink(),
    "replaced": lambda path: (path.rename(path.with_suffix(".old")), sqlite3.connect(path).close()),
    "written to": lambda path: (
        sqlite3.connect(path, timeout=0).execute("UPDATE product SET title = 'x'").connection.close()
    ),
    "changed in its schema": lambda path: (
        sqlite3.connect(path, timeout=0).execute("DROP TABLE product").connection.close()
    ),
}


@pytest.mark.parametrize("change", MEANWHILE.values(), ids=MEANWHILE)
def test_what_was_looked_at_is_what_is_read_whatever_happens_meanwhile(folder, monkeypatch, change):
    """Between the look at the schema and the query: the one transaction keeps the file as it was, or the writer out."""
    teach = veil._teach

    def change_then_teach(*facts):
        with suppress(sqlite3.OperationalError):  # a writer is kept out
            change(folder / "shop.db")
        teach(*facts)

    monkeypatch.setattr(veil, "_teach", change_then_teach)
    found = veil_kit.ran(folder, "SELECT title AS x FROM product ORDER BY x")
    assert [row["x"] for row in found.value["rows"]] == ["A", "B", "C"]


HUGE = f"replace('{'a' * 500}', 'a', '{'a' * 500}')"
BEYOND = {
    "a value": f"SELECT replace({HUGE}, 'aa', '{'a' * 500}') AS x",
    "a group": f"SELECT group_concat({HUGE}) AS x FROM many",
    "a pattern": f"SELECT 'a' LIKE '{'%a' * 200}' AS x",
    "a set to trim by": f"SELECT trim('a', '{'ab' * 40}') AS x",
    "a depth": f"SELECT {'1 + ' * 500}1 AS x",
    "a text": f"SELECT '{'x' * (1 << 20)}' AS x",
    "queries in a row": " UNION ALL ".join(["SELECT 1 AS x"] * 300),
    "arguments": f"SELECT coalesce({', '.join(['NULL'] * 40)}, 1) AS x",
}


@pytest.mark.requirement("size-limits")
@pytest.mark.parametrize("sql", BEYOND.values(), ids=BEYOND)
def test_nothing_grows_beyond_what_the_engine_takes(folder, sql):
    reach = many(folder)[1].judge("SELECT 1 AS x", ANY, veil_kit.EXPOSURE).reach
    found = veil_kit.ran(folder, sql, found=reach)
    assert (str(found), found.effect) == ("the query failed", Effect.NONE)


WITHIN = {
    "trim('  a ', ' ')": "a",
    "ltrim('xxab', 'x')": "ab",
    "rtrim('abxx', 'x')": "ab",
    "trim('a', '')": "a",
    "trim(NULL, 'a')": None,
    "trim('a', NULL)": None,
    "trim(5005, '5')": "00",
    "trim('éaé', 'é')": "a",
}


@pytest.mark.parametrize("call", WITHIN)
def test_trim_does_what_sqlites_own_does(folder, call):
    with closing(sqlite3.connect(":memory:")) as plain:
        assert plain.execute(f"SELECT {call}").fetchone()[0] == WITHIN[call]
    assert veil_kit.seen(folder, f"SELECT {call}") == [(WITHIN[call],)]


def test_a_database_that_others_read_and_write_in_a_log_is_read(folder):
    writer = sqlite3.connect(folder / "shop.db", isolation_level=None)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE product SET title = 'x'")
    found = veil_kit.ran(folder, "SELECT title AS x FROM product ORDER BY x")
    writer.close()
    assert isinstance(found, Result), found
    assert [row["x"] for row in found.value["rows"]] == ["A", "B", "C"]


@pytest.mark.requirement("size-limits")
@pytest.mark.parametrize("size", range(40, 140, 20))
async def test_no_more_bytes_than_were_reserved(folder, size):
    found = await veil_kit.asked(many(folder), "SELECT n FROM many", rows=ANY, limits=(100, size))
    assert found.size <= size
    assert found.value["truncated"]


def test_a_value_that_is_too_long_fails_the_query_and_not_its_neighbours(folder):
    with closing(sqlite3.connect(folder / "shop.db")) as database:
        database.execute("INSERT INTO product VALUES ('long', printf('%.*c', 600000, 'x'))")
        database.commit()
    assert isinstance(veil_kit.ran(folder, "SELECT title AS x FROM product"), ToolFault)
    assert isinstance(veil_kit.ran(folder, "SELECT sku AS x FROM product"), Result)
