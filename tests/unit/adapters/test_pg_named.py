"""A named query on a real PostgreSQL: what holds on SQLite holds there, by the same statements."""

import json
from decimal import Decimal

import pytest

from broker.model.faults import Effect, ToolFault
from broker.model.scope import RowsAny
from broker.model.tool import Misfit
from tests import pg_named, sql_kit
from tests.sql_kit import LIST, MAIL, NUMBER, TEXT
from tests.sql_shapes import FILTERS, POSTGRES_READS, SUBJECT

ANY = RowsAny("a test")
OWN = {"customer": 1}


@pytest.fixture(scope="module")
def shop(postgres, tmp_path_factory):
    """For whoever only reads."""
    with pg_named.shop(postgres, tmp_path_factory.mktemp("shop")) as one:
        yield one


@pytest.fixture
def fresh(postgres, tmp_path):
    with pg_named.shop(postgres, tmp_path) as one:
        yield one


async def rows(tool, *more, **said):
    return (await sql_kit.run(tool, *more, **said)).value["rows"]


@pytest.mark.requirement("rows")
@pytest.mark.parametrize("filtered", FILTERS.values(), ids=FILTERS)
async def test_nothing_of_another_customer_is_read(shop, filtered):
    for name, sql in POSTGRES_READS.items():
        tool = shop.readable(sql)
        text = json.dumps(await rows(tool, filtered, parameters=OWN))
        assert not [one for one in sql_kit.ALIEN if one in text], name
        # and without the filter it would have been
        assert await rows(tool, ANY) != await rows(tool, filtered, parameters=OWN), name


async def test_the_own_rows_are_all_there(shop):
    tool = shop.readable(POSTGRES_READS["a join"])
    assert [row["total"] for row in await rows(tool, SUBJECT, parameters=OWN)] == [10.5, 20]


WRITES = {
    "update": ('UPDATE "order" SET total = 0', 2),
    "update by a subquery": ('UPDATE "order" SET total = 0 WHERE id IN (SELECT order_id FROM order_line)', 2),
    "update that could fail": ('UPDATE "order" SET total = 0 WHERE 10 / (total - 777) < 5', 2),
    "delete": ("DELETE FROM order_line WHERE qty = 888 OR 1 = 1", 2),
    "returning": ('UPDATE "order" SET total = 0 RETURNING id, card', 2),
}


@pytest.mark.requirement("rows")
@pytest.mark.parametrize(("sql", "written"), WRITES.values(), ids=WRITES)
async def test_nothing_of_another_customer_is_written(fresh, sql, written):
    others = ('SELECT * FROM "order" WHERE customer_id = 2', "SELECT * FROM order_line WHERE order_id = 21")
    before = [fresh.ask(one) for one in others]
    found = await rows(fresh.compiled(sql, max_affected=5), SUBJECT, parameters=OWN)
    assert [fresh.ask(one) for one in others] == before
    assert found[0].get("affected", len(found)) == written


@pytest.mark.requirement("write-limit")
async def test_a_write_of_more_rows_than_said_leaves_nothing_behind(fresh):
    for sql in ('UPDATE "order" SET total = 0', 'DELETE FROM "order" WHERE id = 21'):  # with its two lines
        with pytest.raises(ToolFault) as caught:
            await sql_kit.run(fresh.compiled(sql, max_affected=2), ANY)
        assert caught.value.effect is Effect.NONE
    assert fresh.ask('SELECT sum(total) FROM "order"') == [(Decimal("807.50"),)]
    assert fresh.ask("SELECT count(*) FROM order_line") == [(4,)]


ONCE = "INSERT INTO product (sku, title) VALUES (:once, :title) ON CONFLICT (sku) DO NOTHING"


async def test_the_same_call_carries_the_same_key(fresh):
    tool = fresh.compiled(ONCE, {"title": TEXT}, idempotency="once")
    said = {"title": TEXT}
    done = [(await rows(tool, ANY, {"title": title}, said=said))[0] for title in ("one", "one", "two")]
    assert done == [{"affected": 1}, {"affected": 0}, {"affected": 1}]


CHANGED = """
    INSERT INTO product (sku, title) VALUES (:sku, :title)
    ON CONFLICT (sku) DO UPDATE SET title = product.title || '+' || excluded.title WHERE product.title <> 'C'
    RETURNING sku, title
"""


async def test_a_row_that_is_there_is_changed_where_it_is_said_so(fresh):
    said = {"sku": TEXT, "title": TEXT}
    tool = fresh.compiled(CHANGED, said, returns={"title": sql_kit.PUBLIC})
    for sku, title in (("new", "N"), ("both", "B+N"), ("alien-sku", None)):
        found = await rows(tool, ANY, {"sku": sku, "title": "N"}, said=said)
        assert found == ([] if title is None else [{"sku": sku, "title": title}])


