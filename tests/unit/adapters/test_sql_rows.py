"""Whatever shape a statement has, it reaches the granted rows and no other."""

import json

import pytest

from broker.model.scope import Condition, RowsAny, RowsWhere
from tests import sql_kit
from tests.sql_kit import readable
from tests.sql_shapes import FILTERS, READS, SUBJECT, WHERE


@pytest.fixture
def folder(tmp_path):
    sql_kit.build(tmp_path)
    return tmp_path


@pytest.mark.requirement("rows")
@pytest.mark.parametrize("rows", FILTERS.values(), ids=FILTERS)
@pytest.mark.parametrize("sql", READS.values(), ids=READS)
async def test_nothing_of_another_customer_is_read(folder, sql, rows):
    tool = readable(folder, sql)
    found = await sql_kit.run(tool, rows, parameters={"customer": 1})
    text = json.dumps(found.value)
    assert not [one for one in sql_kit.ALIEN if one in text]


@pytest.mark.parametrize("sql", READS.values(), ids=READS)
async def test_without_a_filter_the_other_customer_decides_what_is_read(folder, sql):
    # so that the test above would fail without the filter
    tool = readable(folder, sql)
    whole = await sql_kit.run(tool, RowsAny("a test"))
    own = await sql_kit.run(tool, SUBJECT, parameters={"customer": 1})
    assert whole.value != own.value


async def test_the_own_rows_are_all_there(folder):
    tool = readable(folder, READS["a join"])
    found = await sql_kit.run(tool, SUBJECT, parameters={"customer": 1})
    assert [row["total"] for row in found.value["rows"]] == [10.5, 20.0]


@pytest.mark.parametrize("value", [3, "1 OR 1=1", "%", -1, "", 0.5])
async def test_a_parameter_that_is_nobody_reaches_nothing(folder, value):
    tool = readable(folder, READS["a join"])
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
