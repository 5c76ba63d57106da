"""A guarded SELECT on a PostgreSQL that goes wrong, or is asked for too much: a clear fault soon, no wrong answer."""

import os
import signal
import threading
import time
from contextlib import closing

import pytest

from broker.adapters.sql.engine import Text
from tests import pg
from tests.bench import sql_sides

SOURCE = sql_sides.source(
    {"account": ("id", "email"), "entry": ("id", "account_id", "amount")},
    {"account": {"email": "email"}},
    subject="account.id",
    owner_key={"entry": "account_id"},
)
ENDLESS = "SELECT count(*) FROM entry a, entry b, entry c, entry d WHERE a.amount + b.amount + c.amount + d.amount = -1"
SLEEP = "SELECT pg_sleep(60)::text AS x"


def fill(admin):
    admin.execute("CREATE TABLE account (id int PRIMARY KEY, email text, notes text)")
    admin.execute("CREATE TABLE entry (id int PRIMARY KEY, account_id int, amount int)")
    admin.execute("INSERT INTO account VALUES (1, 'ann@x.example', 'n'), (2, 'bob@y.example', 'm')")
    admin.execute("INSERT INTO entry SELECT i, 1 + i % 2, 5 FROM generate_series(1, 1000) AS i")


@pytest.fixture
def side(database, monkeypatch):
    monkeypatch.setenv(pg.PASSWORD_ENV, pg.PASSWORD)
    return sql_sides.postgres_side(database, SOURCE, fill, exposure={"email": "domain"})


def timed(ask):
    began = time.monotonic()
    found = ask()
    return found, time.monotonic() - began


def alone(side, sql, timeout):
    """The engine without the guard."""
    reach = side.tool.judge("SELECT id FROM entry", side.rows, side.exposure).reach
    return side.run(Text(sql=sql, order=()), reach, ("x",), timeout)


def test_a_product_of_tables_ends_at_its_deadline(side):
    answer, took = timed(lambda: side.ask(ENDLESS, timeout=0.3))
    assert (answer.verdict, answer.said) == ("failed", "no answer within 0.3 s")
    assert took < 3


@pytest.mark.parametrize(
    "sql",
    [
        SLEEP,
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT sum(n) AS x FROM r",
        "SELECT count(*) AS x FROM generate_series(1, 10000000000) AS g",
    ],
    ids=["sleep", "recursion", "series"],
)
def test_what_the_guard_would_refuse_is_ended_by_the_engine_alone(side, sql):
    answer, took = timed(lambda: alone(side, sql, 0.3))
    assert (answer.verdict, answer.said) == ("failed", "no answer within 0.3 s")
    assert took < 3


def test_dollar_quotes_and_escapes_are_no_way_around_the_guard(side):
    for sql in ("SELECT $$a$$ FROM entry", "SELECT E'\\'' FROM entry", "SELECT U&'\\0041' FROM entry"):
        answer = side.ask(sql)
        # What is taken is a text that stands for itself.
        assert answer.verdict == "denied" or set(answer.rows) <= {("a",), ("'",), ("A",)}


def test_a_text_with_a_null_byte_reaches_no_server(side):
    assert side.ask("SELECT 'a\x00b' FROM entry").verdict == "denied"
    assert alone(side, "SELECT 'a\x00b' AS x", 1.0).verdict == "failed"


@pytest.mark.parametrize("table", ["account", "entry"])
def test_a_table_that_somebody_locked_is_not_waited_for(side, table):
    with side.admin() as admin, admin.transaction():
        admin.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        answer, took = timed(lambda: side.ask(f"SELECT count(*) FROM {table}", timeout=30))
    assert (answer.verdict, answer.said) == ("failed", "source unavailable")
    assert took < 3


def test_rows_that_somebody_writes_meanwhile_are_not_seen_by_half(side):
    with side.admin() as admin, admin.transaction():
        admin.execute("UPDATE entry SET amount = 0")
        answer = side.ask("SELECT sum(amount) FROM entry")
    assert answer.rows == ((5_000,),)


DRIFT = {
    "a column that is gone": ("ALTER TABLE account DROP COLUMN email CASCADE", False),
    "a table that is gone": ("DROP TABLE account CASCADE", False),
    "a table in its place": ("DROP TABLE account CASCADE; CREATE TABLE account (id int, email text)", False),
    "views that are gone": (f"DROP SCHEMA {sql_sides.ROLE} CASCADE", False),
    "a right that is gone": (f"REVOKE SELECT ON {sql_sides.ROLE}_all.account FROM {sql_sides.ROLE}_all", False),
    "a column of another name": ("ALTER TABLE account RENAME COLUMN email TO mail", True),
    "another column": ("ALTER TABLE account ADD COLUMN more text", True),
    "two columns that change their names": (
        "ALTER TABLE account RENAME COLUMN email TO was; ALTER TABLE account RENAME COLUMN notes TO email",
        True,
    ),
}


@pytest.mark.parametrize("name", DRIFT)
def test_a_schema_that_is_not_the_source_files_gives_a_fault_and_no_wrong_answer(side, database, name):
    change, harmless = DRIFT[name]
    database.run(change)
    answer = side.ask("SELECT id, email FROM account ORDER BY id")
    if harmless:  # a view goes on to mean the columns that it was made of
        assert answer.rows == ((1, "@x.example"), (2, "@y.example"))
    else:
        assert answer.verdict == "failed"
        assert "email" not in answer.said
    assert (side.tool.missing() is None) == harmless


def test_a_password_that_is_no_longer_right_is_told_to_the_operator_alone(side, database):
    database.role(sql_sides.ROLE, "another")
    answer = side.ask("SELECT id FROM account")
    assert (answer.verdict, answer.said) == ("failed", "source unavailable")
    assert side.tool.missing() is not None
    database.role(sql_sides.ROLE)
    assert side.ask("SELECT id FROM account ORDER BY id").rows == ((1,), (2,))


@pytest.mark.parametrize("how", ["backend", "server"])
def test_a_server_that_dies_while_it_answers_is_unavailable_at_once(monkeypatch, how):
    monkeypatch.setenv(pg.PASSWORD_ENV, pg.PASSWORD)
    with pg.own_server() as server:
        place = pg.Database(server, "postgres")
        side = sql_sides.postgres_side(place, SOURCE, fill, exposure={"email": "domain"})
        found = []
        asking = threading.Thread(target=lambda: found.append(timed(lambda: side.ask(ENDLESS, timeout=30))))
        asking.start()
        busy(place)
        if how == "server":
            end(server)
        else:
            place.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [sql_sides.ROLE])
        asking.join(10)
        (answer, took) = found[0]
        assert (answer.verdict, answer.said) == ("failed", "source unavailable")
        assert took < 10
        again = side.ask("SELECT count(*) FROM entry")
        assert (again.verdict, again.said) == (("failed", "source unavailable") if how == "server" else ("ran", ""))


def busy(place):
    """Until the role's statement runs: what it holds is seen by an admin, what it does by nobody."""
    held = "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE usename = %s AND relation IS NOT NULL"
    deadline = time.monotonic() + 20
    while not place.run(held, [sql_sides.ROLE])[0][0]:
        assert time.monotonic() < deadline


def end(server):
    with closing(server.connect()) as admin:
        number = admin.execute("SELECT pg_read_file('postmaster.pid')").fetchone()[0].split()[0]
    os.kill(int(number), signal.SIGQUIT)
