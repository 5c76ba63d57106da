"""PostgreSQL numbers its parameters; nothing else of a text is touched for it."""

from pathlib import Path

import pytest
import sqlglot

from broker.adapters.sql.engines import engine

STATEMENTS = {
    "none": ("SELECT 1 AS x", "SELECT 1 AS x", ()),
    "two, one of them twice": (
        "SELECT :b AS x, :a AS y, :b AS z",
        "SELECT $1 AS x, $2 AS y, $1 AS z",
        ("b", "a"),
    ),
    "a text that looks like one": ("SELECT '%(a)s' AS x, :a AS y", "SELECT '%(a)s' AS x, $1 AS y", ("a",)),
    "a name that looks like one": ('SELECT :a AS "%(a)s"', 'SELECT $1 AS "%(a)s"', ("a",)),
    "a text that looks like one, where there is none": ("SELECT '%(a)s' AS x", "SELECT '%(a)s' AS x", ()),
    "a remainder": ("SELECT 7%(:a) AS s", "SELECT 7 % ($1) AS s", ("a",)),
    "a text that looks like a number": ("SELECT '$1' AS x, :a AS y", "SELECT '$1' AS x, $1 AS y", ("a",)),
}


@pytest.mark.parametrize("written", [False, True], ids=["the tree alone", "the tree and its text"])
@pytest.mark.parametrize("name", STATEMENTS)
def test_parameters_are_numbered_in_the_order_in_which_they_stand(name, written):
    said, sql, order = STATEMENTS[name]
    tree = sqlglot.parse_one(said, read="postgres")
    found = engine({"url": "postgresql://broker_shop@127.0.0.1/shop"}, Path("/"))
    text = found.render(tree, tree.sql("postgres") if written else "")
    assert (text.sql, text.order) == (sql, order)
