"""A named query on PostgreSQL as it is called: what an agent gets of a failure, and of a call that is cancelled."""

import time

import anyio
import pytest

from broker.model.faults import Effect, ToolFault
from broker.model.scope import RowsAny
from broker.pipeline import NOBODY
from tests import kit, pg, pg_shop, sql_kit

ANY = RowsAny("a test")


@pytest.fixture
def source(pg_shop_database, monkeypatch):
    monkeypatch.setenv(pg.PASSWORD_ENV, pg.PASSWORD)
    product = {"sku": kit.leaf(), "title": kit.leaf("free-text"), "price": kit.leaf()}
    url = pg_shop_database.url(pg_shop.ROLE)
    return {"url": url, "password": f"env:{pg.PASSWORD_ENV}", "tables": {"product": product}}


async def test_what_it_answers_is_labelled(source, tmp_path):
    tool = sql_kit.compiled(tmp_path, "SELECT sku, title, price FROM product ORDER BY sku", source=source)
    labeled = await sql_kit.run(tool, ANY)
    assert labeled.value["rows"][0] == {"sku": "a", "title": "A", "price": 1.1}
    assert tool[1].missing() is None


async def test_a_value_of_a_row_is_in_no_word_that_leaves(source, tmp_path, pg_shop_database):
    pg_shop_database.run("UPDATE product SET title = '123-45-6789'")
    sql = "SELECT CAST(title AS int) AS n FROM product"
    tool = sql_kit.compiled(tmp_path, sql, source=source, returns={"n": kit.leaf("free-text")})
    with pytest.raises(ToolFault) as caught:
        await sql_kit.run(tool, ANY)
    assert str(caught.value) == "the query failed"
    assert "123-45-6789" in str(caught.value.__cause__)


async def test_a_cancelled_call_ends_at_once_and_says_that_nothing_happened(source, tmp_path, pg_shop_database):
    pg_shop_database.run("""
        CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog
            AS $$ BEGIN PERFORM pg_sleep(60); RETURN NEW; END $$;
        CREATE TRIGGER slow BEFORE UPDATE ON product FOR EACH ROW EXECUTE FUNCTION slow()
    """)
    sql = "UPDATE product SET title = 'x' WHERE sku = 'a'"
    tool = sql_kit.compiled(tmp_path, sql, source=source, max_affected=1, timeout=30.0)
    assert tool[1].admit(ANY) is None
    opened, start = sql_kit.opened(tool, ANY), time.monotonic()
    with anyio.move_on_after(0.5) as scope, pytest.raises(ToolFault) as caught:
        await tool[1].invoke(opened, NOBODY.progress)
    assert scope.cancel_called
    assert time.monotonic() - start < 2.5
    assert caught.value.effect is Effect.NONE
    assert pg_shop_database.run("SELECT title FROM product WHERE sku = 'a'") == [("A",)]


async def test_a_statement_that_nobody_lists_does_not_load(source, tmp_path):
    for sql in (
        "SELECT pg_read_file('/etc/passwd') AS x",
        "SELECT ssn FROM secret",
        "SELECT sku FROM product FOR UPDATE",
    ):
        found = sql_kit.compiled(tmp_path, sql, source=source)
        assert all(misfit.path == ("sql",) for misfit in found), found