async def test_bound_arguments_come_from_the_task(shop):
    tool = shop.compiled("SELECT id FROM customer WHERE id = :who", bind={"who": "customer"})
    assert await rows(tool, ANY, parameters={"customer": 2}, bind={"who": "customer"}) == [{"id": 2}]


@pytest.mark.parametrize("ids", [[], [11], [11, 12], [11, 12, 21], [21, 5, 11], list(range(1, 129))])
async def test_a_list_is_as_many_values(shop, ids):
    tool = shop.compiled('SELECT id FROM "order" WHERE id IN (:ids) ORDER BY id', {"ids": LIST})
    found = await rows(tool, SUBJECT, {"ids": ids}, said={"ids": LIST}, parameters=OWN)
    assert [row["id"] for row in found] == [one for one in (11, 12) if one in ids]


async def test_a_column_that_may_not_be_read_is_asked_for_by_handle_alone(shop):
    tool = shop.compiled("SELECT id FROM customer WHERE lower(email) = lower(:mail)", {"mail": MAIL})
    handle = "hdl-email-" + "a" * 26
    given = {"said": {"mail": MAIL}, "handles": {handle: ("email", "own-ann@x.example")}}
    assert await rows(tool, ANY, {"mail": handle}, **given) == [{"id": 1}]
    with pytest.raises(ToolFault, match="only a handle"):
        await sql_kit.run(tool, ANY, {"mail": "own-ann@x.example"}, said={"mail": MAIL})


async def test_an_absent_argument_is_null(shop):
    tool = shop.compiled("SELECT sku FROM product WHERE :sku::text IS NULL OR sku = :sku", {"sku": TEXT})
    assert len(await rows(tool, ANY, {}, said={"sku": TEXT})) == 3
    assert len(await rows(tool, ANY, {"sku": "both"}, said={"sku": TEXT})) == 1


@pytest.mark.requirement("bound")
async def test_a_text_is_never_sql(shop):
    tool = shop.compiled("SELECT sku FROM product WHERE sku = :sku", {"sku": TEXT})
    assert await rows(tool, ANY, {"sku": "' OR 1=1; DROP TABLE product; --"}, said={"sku": TEXT}) == []
    assert shop.ask("SELECT count(*) FROM product") == [(3,)]


SHAPES = {
    "the latest of each": ('SELECT DISTINCT ON (customer_id) id FROM "order" ORDER BY customer_id, id DESC', [12, 21]),
    "grouping sets": ("SELECT count(*) AS n FROM customer GROUP BY GROUPING SETS ((boss), ()) ORDER BY n", [1, 1, 2]),
    "a filter": ('SELECT count(*) FILTER (WHERE total > 15) AS n FROM "order"', [2]),
    "a window": ('SELECT sum(total) OVER (ORDER BY id) AS n FROM "order"', [10.5, 30.5, 807.5]),
    "a median": ('SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total) AS n FROM "order"', [20.0]),
    "a date": ("SELECT (date '2024-03-31' - interval '1 month')::date::text AS n FROM product LIMIT 1", ["2024-02-29"]),
    "a format": ("SELECT to_char(date '2024-03-31', 'YYYY-\"Q\"Q') AS n FROM product LIMIT 1", ["2024-Q1"]),
    "json": ("SELECT ('{\"a\": {\"b\": 7}}'::jsonb -> 'a' ->> 'b')::int AS n FROM product LIMIT 1", [7]),
    "a number": ('SELECT round(avg(total), 2)::numeric(12, 2) AS n FROM "order"', [269.17]),
    "any": ('SELECT id FROM customer WHERE id = ANY (SELECT customer_id FROM "order") ORDER BY id', [1, 2]),
}


@pytest.mark.parametrize(("sql", "values"), SHAPES.values(), ids=SHAPES)
async def test_what_postgres_alone_has_means_what_it_means_there(shop, sql, values):
    found = await rows(shop.readable(sql), ANY)
    assert [next(iter(row.values())) for row in found] == values


def test_a_file_that_does_not_fit_its_engine_is_told_so_when_loaded(shop):
    for sql, why in (
        ("SELECT id FROM customer WHERE name ~ 'a'", "not supported"),
        ("SELECT pg_sleep(9) AS x FROM product", "pg_sleep"),
        ("SELECT secret FROM customer", "could not be resolved"),
    ):
        found = shop.compiled(sql)
        assert any(isinstance(one, Misfit) and why in one.expected for one in found), found


def test_a_number_is_a_number(shop):
    tool = shop.compiled("SELECT id FROM customer WHERE id = :n", {"n": NUMBER})
    assert tool[0].arguments == {"n"}
    assert tool[1].missing() is None
