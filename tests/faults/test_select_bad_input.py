"""What nobody would write, and a database that goes wrong while it is asked: a clear answer soon, never a wrong one."""

import os
import sqlite3
import threading
import time
from contextlib import closing

import pytest

from broker.adapters.sql.engine import Text
from broker.adapters.sql.select.guard import guard
from broker.adapters.sql.select.reach import Guarded, Reach, Shown, Unfit, View
from tests.bench import sql_sides

DIALECTS = ("sqlite", "postgres")
DEEP = 200_000
REACH = Reach(
    views={
        "t": View(columns={"a": Shown("show", "public"), "b": Shown("domain", "email")}),
        "u": View(columns={"a": Shown("show", "public"), "d": Shown("show", "public")}),
    },
    max_rows=100,
)
HUGE = {
    "brackets": "SELECT " + "(" * DEEP + "1" + ")" * DEEP,
    "brackets that do not close": "SELECT " + "(" * DEEP,
    "subqueries": "SELECT * FROM " + "(SELECT * FROM " * DEEP + "t" + ")" * DEEP,
    "scalar subqueries": "SELECT " + "(SELECT " * DEEP + "1" + ")" * DEEP,
    "EXISTS": "SELECT 1 WHERE " + "EXISTS (SELECT 1 WHERE " * DEEP + "1" + ")" * DEEP,
    "WITH": "WITH a AS (" * DEEP + "SELECT 1" + ") SELECT 1" * DEEP,
    "NOT": "SELECT " + "NOT " * DEEP + "1",
    "minus": "SELECT " + "- " * DEEP + "1",
    "CASE": "SELECT " + "CASE WHEN 1 THEN " * DEEP + "1" + " END" * DEEP,
    "calls": "SELECT " + "abs(" * DEEP + "1" + ")" * DEEP,
    "OR": "SELECT a FROM t WHERE " + " OR ".join(["a = 1"] * DEEP),
    "UNION": " UNION ".join(["SELECT a FROM t"] * DEEP),
    "JOIN": "SELECT 1 FROM t " + "JOIN t " * DEEP,
    "casts": "SELECT a" + "::int" * DEEP,
    "dots": "SELECT a" + ".a" * DEEP,
    "types": "SELECT CAST(a AS " + "ARRAY<" * DEEP,
    "a text of a megabyte": f"SELECT '{'x' * 1_000_000}'",
    "a list of a megabyte": f"SELECT a FROM t WHERE a IN ({', '.join(['1'] * 330_000)})",
    "a comment of a megabyte": f"SELECT a /* {'x' * 1_000_000} */ FROM t",
    "a name of a megabyte": f"SELECT {'a' * 1_000_000} FROM t",
    "a number of a megabyte": f"SELECT {'1' * 1_000_000}",
    "spaces of a megabyte": f"SELECT {' ' * 1_000_000} a FROM t",
    "semicolons": "SELECT 1" + ";" * 1_000_000,
}
FRAGMENTS = (
    *("(", "((SELECT ", "(SELECT * FROM ", "EXISTS (SELECT ", "WITH a AS (", "NOT ", "- ", "+ ", "~ ", "NOT - "),
    *("CASE WHEN ", "CASE a WHEN 1 THEN ", "abs(", "CAST(", "a::int", ".a", "[", "{", "x -> ", "a || ", "a = a AND "),
    *(
        "JOIN t ",
        "LEFT JOIN t ",
        "NATURAL JOIN t ",
        "CROSS JOIN t ",
        "STRAIGHT_JOIN t ",
        "JOIN t, t ",
        "JOIN (t ",
        ", t",
    ),
    *(
        "JOIN t JOIN t ON a ",
        "AS cross JOIN t ",
        ", t.cross JOIN t ",
        "@CROSS JOIN t ",
        "JOIN t USING (a) ",
        "JOIN t end ",
    ),
    *(
        "JOIN (SELECT 1 FROM t JOIN t ",
        "UNION SELECT 1 ",
        "UNION ALL (SELECT 1 ",
        "sum(a) OVER (ORDER BY ",
        "1 IN (",
        "1, ",
    ),
    *(
        "a BETWEEN ",
        "INTERVAL ",
        "INTERVAL '1' ",
        "DATE ",
        "ARRAY[",
        "STRUCT<a ",
        "MAP ",
        "ROW(",
        "VALUES (",
        "ANY (",
        "'x' ",
    ),
    *(
        "EXTRACT(",
        "SUBSTRING(",
        "TRIM(",
        "POSITION(",
        "FILTER (",
        "WITHIN GROUP (",
        "LATERAL (",
        "PIVOT(",
        "AT TIME ZONE ",
    ),
    *(
        "/*",
        "--\n",
        "$$",
        "$a$",
        "E'",
        "U&'",
        "'",
        '"',
        "`",
        "\\",
        "?",
        ":a ",
        "$1 ",
        "@a ",
        "::",
        ";",
        "0x",
        "1e",
        "1.",
        ".",
    ),
)
HEADS = ("SELECT a FROM t ", "SELECT ")
UNREADABLE = {
    "a text without an end": "SELECT 'a FROM t",
    "a name without an end": 'SELECT "a FROM t',
    "a comment without an end": "SELECT a /* FROM t",
    "a comment in a comment without an end": "SELECT a /* /* FROM t",
    "dollar quotes without an end": "SELECT $x$ a FROM t",
    "nothing": "",
    "a comment alone": "-- SELECT a FROM t",
    "a word alone": "SELECT",
    "a homoglyph of a letter": "\u0405ELECT a FROM t",
    "full width": "\uff33\uff25\uff2c\uff25\uff23\uff34 a FROM t",
    "a long s": "\u017felect a FROM t",
    "a Kelvin sign": "SELECT a FROM t WHERE a LI\u212aE 'x'",
    "a name that looks like one": "SELECT \u0430 FROM t",
    "another semicolon": "SELECT a FROM t\u037e SELECT 1",
    "another apostrophe": "SELECT \u2019a\u2019 FROM t",
    "a lone surrogate": "SELECT '\ud800' FROM t",
    "a surrogate in a name": 'SELECT a AS "\udfff" FROM t',
    "a null byte": "SELECT a FROM t\x00 WHERE 1",
    "a byte order mark": "\ufeffSELECT a FROM t",
    "a space of no width": "SELECT\u200ba FROM t",
    "right to left": "SELECT a FROM t -- \u202e 1 = a EREHW",
    "a line separator": "SELECT a FROM t --\u2028 WHERE 0",
    "a bell": "SELECT '\x07' FROM t",
    "a recursion": "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT n FROM r",
    "a recursion that does not say so": "WITH r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT n FROM r",
    "waiting": "SELECT pg_sleep(60)",
    "much of little": "SELECT repeat('x', 1000000000)",
    "more of less": "SELECT randomblob(1000000000)",
}
TAKEN = {
    "sqlite": {"dollar quotes": "SELECT '$x$ a $x$' AS a FROM t", "text of others": "SELECT '\u0405' AS a FROM t"},
    "postgres": {"dollar quotes": "SELECT '$x$ a $x$' AS a FROM t", "text of others": "SELECT '\u0405' AS a FROM t"},
}


