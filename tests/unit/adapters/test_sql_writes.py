"""A write does what was granted, once, or nothing; and it is known which."""

import pytest

from broker.model.faults import Effect, ToolFault
from broker.model.scope import RowsAny, RowsSubject
from broker.pipeline import NOBODY
from tests import sql_kit
from tests.sql_kit import NUMBER, TEXT

ANY = RowsAny("a test")


@pytest.fixture
def folder(tmp_path):
    sql_kit.build(tmp_path)
    return tmp_path


TOO_MANY = {
    "update": 'UPDATE "order" SET total = 0',
    "delete": "DELETE FROM order_line",
    "insert": "INSERT INTO order_line (order_id, sku, qty) VALUES (11, 'a', 1), (11, 'b', 1), (11, 'c', 1)",
    "insert from a select": "INSERT INTO product (sku, title) SELECT 'x' || o.id, 'x' FROM \"order\" o",
    "returning": 'UPDATE "order" SET total = 0 RETURNING id',
    "by a foreign key": 'DELETE FROM "order" WHERE id = 21',  # takes its two lines with it
}


@pytest.mark.requirement("write-limit")
@pytest.mark.parametrize("sql", TOO_MANY.values(), ids=TOO_MANY)
async def test_a_write_of_more_rows_than_said_leaves_nothing_behind(folder, sql):
    tables = ('SELECT * FROM "order"', "SELECT * FROM order_line", "SELECT * FROM product")
    before = [sql_kit.ask(folder, one) for one in tables]
    with pytest.raises(ToolFault) as caught:
        await sql_kit.run(sql_kit.compiled(folder, sql, max_affected=2), ANY)
    assert caught.value.effect is Effect.NONE
    assert [sql_kit.ask(folder, one) for one in tables] == before


@pytest.mark.parametrize("sql", [TOO_MANY["update"], TOO_MANY["returning"]])
async def test_a_write_of_just_so_many_rows_is_done(folder, sql):
    found = await sql_kit.run(sql_kit.compiled(folder, sql, max_affected=3), ANY)
    assert sql_kit.ask(folder, 'SELECT DISTINCT total FROM "order"') == [(0.0,)]
    assert found.value["rows"] in ([{"affected": 3}], [{"id": 11}, {"id": 12}, {"id": 21}])


async def test_a_write_that_says_no_limit_may_write_one_row(folder):
    with pytest.raises(ToolFault):
        await sql_kit.run(sql_kit.compiled(folder, TOO_MANY["update"]), ANY)


async def test_a_write_that_breaks_a_rule_of_the_database_leaves_nothing_behind(folder):
    tool = sql_kit.compiled(folder, "INSERT INTO order_line (order_id, sku, qty) VALUES (99, 'x', 1)")
    with pytest.raises(ToolFault) as caught:
        await sql_kit.run(tool, ANY)
    assert caught.value.effect is Effect.NONE
    assert sql_kit.ask(folder, "SELECT count(*) FROM order_line") == [(4,)]


async def test_what_returning_gives_is_cut_and_the_write_is_done(folder):
    tool = sql_kit.compiled(folder, TOO_MANY["returning"], max_affected=3)
    tool[1].admit(ANY)
    found = await tool[1].invoke(sql_kit.opened(tool, ANY, limits=(1, 1 << 20)), NOBODY.progress)
    assert found.value == {"rows": [{"id": 11}], "truncated": True}
    assert sql_kit.ask(folder, 'SELECT DISTINCT total FROM "order"') == [(0.0,)]


async def test_the_same_call_carries_the_same_key(folder):
    sql = "INSERT INTO product (sku, title) VALUES (:once, :title) ON CONFLICT DO NOTHING"
    tool = sql_kit.compiled(folder, sql, {"title": TEXT}, idempotency="once")
    said = {"title": TEXT}
    affected = [
        (await sql_kit.run(tool, ANY, {"title": title}, said=said)).value["rows"][0]["affected"]
        for title in ("one", "one", "two")
    ]
    assert affected == [1, 0, 1]


CHANGED = """
    INSERT INTO product (sku, title) VALUES (:sku, :title)
    ON CONFLICT (sku) DO UPDATE SET title = product.title || '+' || excluded.title WHERE product.title <> 'C'
    RETURNING sku, title
"""


async def test_a_row_that_is_there_is_changed_where_it_is_said_so(folder):
    said = {"sku": TEXT, "title": TEXT}
    tool = sql_kit.compiled(folder, CHANGED, said, returns={"title": sql_kit.PUBLIC})
    for sku, title in (("new", "N"), ("both", "B+N"), ("alien-sku", None)):
        found = await sql_kit.run(tool, ANY, {"sku": sku, "title": "N"}, said=said)
        assert found.value["rows"] == ([] if title is None else [{"sku": sku, "title": title}])
    assert [title for (title,) in sql_kit.ask(folder, "SELECT title FROM product ORDER BY sku")] == [
        *("C", "B+N", "N", "A")
    ]


async def test_many_rows_are_changed_as_one_write(folder):
    sql = """
        INSERT INTO product (sku, title) SELECT DISTINCT sku, 'x' FROM order_line WHERE true
        ON CONFLICT (sku) DO UPDATE SET title = excluded.title
    """
    with pytest.raises(ToolFault):
        await sql_kit.run(sql_kit.compiled(folder, sql, max_affected=2), ANY)
    assert (await sql_kit.run(sql_kit.compiled(folder, sql, max_affected=3), ANY)).value["rows"] == [{"affected": 3}]


@pytest.mark.requirement("rows")
def test_a_row_that_no_filter_could_hold_is_not_changed_by_a_conflict(folder):
    sql = 'INSERT INTO "order" (id, total) VALUES (21, 0) ON CONFLICT (id) DO UPDATE SET total = 0'
    assert "a new row" in sql_kit.compiled(folder, sql)[1].admit(RowsSubject("customer"))


async def test_a_key_that_the_database_does_not_know_runs_nothing(folder):
    sql = "INSERT INTO product (sku, title) VALUES ('both', 'x') ON CONFLICT (title) DO UPDATE SET sku = 'y'"
    with pytest.raises(ToolFault) as caught:
        await sql_kit.run(sql_kit.compiled(folder, sql), ANY)
    assert caught.value.effect is Effect.NONE


async def test_a_trigger_of_the_database_runs_and_counts(folder):
    trigger = "CREATE TRIGGER t AFTER UPDATE ON \"order\" BEGIN UPDATE product SET title = 'X'; END"
    sql_kit.ask(folder, trigger)
    tool = sql_kit.compiled(folder, 'UPDATE "order" SET total = 0 WHERE id = 11', max_affected=3)
    with pytest.raises(ToolFault, match="more than 3"):
        await sql_kit.run(tool, ANY)
    tool = sql_kit.compiled(folder, 'UPDATE "order" SET total = 0 WHERE id = 11', max_affected=4)
    assert (await sql_kit.run(tool, ANY)).value["rows"] == [{"affected": 4}]
    assert sql_kit.ask(folder, "SELECT DISTINCT title FROM product") == [("X",)]


EFFECTS = {
    "SELECT title FROM product": "read",
    "INSERT INTO product (sku, title) VALUES (:n, 'x')": "write",
    "UPDATE product SET title = :n": "write",
    "DELETE FROM product WHERE sku = :n": "delete",
}


@pytest.mark.parametrize(("sql", "effect"), EFFECTS.items())
def test_a_statement_says_its_effect_itself(folder, sql, effect):
    tool = sql_kit.compiled(folder, sql, {"n": NUMBER} if ":n" in sql else {})
    assert tool[0].effects == {effect}
