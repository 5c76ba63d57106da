"""A list as an argument: as many bound values, in an IN that must hold and nowhere else."""

from dataclasses import replace

import pytest

from broker.adapters.sql.lists import MOST
from broker.model.faults import Effect, ToolFault
from broker.model.scope import RowsAny
from broker.model.tool import Argument, Misfit, Policy
from broker.pipeline import NOBODY
from tests import sql_kit
from tests.sql_kit import LIST
from tests.sql_shapes import SUBJECT

ANY = RowsAny("a test")
WORDS = Argument(
    schema={"type": "array", "items": {"type": "string"}}, required=False, policy=Policy.TEXT, handles=frozenset()
)
SQL = 'SELECT id FROM "order" WHERE id IN (:ids) ORDER BY id'


@pytest.fixture
def folder(tmp_path):
    sql_kit.build(tmp_path)
    return tmp_path


async def found(tool, rows, ids, said=LIST, **more):
    outcome = await sql_kit.run(tool, rows, {"ids": ids}, said={"ids": said}, **more)
    return [next(iter(row.values())) for row in outcome.value["rows"]]


@pytest.mark.parametrize("ids", [[], [11], [21, 12], [12, 12], [11, 12, 21], [5, 6, 7, 8, 21], list(range(MOST))])
async def test_a_list_is_as_many_values(folder, ids):
    tool = sql_kit.compiled(folder, SQL, {"ids": LIST})
    assert await found(tool, ANY, ids) == [one for one in (11, 12, 21) if one in ids]
    assert await found(tool, SUBJECT, ids, parameters={"customer": 1}) == [one for one in (11, 12) if one in ids]


async def test_no_list_at_all_is_an_empty_one(folder):
    tool = sql_kit.compiled(folder, SQL, {"ids": LIST})
    assert (await sql_kit.run(tool, ANY, {}, said={"ids": LIST})).value["rows"] == []


@pytest.mark.requirement("bound")
async def test_an_item_is_never_sql(folder):
    tool = sql_kit.compiled(folder, "SELECT sku FROM product WHERE sku IN (:ids)", {"ids": WORDS})
    assert await found(tool, ANY, ["x') OR 1=1 --", "both", ":ids__0", "NULL", ""], WORDS) == ["both"]
    assert sql_kit.ask(folder, "SELECT count(*) FROM product") == [(3,)]


async def test_two_lists_are_as_wide_as_the_longer_one(folder):
    sql = "SELECT sku FROM order_line WHERE order_id IN (:ids) AND qty IN (:n) OR order_id IN (:ids) AND sku = 'both'"
    both = {"ids": LIST, "n": LIST}
    tool = sql_kit.compiled(folder, sql, both)
    outcome = await sql_kit.run(tool, ANY, {"ids": [11, 12, 5], "n": [1]}, said=both)
    assert [row["sku"] for row in outcome.value["rows"]] == ["own-sku", "both"]
    assert set(tool[1].plans[None].texts) == {0, 4}


async def test_however_long_its_lists_are_a_statement_has_eight_texts(folder):
    tool = sql_kit.compiled(folder, SQL, {"ids": LIST})
    tool[1].admit(ANY)
    for length in (*range(10), 16, 17, 33, 64, 65, MOST):
        opened = sql_kit.opened(tool, ANY, {"ids": list(range(length))}, said={"ids": LIST})
        await tool[1].invoke(opened, NOBODY.progress)
    assert sorted(tool[1].plans[None].texts) == [0, 1, 2, 4, 8, 16, 32, 64, 128]  # 0: as the file has it


async def test_a_longer_list_is_refused_with_a_hint_and_never_runs(folder):
    tool = sql_kit.compiled(folder, SQL, {"ids": LIST})
    long = sql_kit.opened(tool, ANY, {"ids": list(range(MOST + 1))}, said={"ids": LIST})
    permit = long.intended.permit
    assert await tool[1].unfit(permit) == "at most 128 items in `ids`"
    short = replace(permit, checked=replace(permit.checked, arguments={"ids": [1]}))
    assert await tool[1].unfit(short) is None


