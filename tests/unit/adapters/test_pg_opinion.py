"""The second opinion: what PostgreSQL's own parser finds in a text, whatever another reader made of it."""

import pytest

from broker.adapters.sql.parser.nodes import READS, WRITES
from broker.adapters.sql.postgres.opinion import Listed, opinion

TABLES = {"customer": {"id", "name", "email"}, "order": {"id", "customer_id", "total"}}
LISTED = Listed(relations=TABLES, kinds=READS | WRITES)

GOOD = [
    'SELECT "customer"."id" AS "id" FROM "customer" AS "customer" WHERE "customer"."id" = $1 ORDER BY "id" LIMIT 5',
    'SELECT count(*) AS n, sum("order"."total") FILTER (WHERE "order"."total" > $1) AS s FROM "order"',
    'WITH w AS (SELECT customer.id AS one FROM customer) SELECT w.one AS one FROM w JOIN "order" AS o ON o.id = w.one',
    "SELECT CASE WHEN c.id IN ($1, 2) THEN lower(c.name) ELSE coalesce(c.email, '') END AS x FROM customer AS c",
    "SELECT trim(c.name) AS n, extract(year FROM CAST(c.email AS date)) AS y, current_date AS d FROM customer AS c",
    "SELECT row_number() OVER (PARTITION BY c.name ORDER BY c.id DESC NULLS LAST) AS r FROM customer AS c",
    'SELECT c.id AS id FROM customer AS c UNION ALL SELECT o.id AS id FROM "order" AS o',
    "SELECT c.id AS id FROM (SELECT customer.id FROM customer WHERE customer.name = $1 OFFSET 0) AS c",
    'SELECT c.id AS id FROM customer AS c WHERE EXISTS(SELECT 1 FROM "order" AS o WHERE o.customer_id = c.id)',
    "SELECT c.name COLLATE \"C\" AS n FROM customer AS c WHERE c.name ILIKE $1 ESCAPE 'x' AND c.email IS NOT NULL",
    "INSERT INTO customer (id, name) VALUES ($1, $2), ($3, DEFAULT) ON CONFLICT (id) DO NOTHING RETURNING id AS id",
    "INSERT INTO customer (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET name = excluded.name",
    'INSERT INTO customer (id) SELECT o.customer_id AS id FROM "order" AS o',
    "UPDATE customer SET name = $1 WHERE customer.id = $2 RETURNING customer.id AS id",
    "DELETE FROM customer WHERE id = $1",
]
BAD = {
    "SELECT pg_read_file('/etc/passwd') AS x": "pg_read_file",
    "SELECT x.x AS x FROM pg_read_file('/etc/passwd') AS x": "RangeFunction",
    "SELECT 1 AS x FROM ROWS FROM (pg_ls_dir('/')) AS y": "RangeFunction",
    "SELECT c.id AS id FROM customer AS c WHERE c.id IN (SELECT 1 FROM (VALUES (pg_sleep(9))) AS v)": "pg_sleep",
    "SELECT count(*) FILTER (WHERE set_config('broker.raw', 'on', true) = '') AS n FROM customer": "set_config",
    "SELECT sum(c.id) OVER (ORDER BY pg_sleep(9)) AS n FROM customer AS c": "pg_sleep",
    "SELECT c.id AS id FROM customer AS c ORDER BY lo_import('/etc/passwd')": "lo_import",
    "SELECT c.id AS id FROM customer AS c LIMIT pg_backend_pid()": "pg_backend_pid",
    "SELECT pg_catalog.query_to_xml('SELECT 1', true, true, '') AS x": "query_to_xml",
    "SELECT other.lower(c.name) AS x FROM customer AS c": "other.lower",
    "SELECT c.id OPERATOR(other.+) 1 AS x FROM customer AS c": "other.+",
    "SELECT c.id = ANY (SELECT 1) AS x FROM secret AS c": "secret",
    "SELECT c.id AS x FROM other.customer AS c": "schemaname",
    "SELECT c.id AS x FROM ONLY customer AS c": "plain table",
    'SELECT c.id AS x FROM "Customer" AS c': "Customer",
    "SELECT c AS x FROM customer AS c": "column of a table",
    "SELECT customer AS x FROM customer": "column of a table",
    "SELECT c.* FROM customer AS c": "column of a table",
    "SELECT (c).secret AS x FROM customer AS c": "A_Indirection",
    "SELECT c.secret AS x FROM customer AS c": "secret",
    "SELECT c.to_jsonb AS x FROM customer AS c": "to_jsonb",
    "SELECT c.ctid AS x FROM customer AS c": "ctid",
    "SELECT c.xmin AS x FROM customer AS c": "xmin",
    "SELECT CAST('pg_authid' AS regclass) AS x": "regclass",
    "SELECT CAST('{1}' AS int[]) AS x": "arrayBounds",
    "SELECT current_user AS x": "current_user",
    "SELECT current_catalog AS x": "current_catalog",
    'SELECT c.name COLLATE "sv-x-icu" AS x FROM customer AS c': "collation",
    "SELECT concat(VARIADIC c.name) AS x FROM customer AS c": "func_variadic",
    "SELECT c.id AS id FROM customer AS c FOR UPDATE": "lockingClause",
    "SELECT c.id AS id INTO other FROM customer AS c": "intoClause",
    "SELECT c.id AS id FROM customer AS c TABLESAMPLE SYSTEM (1)": "RangeTableSample",
    "SELECT l.id AS id FROM customer AS c, LATERAL (SELECT c.id) AS l": "lateral",
    'SELECT c.id AS id FROM customer AS c NATURAL JOIN "order" AS o': "isNatural",
    "WITH RECURSIVE w AS (SELECT 1 AS n UNION ALL SELECT w.n FROM w) SELECT w.n AS n FROM w": "recursive",
    "WITH customer AS (SELECT 1 AS id) SELECT customer.id AS id FROM customer": "two things",
    "WITH w AS (WITH w AS (SELECT 1 AS x) SELECT w.x FROM w) SELECT w.x AS x FROM w": "two things",
    "WITH w AS (DELETE FROM customer RETURNING id) SELECT w.id AS id FROM w": "inside a statement",
    "INSERT INTO customer (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = pg_read_file('x')": "pg_read_file",
    "INSERT INTO customer (id) OVERRIDING SYSTEM VALUE VALUES (1)": "overriding",
    "UPDATE customer SET (id, name) = (SELECT 1, 'x')": "MultiAssignRef",
    'UPDATE customer SET name = o.total FROM "order" AS o': "fromClause",
    "UPDATE customer SET name = 'x' WHERE CURRENT OF c": "CurrentOfExpr",
    'DELETE FROM customer USING "order" AS o': "usingClause",
    "SELECT 1 AS x; SELECT 2 AS y": "exactly one",
    "": "exactly one",
    "SELECT FROM WHERE": "syntax error",
    "TABLE secret": "is not a table",
    "VALUES (pg_sleep(1))": "pg_sleep",
    "COPY customer TO PROGRAM 'sh'": "another kind",
    "SET ROLE postgres": "another kind",
    "DO $$ BEGIN END $$": "another kind",
    "EXPLAIN ANALYZE SELECT 1": "another kind",
    'MERGE INTO customer USING "order" ON true WHEN MATCHED THEN DELETE': "another kind",
    "DECLARE c CURSOR FOR SELECT 1": "another kind",
    "SELECT U&'\\0041' || e'\\x41' || $$a$$ || X'41' AS x": "bsval",
    "SELECT xmlparse(DOCUMENT '<a/>') AS x": "XmlExpr",
    "SELECT JSON_OBJECT('a': 1) AS x": "JsonObject",
}