def judged(sql, dialect):
    """What the guard says and the seconds of CPU that it took: other tests share the machine."""
    began = time.thread_time()
    found = guard(sql, REACH, dialect)
    return found, time.thread_time() - began


def told(found):
    """A refusal that a model can act on: short, of one line, without what it must not say."""
    return (
        isinstance(found, Unfit)
        and 0 < len(found.hint) <= 300
        and "\n" not in found.hint
        and "secrets" not in found.hint
    )


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", HUGE)
def test_a_huge_statement_is_refused_before_anything_is_made_of_it(name, dialect):
    found, took = judged(HUGE[name], dialect)
    assert told(found)
    assert took < 0.1


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("head", HEADS)
def test_whatever_is_said_again_and_again_up_to_the_longest_statement_is_judged_at_once(head, dialect):
    slow = {}
    for fragment in FRAGMENTS:
        for times in (20, 7_900 // len(fragment)):
            found, took = judged((head + fragment * times)[:8_000], dialect)
            assert isinstance(found, Guarded) or told(found), fragment
            if took > 1.0:
                slow[fragment, times] = took
                break  # what grows with each repetition would not come to an end with the longest
    assert slow == {}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_plain_select_is_refused_with_a_hint(name, dialect):
    found, _ = judged(UNREADABLE[name], dialect)
    assert told(found)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_letters_of_any_script_may_stand_in_a_text(dialect):
    for name, sql in TAKEN[dialect].items():
        assert isinstance(guard(sql, REACH, dialect), Guarded), name


def test_a_thread_with_a_small_stack_judges_the_deepest_statement():
    """The broker judges on threads, and some systems give those 256 kB."""
    before = threading.stack_size(256 * 1024)
    try:
        found = []
        thread = threading.Thread(
            target=lambda: found.extend(
                guard(head + one * 59, REACH, "postgres") for head in HEADS for one in FRAGMENTS
            )
        )
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    assert len(found) == len(HEADS) * len(FRAGMENTS)


# What the database does while it is asked.

ROWS = 60_000  # some megabytes: more than SQLite keeps of a file
ENDLESS = "SELECT count(*) FROM entry a, entry b WHERE a.amount + b.amount = -1"


def fill(database):
    database.executescript("CREATE TABLE account (id INTEGER PRIMARY KEY, email TEXT, notes TEXT);")
    database.executescript(
        "CREATE TABLE entry (id INTEGER PRIMARY KEY, account_id INTEGER, amount INTEGER, memo TEXT);"
    )
    database.execute("INSERT INTO account VALUES (1, 'ann@x.example', 'n'), (2, 'bob@y.example', 'm')")
    database.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
        "INSERT INTO entry SELECT i, 1 + i % 2, 5, 'memo of some length, so that a row takes its room' FROM n",
        (ROWS,),
    )


