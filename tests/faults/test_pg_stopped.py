"""PostgreSQL at its worst: slow, locked, killed, frozen, silent. Nothing hangs, and each call knows what it did."""

import os
import signal
import socket
import time
from contextlib import closing, contextmanager, suppress

import pytest

from broker.adapters.sql.engine import Result
from broker.adapters.sql.postgres.run import Run
from broker.model.faults import Effect, ToolFault
from tests import pg, pg_shop

SLEEP = "SELECT pg_sleep(60)::text AS x"
SLOW_COMMIT = """
    CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog
        AS $$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER slow AFTER UPDATE ON product DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION slow();
"""
UPDATE = "UPDATE product SET title = 'new' WHERE sku = 'a'"


@pytest.fixture
def shop(pg_shop_database, monkeypatch):
    return pg_shop.connected(pg_shop_database, monkeypatch)


def titles(database):
    return [title for (title,) in database.run("SELECT title FROM product ORDER BY sku")]


@contextmanager
def within(seconds):
    start = time.monotonic()
    yield
    assert time.monotonic() - start < seconds


@pytest.mark.parametrize(
    "sql",
    [SLEEP, "SELECT count(*) AS x FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b WHERE a = -b"],
    ids=["sleep", "cartesian"],
)
def test_a_query_without_end_ends_at_its_deadline(shop, sql):
    with within(2.3):
        fault = pg_shop.ask(shop, sql, timeout=0.3)
    assert (str(fault), fault.effect, fault.is_unreachable) == ("no answer within 0.3 s", Effect.NONE, False)


def test_rows_that_come_one_by_one_end_at_the_deadline_of_the_whole_call(shop):
    """Each row is quick enough for the server: it has a clock for a statement, and none for all of them."""
    with within(2.6):
        fault = pg_shop.ask(
            shop, "SELECT pg_sleep(0.1)::text AS x FROM generate_series(1, 1000)", timeout=0.6, rows=1000
        )
    assert isinstance(fault, ToolFault)


def test_a_table_that_somebody_locked_is_not_waited_for(shop, pg_shop_database):
    with pg_shop_database.connect() as admin, admin.transaction(), within(3):
        admin.execute("LOCK TABLE product IN ACCESS EXCLUSIVE MODE")
        fault = pg_shop.ask(shop, "SELECT sku AS x FROM product", timeout=30.0)
    assert (str(fault), fault.is_unreachable) == ("source unavailable", True)


def test_a_row_that_somebody_writes_is_not_waited_for(shop, pg_shop_database):
    with pg_shop_database.connect() as admin, admin.transaction(), within(3):
        admin.execute("UPDATE product SET title = 'other'")
        fault = pg_shop.ask(shop, UPDATE, names=(), max_affected=1, timeout=30.0)
    assert (str(fault), fault.effect) == ("source unavailable", Effect.NONE)


@pytest.mark.parametrize("sql", [SLEEP, "UPDATE product SET title = pg_sleep(60)::text WHERE sku = 'a'"])
def test_a_stopped_statement_ends_at_once_and_had_no_effect(shop, pg_shop_database, sql):
    writes = {"names": (), "max_affected": 1} if sql is not SLEEP else {}
    run, thread = pg_shop.begun(shop, sql, timeout=30.0, **writes)
    pg_shop.sleeping(pg_shop_database)
    with within(2):
        run.stop()
        assert run.ended.wait(2)
    thread.join(2)
    assert run.outcome.effect is Effect.NONE
    assert titles(pg_shop_database) == ["A", "B", "C"]
    # and the server does not go on with what nobody waits for
    at_work = f"SELECT 1 FROM pg_stat_activity WHERE usename = '{pg_shop.ROLE}' AND wait_event = 'PgSleep'"
    assert pg_shop_database.run(at_work) == []


def test_stopping_waits_for_nobody(shop, pg_shop_database):
    run, thread = pg_shop.begun(shop, SLEEP, timeout=30.0)
    pg_shop.sleeping(pg_shop_database)
    with within(0.2):
        run.stop()
        run.stop()
    thread.join(3)


def test_what_is_stopped_before_it_began_is_never_run(shop, pg_shop_database):
    run = shop.run(pg_shop.order(UPDATE, names=(), max_affected=1))
    run.stop()
    assert run.ended.is_set()
    run()
    assert (str(run.outcome), run.outcome.effect) == ("stopped before it began", Effect.NONE)
    assert titles(pg_shop_database) == ["A", "B", "C"]


def test_stopped_at_any_moment_a_write_did_all_or_nothing_and_knows_which(shop, pg_shop_database):
    seen = set()
    for at in range(40):
        run, thread = pg_shop.begun(shop, "UPDATE product SET title = $1", [str(at)], names=(), max_affected=3)
        thread.join(at / 1000)
        run.stop()
        assert run.ended.wait(3)
        thread.join(3)
        done = titles(pg_shop_database) == [str(at)] * 3
        assert done is isinstance(run.outcome, Result)
        assert done or run.outcome.effect is Effect.NONE
        seen.add(done)
    assert False in seen


