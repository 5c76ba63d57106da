"""Whatever shape a statement has, it reaches the granted rows and no other."""

import json

import pytest

from broker.model.scope import Condition, RowsAny, RowsSubject, RowsWhere
from broker.model.tool import Misfit
from tests import kit, sql_kit

SUBJECT = RowsSubject("customer")
WHERE = RowsWhere(
    (
        ("Customer", (Condition("id", "customer", None),)),
        ("order", (Condition("customer_id", "customer", None), Condition("card", None, "own-card"))),
        ("order_line", (Condition("qty", None, 1),)),
    )
)
FILTERS = {"by subject": SUBJECT, "by conditions": WHERE}
READS = {
    "a table": "SELECT name, email FROM customer",
    "an alias": "SELECT c.name, c.email FROM customer AS c",
    "quotes and capitals": 'SELECT "C"."NAME" FROM "Customer" AS "C"',
    "a join": 'SELECT c.name, o.card, o.total FROM customer c JOIN "order" o ON o.customer_id = c.id',
    "an old join": 'SELECT c.name, o.card FROM customer c, "order" o WHERE o.customer_id = c.id OR 1 = 1',
    "a join with nothing in common": 'SELECT c.name, o.card FROM customer c CROSS JOIN "order" o',
    "a left join": "SELECT p.title, l.sku, l.qty FROM product p LEFT JOIN order_line l ON l.sku = p.sku",
    "a right join": "SELECT p.title, l.sku, l.qty FROM order_line l RIGHT JOIN product p ON l.sku = p.sku",
    "a full join": 'SELECT c.name, o.card FROM customer c FULL JOIN "order" o ON o.id = c.id',
    "using": 'SELECT card, x FROM "order" JOIN (SELECT id AS customer_id, name x FROM customer) c USING (customer_id)',
    "a self-join": "SELECT a.name, b.name AS other FROM customer a JOIN customer b ON b.id = a.boss OR b.id <> a.id",
    "a left self-join": "SELECT a.name, b.email FROM customer a LEFT JOIN customer b ON b.id = a.boss",
    "a chain of keys": "SELECT order_id, sku, qty FROM order_line",
    "a subquery after FROM": "SELECT q.name FROM (SELECT name FROM customer) AS q",
    "a subquery in a subquery": "SELECT q.n FROM (SELECT r.n FROM (SELECT name AS n FROM customer) r) q",
    "a star inside": "SELECT q.name, q.email FROM (SELECT * FROM customer) AS q",
    "a scalar subquery": "SELECT title, (SELECT min(c.name) FROM customer c) AS x FROM product p",
    "in": 'SELECT card FROM "order" WHERE customer_id IN (SELECT boss FROM customer UNION SELECT id FROM customer)',
    "exists": "SELECT title FROM product p WHERE EXISTS (SELECT 1 FROM order_line l WHERE l.sku = p.sku AND qty > 9)",
    "not exists": 'SELECT name FROM customer c WHERE NOT EXISTS (SELECT 1 FROM "order" o WHERE o.customer_id = -c.id)',
    "with": 'WITH c AS (SELECT id, name FROM customer) SELECT c.name, o.card FROM c, "order" o',
    "with in with": "WITH a AS (WITH b AS (SELECT name FROM customer) SELECT name FROM b) SELECT name FROM a",
    "with, kept for a join": 'WITH w AS (SELECT * FROM customer) SELECT w.name FROM "order" RIGHT JOIN w ON 1 = 1',
    "two withs": 'WITH a AS (SELECT id FROM customer), b AS (SELECT total, customer_id FROM "order") '
    "SELECT b.total FROM a JOIN b ON b.customer_id <> -a.id",
    "with, used twice": "WITH a AS (SELECT id, name FROM customer) SELECT p.name, q.name AS other FROM a p, a q",
    "union": 'SELECT name FROM customer UNION SELECT card AS name FROM "order"',
    "union all of three": "SELECT sku FROM order_line UNION ALL SELECT sku FROM order_line UNION SELECT 'a' AS sku",
    "except": "SELECT name FROM customer EXCEPT SELECT name FROM customer WHERE id = 1",
    "intersect": "SELECT name FROM customer INTERSECT SELECT name FROM customer WHERE id <> 0",
    "a union inside": "SELECT q.n FROM (SELECT name AS n FROM customer UNION SELECT email FROM customer) q",
    "group": "SELECT name FROM customer GROUP BY name HAVING count(*) > 0 ORDER BY name DESC",
    "a window": "SELECT max(c.name) OVER (ORDER BY c.id) AS x FROM customer c",
    "case": "SELECT CASE WHEN id = 2 THEN name ELSE email END AS x FROM customer",
    "an aggregate": "SELECT group_concat(name, ',') AS x FROM customer",
    "order and limit": "SELECT name FROM customer ORDER BY id DESC LIMIT 1",
    "order by what is not shown": 'SELECT name FROM customer ORDER BY (SELECT max(total) FROM "order")',
    "an impossible guess": "SELECT name FROM customer WHERE id = 2 OR 1 = 1 OR name LIKE '%'",
}


@pytest.fixture
def folder(tmp_path):
    sql_kit.build(tmp_path)
    return tmp_path


def read(folder, sql):
    """The tool; a column whose class must be said is a person."""
    tool = sql_kit.compiled(folder, sql)
    names = [one.path[1] for one in tool if isinstance(one, Misfit)]
    return sql_kit.compiled(folder, sql, returns={name: kit.leaf("person") for name in names}) if names else tool


