"""PostgreSQL's own parser has the last word on what runs: whatever the guard wrote, more than is listed is not run."""

import sys

import pytest

from broker.adapters.sql.select.guard import guard
from broker.adapters.sql.select.opinion import opinion
from broker.adapters.sql.select.reach import Unfit
from tests.select_kit import REACH, text

TABLES = frozenset({"customer", "order"})
SEEN = '(SELECT "customer"."id" AS "id" FROM "customer" WHERE "customer"."id" = %(_row_0)s OFFSET 0) AS "t~1"'


@pytest.mark.parametrize(
    "sql",
    [
        f'SELECT "t~1"."id" AS "id" FROM {SEEN} LIMIT 5',
        f'WITH "w~2" AS (SELECT count(*) AS "n" FROM {SEEN}) SELECT "t~3"."n" FROM "w~2" AS "t~3"',
        f'SELECT sum("t~1"."id") FILTER (WHERE "t~1"."id" > 1) OVER (PARTITION BY "t~1"."id") FROM {SEEN}',
        f'SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY 1) FROM {SEEN} GROUP BY ROLLUP ("t~1"."id", 1)',
        "SELECT EXTRACT(YEAR FROM CURRENT_DATE), CAST('1' AS DECIMAL(3, 1)), trim(both 'a' from 'b')",
        "SELECT CASE WHEN 1 IN (2, 3) THEN NULLIF(1, 2) ELSE COALESCE(1, 2) END, 'a' LIKE 'b' ESCAPE '!'",
        "SELECT GREATEST(1, 2), (1, 2) IN (SELECT 1, 2)",
    ],
)
def test_what_a_guard_writes_is_taken(sql):
    assert opinion(sql, TABLES) is None


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT 1; SELECT 2", "statement"),
        ("", "statement"),
        ("DELETE FROM customer", "SELECT"),
        ("SELECT FROM WHERE", "not SQL"),
        ("SELECT 1 FROM secrets", "reads `secrets`"),
        ("SELECT 1 FROM public.customer", "schemaname"),
        ("SELECT 1 FROM ONLY customer", "reads `customer`"),
        ("SELECT 1 FROM customer TABLESAMPLE SYSTEM (1)", "RangeTableSample"),
        ("SELECT 1 FROM pg_read_file('/etc/hostname')", "RangeFunction"),
        ("SELECT 1 FROM ROWS FROM (pg_read_file('/etc/hostname'), now()) AS x", "RangeFunction"),
        ("SELECT 1 FROM customer, LATERAL (SELECT 1) AS x", "lateral"),
        ('SELECT 1 FROM customer NATURAL JOIN "order"', "isNatural"),
        ("SELECT customer.id INTO copied FROM customer", "intoClause"),
        ("SELECT 1 FROM customer FOR UPDATE", "lockingClause"),
        ("WITH a AS (SELECT 1) SELECT 1", "calls a WITH `a`"),
        ('WITH "w~1" AS (SELECT 1), "w~1" AS (SELECT 2) SELECT 1', "WITH twice"),
        ('WITH RECURSIVE "w~1" AS (SELECT 1) SELECT 1', "recursive"),
        ('WITH "w~1" AS (DELETE FROM customer RETURNING 1) SELECT 1', "DeleteStmt"),
        ("SELECT customer.* FROM customer", "reads `customer.*`"),
        ('SELECT "t~1" FROM (SELECT 1) AS "t~1"', "reads `t~1`"),
        ("SELECT a.b.c FROM customer", "reads `a.b.c`"),
        ("SELECT secrets.id FROM customer", "reads `secrets.id`"),
        ("SELECT (customer).id FROM customer", "A_Indirection"),
        ("SELECT pg_sleep(1)", "calls `pg_sleep`"),
        ("SELECT lower(pg_read_file('/etc/hostname'))", "calls `pg_read_file`"),
        ("SELECT count(*) FILTER (WHERE pg_sleep(1) IS NULL)", "calls `pg_sleep`"),
        ("SELECT sum(1) OVER (ORDER BY set_config('a', 'b', true))", "calls `set_config`"),
        ("SELECT string_agg('a', 'b' ORDER BY pg_sleep(1))", "calls `pg_sleep`"),
        ("SELECT DISTINCT ON (pg_sleep(1)) 1", "calls `pg_sleep`"),
        ("SELECT 1 GROUP BY GROUPING SETS ((pg_sleep(1)))", "calls `pg_sleep`"),
        ("SELECT 1 LIMIT pg_sleep(1)", "calls `pg_sleep`"),
        ("SELECT 1 FROM (VALUES (pg_sleep(1))) AS v(x)", "calls `pg_sleep`"),
        ("SELECT public.lower('a')", "calls `public.lower`"),
        ("SELECT pg_catalog.set_config('a', 'b', true)", "calls `pg_catalog.set_config`"),
        ("SELECT lower(VARIADIC ARRAY['a'])", ""),
        ("SELECT current_user", "current_user"),
        ("SELECT 'customer'::regclass", "casts to `regclass`"),
        ("SELECT '{1}'::int[]", "arrayBounds"),
        ("SELECT ARRAY[1]", "A_ArrayExpr"),
        ("SELECT ARRAY(SELECT 1)", "ARRAY_SUBLINK"),
        ("SELECT 1 OPERATOR(public.+) 2", "uses `public.+`"),
        ("SELECT 'a' ~* 'b'", "uses `~*`"),
        ("SELECT 'a' COLLATE \"de_DE\"", "collates by `de_DE`"),
        ("SELECT XMLELEMENT(NAME a)", "XmlExpr"),
        ("SELECT JSON_ARRAY(1)", "Json"),
        ("SELECT 'a\0b'", ""),
        ("SELECT " + "1 + " * 100_000 + "1", "too long"),
    ],
)
def test_what_is_more_than_is_listed_is_told(sql, said):
    found = opinion(sql, TABLES)
    assert found is not None
    assert said in found


def test_without_that_parser_nobody_gets_an_answer_from_postgresql(monkeypatch):
    monkeypatch.setitem(sys.modules, "pglast", None)
    monkeypatch.setitem(sys.modules, "pglast.parser", None)
    found = guard("SELECT id FROM customer", REACH, "postgres")
    assert isinstance(found, Unfit)
    assert "pglast" not in found.hint
    assert "SELECT" in text("SELECT id FROM customer", "sqlite")
