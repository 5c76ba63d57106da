"""A statement that fails, or does not, because of a row that its filter hides would tell of it."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from sqlglot import exp

from broker.model.faults import ToolFault
from broker.pipeline import NOBODY
from tests import pg_named, sql_kit
from tests.sql_shapes import SUBJECT

FENCES = (" LIMIT -1 OFFSET 0", " OFFSET 0")
# Of the hidden lines `qty` is 888 in PostgreSQL, and in SQLite the one integer that has no absolute value.
POSTGRES = {
    "where": "SELECT sku FROM order_line WHERE 10 / (qty - 888) < 5",
    "a subquery": "SELECT q.x FROM (SELECT 1 / (qty - 888) AS x FROM order_line) AS q WHERE q.x < 9",
    "having": "SELECT sku FROM order_line GROUP BY sku HAVING 5 / (length(sku) - 9) < 9",
    "a cast": "SELECT qty FROM order_line WHERE (qty || CASE WHEN qty > 800 THEN 'x' ELSE '' END)::int < 5",
    "a join": "SELECT l.sku FROM order_line AS l JOIN product AS p ON p.sku = l.sku AND 10 / (l.qty - 888) < 5",
    "a left join": "SELECT p.sku FROM product p LEFT JOIN order_line l ON p.sku = l.sku AND 1 / (l.qty - 888) < 5",
    "a scalar subquery": "SELECT sku FROM order_line l WHERE (SELECT p.sku FROM product p WHERE l.qty > 800) IS NULL",
}
SQLITE = {
    "an index": "SELECT order_id FROM order_line WHERE abs(qty) > 0 AND qty < 100",
    "an order": "SELECT sku FROM order_line WHERE abs(qty) > 0 ORDER BY qty",
    "a subquery": "SELECT q.x FROM (SELECT abs(qty) AS x FROM order_line WHERE qty < 99) AS q WHERE q.x < 9",
    "a left join": "SELECT p.sku FROM product AS p LEFT JOIN order_line AS l ON p.sku = l.sku AND abs(l.qty) > 0",
    "a count": "SELECT count(*) AS n FROM order_line WHERE abs(qty) > 0 AND qty < 100",
}
HIDDEN = """
    UPDATE order_line SET qty = -9223372036854775808 WHERE order_id = 21;
    CREATE INDEX q ON order_line (qty);
"""
UNFENCED = {
    "a key": 'SELECT o.total FROM "order" AS o WHERE o.id = 11',
    "what is answered of one row": "SELECT abs(qty) AS y FROM order_line WHERE order_id = 11 ORDER BY abs(qty)",
    "a count": "SELECT count(*) AS n FROM order_line WHERE sku IN (SELECT sku FROM product)",
}
WRITES = {
    "sqlite": "UPDATE order_line SET sku = 'x' WHERE abs(qty) > 0 AND qty < 100",
    "postgres": "UPDATE order_line SET sku = 'x' WHERE 10 / (qty - 888) < 5",
}


def ask(shop, sql, *, fence):
    """The rows, or that it failed. Without `fence`: as if none had been put."""
    tool = shop(sql)
    assert tool[1].admit(SUBJECT) is None
    plan = tool[1].plans[SUBJECT]
    text = plan.text(0)
    bare = text.sql
    for one in FENCES:
        bare = bare.replace(one, "")
    assert bare != text.sql, "no fence"
    if not fence:
        plan.texts[0] = replace(text, sql=bare)
    return tool[1].invoke(sql_kit.opened(tool, SUBJECT, parameters={"customer": 1}), NOBODY.progress)


@pytest.fixture
def sqlite(tmp_path):
    sql_kit.build(tmp_path)
    with closing(sqlite3.connect(tmp_path / "shop.db")) as database:
        database.executescript(HIDDEN)
    return lambda sql, **more: sql_kit.readable(tmp_path, sql, **more)


@pytest.fixture(scope="module")
def postgres_shop(postgres, tmp_path_factory):
    with pg_named.shop(postgres, tmp_path_factory.mktemp("shop")) as one:
        yield one.readable


@pytest.mark.requirement("rows")
@pytest.mark.parametrize("sql", SQLITE.values(), ids=SQLITE)
async def test_a_hidden_row_fails_nothing_in_sqlite(sqlite, sql):
    assert (await ask(sqlite, sql, fence=True)).value["rows"]
    with pytest.raises(ToolFault):  # so the fence is what holds
        await ask(sqlite, sql, fence=False)


@pytest.mark.requirement("rows")
@pytest.mark.parametrize("sql", POSTGRES.values(), ids=POSTGRES)
async def test_a_hidden_row_fails_nothing_in_postgres(postgres_shop, sql):
    assert (await ask(postgres_shop, sql, fence=True)).value["rows"]
    with pytest.raises(ToolFault):
        await ask(postgres_shop, sql, fence=False)


@pytest.mark.parametrize("sql", UNFENCED.values(), ids=UNFENCED)
def test_where_nothing_can_fail_early_no_fence_takes_the_index(sqlite, sql):
    tool = sqlite(sql)
    assert tool[1].admit(SUBJECT) is None
    assert "OFFSET" not in tool[1].plans[SUBJECT].text(0).sql


@pytest.mark.requirement("rows")
async def test_what_is_answered_is_computed_of_no_hidden_row_without_a_fence_of_ours(postgres_shop):
    tool = postgres_shop("SELECT 1 / (qty - 888) AS x FROM order_line ORDER BY 7 / (qty - 888), qty")
    assert tool[1].admit(SUBJECT) is None
    assert "OFFSET" not in tool[1].plans[SUBJECT].text(0).sql
    given = sql_kit.opened(tool, SUBJECT, parameters={"customer": 1})
    assert (await tool[1].invoke(given, NOBODY.progress)).value["rows"] == [{"x": 0}, {"x": 0}]


@pytest.mark.requirement("rows")
@pytest.mark.parametrize("engine", WRITES)
async def test_a_write_is_failed_by_no_hidden_row_either(sqlite, postgres_shop, engine):
    tool = {"sqlite": sqlite, "postgres": postgres_shop}[engine](WRITES[engine], max_affected=5)
    assert tool[1].admit(SUBJECT) is None
    plan = tool[1].plans[SUBJECT]
    given = sql_kit.opened(tool, SUBJECT, parameters={"customer": 1})
    assert (await tool[1].invoke(given, NOBODY.progress)).value["rows"] == [{"affected": 2}]
    where = plan.tree.args["where"].this
    plan.tree.set("where", exp.Where(this=exp.and_(where.this.this.args["ifs"][0].args["true"], where.expression)))
    plan.texts.clear()
    with pytest.raises(ToolFault):
        await tool[1].invoke(given, NOBODY.progress)