SOURCE = sql_sides.source(
    {"account": ("id", "email"), "entry": ("id", "account_id", "amount", "memo")},
    {"account": {"email": "email"}},
    subject="account.id",
    owner_key={"entry": "account_id"},
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "bank.db"


@pytest.fixture
def side(path):
    return sql_sides.sqlite_side(path, SOURCE, fill, exposure={"email": "domain"})


def timed(ask):
    began = time.monotonic()
    found = ask()
    return found, time.monotonic() - began


def alone(side, sql, timeout):
    """The engine without the guard."""
    reach = side.tool.judge("SELECT id FROM entry", side.rows, side.exposure).reach
    return side.run(Text(sql=sql, order=()), reach, ("x",), timeout)


@pytest.mark.parametrize(
    "sql", [ENDLESS, "SELECT a.id FROM entry a, entry b, entry c ORDER BY a.memo || b.memo || c.memo"]
)
def test_a_product_of_tables_ends_at_its_deadline(side, sql):
    answer, took = timed(lambda: side.ask(sql, timeout=0.3))
    assert (answer.verdict, answer.said) == ("failed", "no answer within 0.3 s")
    assert took < 3


def test_a_recursion_that_never_ends_is_ended_by_the_engine_alone(side):
    sql = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) AS x FROM r"
    answer, took = timed(lambda: alone(side, sql, 0.3))
    assert answer.verdict == "failed"
    assert took < 3


def test_work_inside_one_function_does_not_hide_the_deadline(side):
    text = "memo"
    for _ in range(5):
        text = f"replace({text}, 'o', 'ooooooo')"
    answer, took = timed(lambda: side.ask(f"SELECT sum(length({text})) FROM entry", timeout=0.3))
    assert answer.verdict in {"failed", "denied"}
    assert took < 4


def test_a_text_that_grows_without_bound_is_ended_by_the_engine(side):
    text = "'x'"
    for _ in range(9):
        text = f"replace({text}, 'x', 'xxxxxxxxxxxxxxxx')"
    answer, took = timed(lambda: side.ask(f"SELECT length({text}) AS n", timeout=2.0))
    assert answer.verdict in {"failed", "denied"}
    assert took < 4


