"""What nobody would write is refused soon, with a hint: huge, deep, unreadable, or what takes a parser long."""

import threading
import time

import pytest

from broker.adapters.sql.select.guard import guard
from broker.adapters.sql.select.reach import Guarded, Reach, Shown, Unfit, View

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