@pytest.mark.parametrize("items", [[[1]], [{}], [2**63], ["\ud800"], [1, None, {}]])
async def test_an_item_that_no_column_holds_runs_nothing(folder, items):
    tool = sql_kit.compiled(folder, SQL, {"ids": LIST})
    opened = sql_kit.opened(tool, ANY, {"ids": [1]}, said={"ids": LIST})
    with pytest.raises(ToolFault) as caught:
        await tool[1].invoke(replace(opened, clear_arguments={"ids": items}), NOBODY.progress)
    assert caught.value.effect is Effect.NONE


async def test_a_write_takes_a_list_too(folder):
    tool = sql_kit.compiled(folder, "DELETE FROM order_line WHERE order_id IN (:ids)", {"ids": LIST}, max_affected=2)
    outcome = await sql_kit.run(tool, SUBJECT, {"ids": [11, 21]}, said={"ids": LIST}, parameters={"customer": 1})
    assert outcome.value["rows"] == [{"affected": 1}]


MISUSED = {
    "NOT IN": "SELECT id FROM customer WHERE id NOT IN (:ids)",
    "not, around it": "SELECT id FROM customer WHERE NOT (id IN (:ids) OR boss = 1)",
    "an answer": "SELECT id IN (:ids) AS x FROM customer",
    "a case": "SELECT id FROM customer WHERE CASE WHEN id IN (:ids) THEN 0 ELSE 1 END = 1",
    "not null": "SELECT id FROM customer WHERE (id IN (:ids)) IS NULL",
    "a comparison of it": "SELECT id FROM customer WHERE (id IN (:ids)) = (boss = 1)",
    "beside another": "SELECT id FROM customer WHERE id IN (:ids, 1)",
    "an equality": "SELECT id FROM customer WHERE id = :ids",
    "once well, once not": "SELECT id FROM customer WHERE id IN (:ids) AND boss <> :ids",
    "a limit": "SELECT id FROM customer LIMIT :ids",
    "a stored value": "UPDATE product SET title = :ids",
    "the other side": "SELECT id FROM customer WHERE :ids IN (id)",
    "an order": "SELECT id FROM customer ORDER BY id IN (:ids)",
    "a branch": "SELECT id FROM customer WHERE id IN (CASE WHEN 1 = 1 THEN :ids END)",
}


@pytest.mark.parametrize("dialect", sql_kit.SOURCES)
@pytest.mark.parametrize("sql", MISUSED.values(), ids=MISUSED)
def test_a_list_stands_alone_in_an_in_that_must_hold(tmp_path, dialect, sql):
    tool = sql_kit.readable(tmp_path, sql, sql_kit.SOURCES[dialect], {"ids": LIST})
    assert any(isinstance(one, Misfit) and one.path == ("args", "ids") and "IN (:ids)" in one.mend for one in tool)


GOOD = {
    "beside a condition": "SELECT id FROM customer WHERE boss = 1 AND (id IN (:ids) OR boss = 2)",
    "a join": 'SELECT c.id FROM customer AS c JOIN "order" AS o ON o.customer_id = c.id AND o.id IN (:ids)',
    "a subquery": 'SELECT id FROM customer WHERE EXISTS (SELECT 1 FROM "order" AS o WHERE o.id IN (:ids))',
    "having": "SELECT boss FROM customer GROUP BY boss HAVING count(*) IN (:ids)",
    "what is counted": "SELECT count(*) FILTER (WHERE id IN (:ids)) AS n FROM customer",
    "what is computed": "SELECT id FROM customer WHERE id + 1 IN (:ids)",
}


@pytest.mark.parametrize("dialect", sql_kit.SOURCES)
@pytest.mark.parametrize("sql", GOOD.values(), ids=GOOD)
def test_where_nothing_follows_from_its_being_false_it_may_stand(tmp_path, dialect, sql):
    tool = sql_kit.readable(tmp_path, sql, sql_kit.SOURCES[dialect], {"ids": LIST})
    assert not isinstance(tool[0], Misfit), tool


@pytest.mark.requirement("probe")
def test_a_list_of_guesses_is_no_less_a_guess(tmp_path):
    sql = "SELECT id FROM customer WHERE email IN (:ids)"
    tool = sql_kit.compiled(tmp_path, sql, {"ids": WORDS})
    assert any("could guess `customer.email`" in one.expected for one in tool)
    assert sql_kit.compiled(tmp_path, sql, {"ids": WORDS}, probe=3)[1].lists == {"ids"}