def test_a_locked_database_is_unavailable_and_not_waited_for(side, path):
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        answer, took = timed(lambda: side.ask("SELECT count(*) FROM entry", timeout=30))
        other.execute("ROLLBACK")
    assert (answer.verdict, answer.said) == ("failed", "source unavailable")
    assert took < 3
    assert side.ask("SELECT count(*) FROM entry").rows == ((ROWS,),)


def test_a_writer_beside_it_changes_nothing_of_what_one_call_reads(side, path):
    """One call is one transaction: half of a transfer is never seen."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE entry SET amount = 0 WHERE id < 100")
        answer = side.ask("SELECT sum(amount) FROM entry")
        other.execute("ROLLBACK")
    assert answer.rows == ((5 * ROWS,),)


def hurt(path, how):
    match how:
        case "cut":
            os.truncate(path, path.stat().st_size // 2)
        case "emptied":
            os.truncate(path, 0)
        case "overwritten":
            with path.open("r+b") as file:
                file.write(b"\xff" * path.stat().st_size)
        case "replaced":
            other = path.with_suffix(".new")
            with closing(sqlite3.connect(other)) as database:
                database.execute("CREATE TABLE entry (id INTEGER, account_id INTEGER, amount INTEGER, memo TEXT)")
            other.replace(path)
        case _:
            path.unlink()


HURT = ("cut", "emptied", "overwritten", "replaced", "gone")


@pytest.mark.parametrize("how", HURT)
def test_a_file_that_goes_wrong_while_it_is_read_gives_a_fault_or_what_was_there(side, path, how):
    asking = threading.Thread(target=lambda: found.append(side.ask(sql, timeout=1.5)))
    found, sql = (
        [],
        "SELECT count(*), sum(a.amount), max(length(b.memo)) FROM entry a LEFT JOIN entry b ON b.id = 60001 - a.id",
    )
    asking.start()
    hurt(path, how)
    asking.join(10)
    (answer,) = found
    right = ((ROWS, 5 * ROWS, len("memo of some length, so that a row takes its room")),)
    assert answer.verdict == "failed" or answer.rows == right
    if answer.verdict == "failed":
        assert answer.said in {
            "source unavailable",
            "the query failed",
            "no answer within 1.5 s",
        } or answer.said.startswith("`")


@pytest.mark.parametrize("how", HURT)
def test_a_file_that_has_gone_wrong_is_unavailable_or_does_not_hold_its_tables(side, path, how):
    hurt(path, how)
    answer = side.ask("SELECT count(*), sum(amount), max(memo) FROM entry a JOIN account b ON b.id = a.account_id")
    assert answer.verdict == "failed"
    assert side.tool.missing() is not None


DRIFT = {
    "a column that is gone": ("ALTER TABLE account DROP COLUMN email", False),
    "a column of another name": ("ALTER TABLE account RENAME COLUMN email TO mail", False),
    "a table that is gone": ("DROP TABLE account", False),
    "a table of another name": ("ALTER TABLE account RENAME TO accounts", False),
    "a view in its place": (
        "ALTER TABLE account RENAME TO real; CREATE VIEW account AS SELECT id, notes AS email FROM real",
        False,
    ),
    "another column": ("ALTER TABLE account ADD COLUMN more TEXT", True),
    "an index": ("CREATE INDEX i ON account (email)", True),
}


@pytest.mark.parametrize("name", DRIFT)
def test_a_schema_that_is_not_the_source_files_gives_a_fault_and_no_wrong_answer(side, path, name):
    change, harmless = DRIFT[name]
    with closing(sqlite3.connect(path)) as database:
        database.executescript(change)
    for sql in ("SELECT id, email FROM account ORDER BY id", 'SELECT "email" FROM account ORDER BY id'):
        answer = side.ask(sql)
        if harmless:
            assert [row[-1] for row in answer.rows] == ["@x.example", "@y.example"]
        else:
            assert answer.verdict == "failed"
            assert "email" not in answer.said
    assert (side.tool.missing() is None) == harmless