@pytest.mark.requirement("rows")
@pytest.mark.parametrize("rows", FILTERS.values(), ids=FILTERS)
@pytest.mark.parametrize("sql", READS.values(), ids=READS)
async def test_nothing_of_another_customer_is_read(folder, sql, rows):
    tool = read(folder, sql)
    found = await sql_kit.run(tool, rows, parameters={"customer": 1})
    text = json.dumps(found.value)
    assert not [one for one in sql_kit.ALIEN if one in text]


@pytest.mark.parametrize("sql", READS.values(), ids=READS)
async def test_without_a_filter_the_other_customer_decides_what_is_read(folder, sql):
    # so that the test above would fail without the filter
    tool = read(folder, sql)
    whole = await sql_kit.run(tool, RowsAny("a test"))
    own = await sql_kit.run(tool, SUBJECT, parameters={"customer": 1})
    assert whole.value != own.value


async def test_the_own_rows_are_all_there(folder):
    tool = read(folder, READS["a join"])
    found = await sql_kit.run(tool, SUBJECT, parameters={"customer": 1})
    assert [row["total"] for row in found.value["rows"]] == [10.5, 20.0]


@pytest.mark.parametrize("value", [3, "1 OR 1=1", "%", -1, "", 0.5])
async def test_a_parameter_that_is_nobody_reaches_nothing(folder, value):
    tool = read(folder, READS["a join"])
    found = await sql_kit.run(tool, SUBJECT, parameters={"customer": value})
    assert found.value == {"rows": [], "truncated": False}


WRITES = {
    "update": ('UPDATE "order" SET total = 0', 2),
    "update by a subquery": ('UPDATE "order" SET total = 0 WHERE id IN (SELECT order_id FROM order_line)', 2),
    "update with or": ('UPDATE "order" SET total = 0 WHERE id = 21 OR 1 = 1', 2),
    "update from a subquery": ('UPDATE "order" SET total = (SELECT max(qty) FROM order_line)', 2),
    "delete": ("DELETE FROM order_line", 2),
    "delete with or": ("DELETE FROM order_line WHERE qty = 888 OR 1 = 1", 2),
    "returning": ('UPDATE "order" SET total = 0 RETURNING id, card', 2),
}


@pytest.mark.requirement("rows")
@pytest.mark.parametrize(("sql", "written"), WRITES.values(), ids=WRITES)
async def test_nothing_of_another_customer_is_written(folder, sql, written):
    others = ('SELECT * FROM "order" WHERE customer_id = 2', "SELECT * FROM order_line WHERE order_id = 21")
    before = [sql_kit.ask(folder, one) for one in others]
    tool = sql_kit.compiled(folder, sql, max_affected=5)
    found = await sql_kit.run(tool, SUBJECT, parameters={"customer": 1})
    assert [sql_kit.ask(folder, one) for one in others] == before
    rows = found.value["rows"]
    assert (rows[0].get("affected", len(rows))) == written
    stored = str([sql_kit.ask(folder, f'SELECT * FROM "{one}"') for one in ("order", "order_line")])
    assert stored.count("888") == 2, "what another customer has was copied"


REFUSED = {
    "a new row": ("INSERT INTO order_line (order_id, sku, qty) VALUES (21, 'x', 1)", SUBJECT, "rows: any"),
    "a row that changes hands": ('UPDATE "order" SET customer_id = 1', SUBJECT, "whose row"),
    "a line that changes hands": ("UPDATE order_line SET order_id = 11", SUBJECT, "whose row"),
    "a changed condition": ("UPDATE order_line SET qty = 1", WHERE, "whose row"),
    "a number that another's lines hang on": ('UPDATE "order" SET id = 21 WHERE id = 11', SUBJECT, "whose row"),
    "a private table of nobody": ("SELECT name FROM staff", SUBJECT, "owner_key"),
    "a private table of nobody beside conditions": (
        "SELECT c.id, s.name FROM customer AS c CROSS JOIN staff AS s",
        RowsWhere((WHERE.tables[0],)),
        "owner_key",
    ),
    "a table that is said twice": (
        "SELECT id FROM customer",
        RowsWhere((("customer", (Condition("id", "customer", None),)), ("Customer", (Condition("boss", None, 1),)))),
        "twice",
    ),
    "a table that is not said": ("SELECT sku FROM order_line", RowsWhere((WHERE.tables[0],)), "no condition"),
    "an unknown table": ("SELECT sku FROM product", RowsWhere((("nope", WHERE.tables[0][1]),)), "not a table"),
    "an unknown column": (
        "SELECT id FROM customer",
        RowsWhere((("customer", (Condition("secret", None, 1),)),)),
        "not a listed column",
    ),
    "no conditions": ("SELECT id FROM customer", RowsWhere((("customer", ()),)), "at least one"),
    "nothing to compare": (
        "SELECT id FROM customer",
        RowsWhere((("customer", (Condition("id", None, None),)),)),
        "nothing",
    ),
}


@pytest.mark.requirement("rows")
@pytest.mark.parametrize(("sql", "rows", "why"), REFUSED.values(), ids=REFUSED)
def test_a_filter_that_cannot_be_placed_is_refused_when_loaded(folder, sql, rows, why):
    trouble = sql_kit.compiled(folder, sql)[1].admit(rows)
    assert why in trouble


async def test_a_public_table_of_nobody_needs_no_filter(folder):
    found = await sql_kit.run(
        sql_kit.compiled(folder, "SELECT title FROM product"), SUBJECT, parameters={"customer": 1}
    )
    assert len(found.value["rows"]) == 3
