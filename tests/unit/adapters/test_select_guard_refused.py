"""Queries that are not run, and the hint by which a model writes them again: `tests/vectors/select/refused.sql`."""

import logging
import re
from dataclasses import replace
from pathlib import Path

import pytest

from broker.adapters.sql.select.reach import Shown, View
from tests.select_kit import DIALECTS, REACH, guarded, hint

VECTORS = Path(__file__).parents[2] / "vectors" / "select" / "refused.sql"
LETTERS = {"b": DIALECTS, "p": ("postgres",), "s": ("sqlite",)}
CASES = [
    pytest.param(dialect, sql, wanted, id=f"{dialect}-{at}")
    for at, (letter, wanted, sql) in enumerate(
        re.findall(r"^-- ([bps]): (.+)\n((?:(?!-- [bps]: ).*\n)+)", VECTORS.read_text(encoding="utf-8"), re.MULTILINE)
    )
    for dialect in LETTERS[letter]
]


@pytest.mark.parametrize(("dialect", "sql", "wanted"), CASES)
def test_a_query_that_is_not_run_is_answered_by_how_to_write_it(dialect, sql, wanted):
    found = hint(sql.strip().removesuffix(";"), dialect)
    assert found.startswith(wanted)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT {} FROM customer",
        "SELECT c.{} FROM customer AS c",
        "SELECT id FROM customer WHERE {} = 1",
        "SELECT id FROM customer ORDER BY {}",
        "SELECT count(*) FROM customer GROUP BY {}",
        "SELECT id FROM customer AS c JOIN order_line AS l ON l.{} = c.id",
        "SELECT 1 FROM customer JOIN order_line USING ({})",
        "SELECT id FROM customer WHERE EXISTS (SELECT 1 FROM order_line WHERE {} = 1)",
        "SELECT count(*) OVER (PARTITION BY {}) FROM customer",
        "WITH w AS (SELECT {} FROM customer) SELECT 1",
        "SELECT id FROM {}",
        "SELECT id FROM customer WHERE id IN (SELECT id FROM {})",
        "SELECT {}.id FROM customer",
        "SELECT {}.* FROM customer",
        "WITH {} AS (SELECT 1 AS a) SELECT a FROM customer",
    ],
)
def test_what_is_hidden_and_what_is_not_there_give_the_same_words(dialect, sql):
    """`secrets` is a relation of the source and `iban` a column of it, neither of them to be seen here."""
    seen = {name: shown for name, shown in REACH.views["customer"].columns.items() if name != "iban"}
    reach = replace(REACH, views={**REACH.views, "customer": View(columns=seen)})
    for hidden in ("iban", "secrets"):
        there, nowhere = (hint(sql.format(name), dialect, reach) for name in (hidden, "nowhere"))
        assert there.replace(hidden, "nowhere") == nowhere


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_with_may_be_called_as_a_hidden_relation_for_no_hint_could_say_why_not(dialect):
    """And it is the WITH that is read: in what runs it has another name."""
    for name in ("secrets", "nowhere"):
        found = guarded(f"WITH {name} AS (SELECT 1 AS a) SELECT a FROM {name}", dialect)
        assert name not in found.tree.sql(dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_hint_names_as_many_columns_as_there_is_room_for(dialect):
    columns = {f"a_rather_long_name_of_a_column_{number}": Shown("show", "public") for number in range(200)}
    reach = replace(REACH, views={"wide": View(columns=columns)})
    found = hint(f"SELECT {'x' * 60} FROM wide", dialect, reach)
    assert "a_rather_long_name_of_a_column_0, " in found
    assert found.endswith(", ...")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_a_query_says_stands_in_a_hint_in_one_line_and_not_all_of_it(dialect):
    found = hint(f'SELECT "{"a" * 50}" FROM "x\n`y{"z" * 50}"', dialect)
    assert "\n" not in found
    assert found.count("`") == 2
    assert hint(f"SELECT {'a' * 63} FROM customer", dialect).startswith(f"column `{'a' * 60}...` is")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("sql", "most", "more"),
    [
        ("SELECT 1{}", "a query has at most 8000 characters", (" " * 7_992, " " * 7_993)),
        ("SELECT id FROM customer WHERE id IN ({}1)", "a query has at most 3000 words", ("1," * 1_494, "1," * 1_500)),
        (
            "SELECT 1 FROM {}",
            "a query has at most 24 tables",
            [", ".join(f"customer t{n}" for n in range(m)) for m in (24, 25)],
        ),
        ("SELECT {} FROM customer", "a SELECT has at most 300 columns", [", ".join("1" * m) for m in (300, 301)]),
        (
            "SELECT 1 FROM customer WHERE {}",
            "write it less deeply nested",
            [" OR ".join(["id = 1"] * m) for m in (190, 210)],
        ),
        ("SELECT {}", "write it less deeply nested", ["abs(" * m + "1" + ")" * m for m in (60, 61)]),
        ("SELECT {} TRUE", "write it less deeply nested", ["NOT " * 23, "NOT " * 24]),
        ("SELECT id AS {} FROM customer", f"`{'a' * 60}...` is no name", ["a" * 63, "a" * 64]),
    ],
)
def test_a_query_has_its_limits(dialect, sql, most, more):
    under, over = more
    guarded(sql.format(under), dialect)
    assert hint(sql.format(over), dialect).startswith(most)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_text_of_a_query_goes_into_a_log(dialect, caplog):
    with caplog.at_level(logging.DEBUG):
        for sql in (
            "EXPLAIN SELECT 'private'",
            "SELECT 'private' FROM",
            "ALTER 'private'",
            "WITH a AS (VACUUM) SELECT 1",
        ):
            hint(sql, dialect)
        for at, one in enumerate(CASES):
            if at % 4 == 0 and one.values[0] == dialect:
                hint(one.values[1].strip().removesuffix(";"), dialect)
        guarded("SELECT count(*) FROM customer", dialect)
    assert caplog.records == []