def test_what_is_stopped_before_its_commit_is_not_committed(shop, pg_shop_database):
    pg_shop_database.run("""
        CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'written'; RETURN NULL; END $$;
        CREATE TRIGGER tell AFTER UPDATE ON product FOR EACH ROW EXECUTE FUNCTION tell()
    """)

    def connect(seconds):
        connection = shop._connect(seconds)
        connection.add_notice_handler(lambda _: run.stop())
        return connection

    run = Run(pg_shop.order(UPDATE, names=(), max_affected=1), pg_shop.ROLE, connect)
    assert pg_shop.came_of(run).effect is Effect.NONE
    assert titles(pg_shop_database) == ["A", "B", "C"]


def test_a_server_that_ends_the_session_is_unreachable_and_nothing_happened(shop, pg_shop_database):
    run, thread = pg_shop.begun(shop, SLEEP, timeout=30.0)
    pid = pg_shop.sleeping(pg_shop_database)
    pg_shop_database.run("SELECT pg_terminate_backend(%s)", [pid])
    thread.join(3)
    assert (str(run.outcome), run.outcome.effect) == ("source unavailable", Effect.NONE)


def test_a_commit_that_the_server_refuses_had_no_effect(shop, pg_shop_database):
    pg_shop_database.run(SLOW_COMMIT.replace("PERFORM pg_sleep(60)", "RAISE check_violation"))
    fault = pg_shop.ask(shop, UPDATE, names=(), max_affected=1)
    assert (str(fault), fault.effect) == ("the query failed", Effect.NONE)
    assert titles(pg_shop_database) == ["A", "B", "C"]


def test_of_a_commit_that_was_cut_off_nobody_knows_the_effect(shop, pg_shop_database):
    pg_shop_database.run(SLOW_COMMIT)
    run, thread = pg_shop.begun(shop, UPDATE, names=(), max_affected=1, timeout=30.0)
    pid = pg_shop.sleeping(pg_shop_database)
    pg_shop_database.run("SELECT pg_terminate_backend(%s)", [pid])
    thread.join(3)
    assert run.outcome.effect is Effect.UNKNOWN


def test_a_commit_that_does_not_end_is_left_and_nobody_knows_its_effect(shop, pg_shop_database):
    pg_shop_database.run(SLOW_COMMIT)
    run, thread = pg_shop.begun(shop, UPDATE, names=(), max_affected=1, timeout=30.0)
    pg_shop.sleeping(pg_shop_database)
    with within(2):
        run.stop()
        assert run.ended.wait(2)
    thread.join(2)
    assert run.outcome.effect is Effect.UNKNOWN


@pytest.fixture(scope="module")
def doomed():
    """On a server of its own, of which a test may kill what it likes."""
    with pg.own_server() as server:
        database = pg.Database(server, "postgres")
        database.run(pg_shop.SCHEMA)
        yield database


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL], ids=["frozen", "killed"])
def test_a_server_that_freezes_or_dies_while_it_answers_is_not_waited_for(doomed, monkeypatch, number):
    shop = pg_shop.connected(doomed, monkeypatch)
    run, thread = pg_shop.begun(shop, SLEEP, timeout=1.0)
    process = pg_shop.sleeping(doomed)
    try:
        with within(3):
            os.kill(process, number)
            assert run.ended.wait(3)
        thread.join(1)
        assert (str(run.outcome), run.outcome.effect) == ("source unavailable", Effect.NONE)
    finally:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGCONT)


@contextmanager
def listening():
    """Somebody who takes connections and says nothing."""
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        yield f"postgresql://{pg_shop.ROLE}@127.0.0.1:{one.getsockname()[1]}/shop"


def test_a_server_that_says_nothing_is_left_after_two_seconds(monkeypatch):
    with listening() as url, within(3.5):
        fault = pg_shop.ask(pg_shop.connected(None, monkeypatch, url=url), SLEEP, timeout=0.5)
    assert (str(fault), fault.is_unreachable) == ("source unavailable", True)


def test_a_call_that_is_stopped_while_it_connects_has_ended(monkeypatch):
    with listening() as url, within(1):
        run, _ = pg_shop.begun(pg_shop.connected(None, monkeypatch, url=url), UPDATE, names=(), max_affected=1)
        run.stop()
        assert run.ended.is_set()
        assert (str(run.outcome), run.outcome.effect) == ("stopped before it began", Effect.NONE)


def test_where_nobody_listens_the_source_is_unreachable(monkeypatch):
    with listening() as url:
        pass
    fault = pg_shop.ask(pg_shop.connected(None, monkeypatch, url=url), SLEEP)
    assert (str(fault), fault.effect, fault.is_unreachable) == ("source unavailable", Effect.NONE, True)
