"""However conditions and sums are put together, a guarded query computes what it would unguarded, or is not run."""

import sqlite3
from contextlib import closing

import orjson
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from broker.adapters.sql.parser.read import UnreadableError, only
from broker.adapters.sql.select.grammar import hold
from broker.adapters.sql.select.guard import guard
from broker.adapters.sql.select.hints import UnfitError
from broker.adapters.sql.select.reach import Guarded, Reach, Shown, View
from broker.adapters.sql.select.reading import read

REACH = Reach(views={"t": View(columns=dict.fromkeys("abs", Shown("show", "public")))}, max_rows=100)
ROWS = [(1, 2.5, "x"), (0, -3, "12"), (None, 7, "Abc"), (5, 5, None)]
ATOMS = st.sampled_from(["a", "b", "s", "1", "2", "0", "3.5", "'x'", "'12'", "NULL", "-1", "- 2", "TRUE", "FALSE"])
BETWEEN_BOTH = (
    "+",
    "-",
    "*",
    "/",
    "%",
    "||",
    "=",
    "<>",
    "!=",
    "<",
    ">",
    "<=",
    ">=",
    "AND",
    "OR",
    "&",
    "|",
    "LIKE",
    "NOT LIKE",
)
BETWEEN = {
    "sqlite": (*BETWEEN_BOTH, "IS", "IS NOT", "==", "GLOB", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"),
    "postgres": (*BETWEEN_BOTH, "ILIKE", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"),
}  # fmt: skip
AROUND_BOTH = (
    *("NOT {}", "- {}", "({})", "({})", "{} IS NULL", "{} IS NOT NULL", "CASE WHEN {} THEN {} ELSE {} END"),
    *("CASE {} WHEN {} THEN {} END", "{} BETWEEN {} AND {}", "{} NOT BETWEEN {} AND {}", "{} IN ({}, {})"),
    *("{} NOT IN ({}, {})", "coalesce({}, {})", "CAST({} AS TEXT)", "nullif({}, {})"),
)
AROUND = {
    "sqlite": (*AROUND_BOTH, "{} NOTNULL", "{} COLLATE NOCASE", "CAST({} AS NUMERIC)", "iif({}, {}, {})"),
    "postgres": (*AROUND_BOTH, "{}::int", "{}::numeric"),
}


def expressions(dialect):
    def more(inner):
        joined = st.builds("{} {} {}".format, inner, st.sampled_from(BETWEEN[dialect]), inner)
        around = st.builds(lambda form, *parts: form.format(*parts), st.sampled_from(AROUND[dialect]), *[inner] * 3)
        return joined | around

    return st.recursive(ATOMS, more, max_leaves=9)


@pytest.fixture(scope="module")
def database():
    with closing(sqlite3.connect(":memory:")) as one:
        one.execute("CREATE TABLE t (a, b, s)")
        one.executemany("INSERT INTO t VALUES (?, ?, ?)", ROWS)
        yield one


@settings(deadline=None)
@given(expressions("sqlite"))
def test_sqlite_computes_what_it_would_without_a_guard(database, expression):
    sql = f"SELECT {expression} AS x FROM t"
    found = guard(sql, REACH, "sqlite")
    assume(isinstance(found, Guarded))
    try:
        wanted = database.execute(sql).fetchall()
    except sqlite3.Error:
        return
    assert repr(database.execute(found.tree.sql("sqlite")).fetchall()) == repr(wanted)


@settings(deadline=None)  # the first is when the parser is imported
@given(expressions("postgres"))
def test_postgresql_reads_what_is_written_as_what_was_said(expression):
    sql = f"SELECT {expression} AS x FROM t"
    try:
        tree = read(sql, "postgres")
        hold(tree, "postgres")
        wanted = only(sql, tokens=10_000)
    except (UnfitError, UnreadableError):
        assume(False)
    assert plain(only(tree.sql("postgres", comments=False), tokens=10_000)) == plain(wanted)


def plain(tree):
    """Without the places in the text, and each NOT IN and NOT BETWEEN as the NOT that it is."""
    match tree:
        case list() | tuple():
            return [plain(one) for one in tree]
        case {"A_Expr": {"kind": "AEXPR_NOT_BETWEEN", **rest}}:
            return negated({**rest, "kind": "AEXPR_BETWEEN", "name": [{"String": {"sval": "BETWEEN"}}]})
        case {"A_Expr": {"kind": "AEXPR_IN", "name": [{"String": {"sval": "<>"}}], **rest}}:
            return negated({**rest, "kind": "AEXPR_IN", "name": [{"String": {"sval": "="}}]})
        case dict():
            places = {"location", "rexpr_list_start", "rexpr_list_end"}
            return {key: plain(value) for key, value in tree.items() if key not in places}
        case _:
            return tree


def negated(condition):
    return {"BoolExpr": {"boolop": "NOT_EXPR", "args": [plain({"A_Expr": condition})]}}


def test_a_comparison_would_tell_another_meaning():
    first, second = (only(f"SELECT {one}", tokens=99) for one in ("a = (b NOT IN (1))", "(a = b) NOT IN (1)"))
    assert orjson.dumps(plain(first)) != orjson.dumps(plain(second))