@pytest.mark.parametrize("sql", GOOD)
def test_what_a_source_lists_may_be_read_and_written(sql):
    assert opinion(sql, LISTED) is None


@pytest.mark.parametrize(("sql", "why"), BAD.items())
def test_whatever_is_not_listed_is_refused_wherever_it_stands(sql, why):
    assert why.lower() in (opinion(sql, LISTED) or "accepted").lower()


def test_a_text_that_should_read_may_not_write():
    assert opinion("DELETE FROM customer", Listed(relations=TABLES)) == "a statement of another kind than it seemed"


@pytest.mark.parametrize("deep", ["1" + "+1" * 200_000, "(" * 200_000, "NOT " * 200_000, "1" + "::int" * 50_000])
def test_no_depth_of_nesting_ends_more_than_the_statement(deep):
    assert opinion(f"SELECT {deep}", LISTED) == "a shorter statement"


@pytest.mark.parametrize(
    "deep", ["1" + "+1" * 5_900, "(" * 11_000, "NOT " * 11_000, "1" + "::int" * 3_900, "''" + "||''" * 2_900]
)
def test_what_is_just_short_enough_is_read_to_its_end(deep):
    found = opinion(f"SELECT {deep} AS x", LISTED)
    assert found is None or "memory exhausted" in found or "deeply" in found


def test_a_null_byte_ends_no_text():
    assert opinion("SELECT 1 AS x\0; DROP TABLE customer", LISTED) is not None
