"""What comes out of a query: bounded, plain JSON, and nothing of the engine's own words."""

import sqlite3

import orjson
import pytest

from broker.model.faults import Effect, ToolFault
from broker.model.scope import RowsAny, RowsSubject
from broker.pipeline import NOBODY
from tests import kit, sql_kit
from tests.sql_kit import MAIL, NUMBER, TEXT

ANY = RowsAny("a test")
VALUE = {"v": kit.leaf()}


@pytest.fixture
def folder(tmp_path):
    sql_kit.build(tmp_path)
    return tmp_path


async def ask(folder, sql, limits=(100, 1 << 20), **more):
    tool = sql_kit.compiled(folder, sql, **more)
    tool[1].admit(ANY)
    return await tool[1].invoke(sql_kit.opened(tool, ANY, limits=limits), NOBODY.progress)


@pytest.mark.requirement("size-limits")
@pytest.mark.parametrize("rows", [0, 1, 2, 3, 4])
async def test_no_more_rows_than_were_reserved_and_it_says_so(folder, rows):
    found = await ask(folder, "SELECT sku FROM product ORDER BY sku", limits=(rows, 1 << 20))
    assert len(found.value["rows"]) == found.rows == min(rows, 3)
    assert found.value["truncated"] is (rows < 3)


@pytest.mark.parametrize("rows", [1, 2, 3])
async def test_no_more_rows_than_the_tool_says(folder, rows):
    found = await ask(folder, "SELECT sku FROM product", max_rows=rows)
    assert (found.rows, found.value["truncated"]) == (rows, rows < 3)


@pytest.mark.requirement("size-limits")
@pytest.mark.parametrize("size", range(40, 140, 7))
async def test_no_more_bytes_than_were_reserved(folder, size):
    found = await ask(folder, "SELECT sku, title FROM product", limits=(100, size))
    assert len(orjson.dumps(found.value)) == found.size <= size
    assert found.value["truncated"] is (found.rows < 3)


VALUES = {
    "X'00ff'": None,
    "9e999": None,
    "-9e999": None,
    "9007199254740991": 9007199254740991,
    "9007199254740992": "9007199254740992",
    "-9223372036854775807": "-9223372036854775807",
    "1.5": 1.5,
    "CAST(X'61ff62' AS TEXT)": "a\ufffdb",
    "NULL": None,
    "1 = 1": 1,
}


@pytest.mark.parametrize(("expression", "value"), VALUES.items())
async def test_every_value_is_plain_json(folder, expression, value):
    sql_kit.ask(folder, "CREATE TABLE v (v)")
    with sqlite3.connect(folder / "shop.db") as database:
        database.execute(f"INSERT INTO v VALUES ({expression})")
    database.close()
    source = {**sql_kit.SOURCE, "tables": {**sql_kit.SOURCE["tables"], "v": {"v": kit.leaf()}}}
    found = await ask(folder, "SELECT v FROM v", source=source)
    assert found.value == {"rows": [{"v": value}], "truncated": False}


@pytest.mark.requirement("unmasked-stays-inside")
async def test_the_engines_words_stay_inside(folder):
    sql_kit.ask(folder, "DROP TABLE product")
    sql_kit.ask(folder, "CREATE VIEW product AS SELECT secret AS sku, abs(-9223372036854775808) AS title FROM customer")
    with pytest.raises(ToolFault) as caught:
        await ask(folder, "SELECT title FROM product")
    assert str(caught.value) == "the query failed"
    assert "overflow" in str(caught.value.__cause__)


GONE = {
    "no database": lambda path: path.unlink(),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "no database but text": lambda path: path.write_text("x" * 4096),
    "a locked one": lambda path: sqlite3.connect(path, isolation_level=None).execute("BEGIN EXCLUSIVE"),
}


@pytest.mark.parametrize("spoil", GONE.values(), ids=GONE)
@pytest.mark.parametrize("sql", ["SELECT sku FROM product", "UPDATE product SET title = 'x' WHERE sku = 'both'"])
async def test_a_source_that_is_not_there_is_told_from_a_query_that_fails(folder, spoil, sql):
    tool = sql_kit.compiled(folder, sql)
    kept = spoil(folder / "shop.db")
    with pytest.raises(ToolFault) as caught:
        await sql_kit.run(tool, ANY)
    assert (str(caught.value), caught.value.effect) == ("source unavailable", Effect.NONE)
    if isinstance(kept, sqlite3.Cursor):
        kept.connection.close()


async def test_a_database_that_is_not_there_is_not_made(folder):
    (folder / "shop.db").unlink()
    for sql in ("SELECT sku FROM product", "DELETE FROM product"):
        with pytest.raises(ToolFault):
            await sql_kit.run(sql_kit.compiled(folder, sql), ANY)
    assert not (folder / "shop.db").exists()


@pytest.mark.requirement("named-queries")
async def test_a_column_that_the_database_got_later_is_not_reached(folder):
    found = await ask(folder, "SELECT q.id, q.boss FROM (SELECT * FROM customer) q")
    assert set(found.value["rows"][0]) == {"id", "boss"}


async def test_a_view_under_a_listed_name_is_read_as_its_owner_wrote_it(folder):
    sql_kit.ask(folder, "DROP TABLE product")
    sql_kit.ask(folder, "CREATE VIEW product AS SELECT name AS sku, 'x' AS title FROM customer")
    found = await ask(folder, "SELECT title FROM product")
    assert found.rows == 2


UNGRANTED = {"nothing admitted": RowsSubject("other"), "no rows at all": None}


@pytest.mark.parametrize("rows", UNGRANTED.values(), ids=UNGRANTED)
async def test_rows_that_were_not_admitted_are_not_read(folder, rows):
    tool = sql_kit.compiled(folder, "SELECT name FROM customer")
    with pytest.raises(ToolFault, match="no rows"):
        await tool[1].invoke(sql_kit.opened(tool, rows, parameters={"other": 1}), NOBODY.progress)


@pytest.mark.parametrize("value", [None, [1], {"a": 1}, 2**63, 10**40])
async def test_a_parameter_that_sql_cannot_hold_runs_nothing(folder, value):
    tool = sql_kit.compiled(folder, "SELECT name FROM customer")
    with pytest.raises(ToolFault) as caught:
        await sql_kit.run(tool, RowsSubject("customer"), parameters={"customer": value})
    assert caught.value.effect is Effect.NONE


async def test_an_absent_argument_is_null(folder):
    tool = sql_kit.compiled(folder, "SELECT sku FROM product WHERE :sku IS NULL OR sku = :sku", {"sku": TEXT})
    assert (await sql_kit.run(tool, ANY, {}, said={"sku": TEXT})).rows == 3
    assert (await sql_kit.run(tool, ANY, {"sku": "both"}, said={"sku": TEXT})).rows == 1


@pytest.mark.requirement("bound")
async def test_a_text_is_never_sql(folder):
    tool = sql_kit.compiled(folder, "SELECT sku FROM product WHERE sku = :sku", {"sku": TEXT})
    said = "' OR 1=1; DROP TABLE product; --"
    assert (await sql_kit.run(tool, ANY, {"sku": said}, said={"sku": TEXT})).rows == 0
    assert sql_kit.ask(folder, "SELECT count(*) FROM product") == [(3,)]


async def test_a_column_that_may_not_be_read_is_asked_for_by_handle_alone(folder):
    tool = sql_kit.compiled(folder, "SELECT id FROM customer WHERE email = :mail", {"mail": MAIL})
    handle = "hdl-email-" + "a" * 26
    given = {"said": {"mail": MAIL}, "handles": {handle: ("email", "own-ann@x.example")}}
    assert (await sql_kit.run(tool, ANY, {"mail": handle}, **given)).value["rows"] == [{"id": 1}]
    with pytest.raises(ToolFault, match="only a handle"):
        await sql_kit.run(tool, ANY, {"mail": "own-ann@x.example"}, said={"mail": MAIL})


async def test_bound_arguments_come_from_the_task(folder):
    tool = sql_kit.compiled(folder, "SELECT id FROM customer WHERE id = :who", bind={"who": "customer"})
    found = await sql_kit.run(tool, ANY, parameters={"customer": 2}, bind={"who": "customer"})
    assert found.value["rows"] == [{"id": 2}]


def test_a_number_is_a_number(folder):
    tool = sql_kit.compiled(folder, "SELECT id FROM customer WHERE id = :n", {"n": NUMBER})
    assert tool[0].arguments == {"n"}


async def test_a_json_text_is_looked_into(folder):
    with sqlite3.connect(folder / "shop.db") as database:
        database.execute("""UPDATE product SET title = '{"a": {"b": [7, "x"]}}'""")
    database.close()
    sql = """
        SELECT title ->> '$.a.b[1]' AS v, json_extract(title, '$.a.b[0]') AS n,
            json_array_length(title, '$.a.b') AS l, json_valid((title -> 'a')) AS ok
        FROM product LIMIT 1
    """
    tool = sql_kit.readable(folder, sql, shown=kit.leaf())
    found = await sql_kit.run(tool, ANY)
    assert found.value["rows"] == [{"v": "x", "n": 7, "l": 2, "ok": 1}]
