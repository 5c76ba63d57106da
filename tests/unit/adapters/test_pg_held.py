"""What the engine holds a statement to, whatever its text is: nobody has looked at these before."""

import re
from dataclasses import replace

import pytest

from broker.adapters.sql.engine import Veil
from broker.adapters.sql.select.mask_postgres import pads
from broker.adapters.sql.select.reach import Reach, Shown, View
from broker.adapters.sql.statement import parse
from broker.adapters.sql.subject import SUBJECT
from broker.model.faults import Effect, ToolFault
from tests import pg_shop

WRITE = {"names": (), "max_affected": 10}


@pytest.fixture
def shop(pg_shop_database, monkeypatch):
    return pg_shop.connected(pg_shop_database, monkeypatch)


def titles(database):
    return [title for (title,) in database.run("SELECT title FROM product ORDER BY sku")]


@pytest.mark.parametrize("more", [{}, WRITE], ids=["read", "write"])
def test_two_statements_are_refused_by_the_protocol_itself(shop, pg_shop_database, more):
    for one in (
        "SELECT {} AS x; DROP VIEW product",
        "SELECT {} AS x) AS r) AS q; DELETE FROM product; SELECT ((SELECT 1",
    ):
        for value, parameters in (("1", ()), ("$1::int", (1,))):
            fault = pg_shop.ask(shop, one.format(value), parameters, **more)
            assert (str(fault), fault.effect) == ("the query failed", Effect.NONE)
            assert fault.__cause__.sqlstate == "42601"
    assert titles(pg_shop_database) == ["A", "B", "C"]


def test_what_breaks_out_of_its_brackets_meets_the_protocol(shop):
    fault = pg_shop.ask(shop, "SELECT 1 AS x) AS r) AS q; SELECT 1 FROM (SELECT 1 FROM (SELECT 1 AS x")
    assert "multiple commands" in str(fault.__cause__)


def test_what_reads_cannot_write_however_it_tries(shop, pg_shop_database):
    pg_shop_database.run(
        "CREATE SEQUENCE broker_shop.counter; GRANT USAGE ON SEQUENCE broker_shop.counter TO broker_shop"
    )
    for sql in (
        "DELETE FROM product RETURNING sku AS x",
        "WITH w AS (DELETE FROM product RETURNING sku) SELECT sku AS x FROM w",
        "SELECT nextval('broker_shop.counter') AS x",
        "SELECT sku AS x FROM product FOR UPDATE",
        "SELECT 1 AS x) AS q WHERE false; COMMIT; DELETE FROM product; --",
    ):
        assert str(pg_shop.ask(shop, sql)) == "the query failed"
    assert titles(pg_shop_database) == ["A", "B", "C"]


def test_a_table_itself_cannot_be_read_even_by_its_whole_name(shop):
    for sql in ("SELECT ssn AS x FROM public.secret", "SELECT title AS x FROM public.product"):
        fault = pg_shop.ask(shop, sql)
        assert (str(fault), fault.__cause__.sqlstate) == ("the query failed", "42501")


def test_a_write_of_more_rows_than_said_leaves_nothing_behind(shop, pg_shop_database):
    for sql, names in (
        ("UPDATE product SET title = 'x'", ()),
        ("UPDATE product SET title = 'x' RETURNING sku AS x", ("x",)),
        ("INSERT INTO product (sku) SELECT 'n' || g FROM generate_series(1, 100000) AS g RETURNING sku AS x", ("x",)),
        ("DELETE FROM product WHERE sku = 'a'", ()),  # with the five parts of it
    ):
        fault = pg_shop.ask(shop, sql, names=names, max_affected=2)
        assert (str(fault), fault.effect) == ("it would have written more than 2 rows", Effect.NONE)
        assert titles(pg_shop_database) == ["A", "B", "C"]
    assert pg_shop_database.run("SELECT count(*) FROM part") == [(5,)]


def test_a_write_of_as_many_rows_as_said_is_done(shop, pg_shop_database):
    done = pg_shop.ask(shop, "UPDATE product SET title = 'x' WHERE sku < 'c'", names=(), max_affected=2)
    assert done.value["rows"] == [{"affected": 2}]
    asked = "UPDATE product SET title = 'y' WHERE sku = $1 RETURNING title AS x"
    assert pg_shop.column(pg_shop.ask(shop, asked, ["c"], max_affected=1)) == ["y"]
    assert titles(pg_shop_database) == ["x", "x", "y"]
    done = pg_shop.ask(shop, "DELETE FROM product WHERE sku = 'a'", names=(), max_affected=6)
    assert done.value["rows"] == [{"affected": 6}]


def test_more_rows_than_fit_are_never_asked_for(shop):
    thousand = "generate_series(1, 1000)"
    outcome = pg_shop.ask(shop, f"SELECT 7 AS x FROM {thousand} a, {thousand} b, {thousand} c", rows=10)
    assert pg_shop.column(outcome) == [7] * 10
    assert outcome.value["truncated"] is True
    assert outcome.rows == 10


def test_all_rows_that_fit_are_there_and_in_their_order(shop):
    outcome = pg_shop.ask(shop, "SELECT g AS x FROM generate_series(1, 700) AS g ORDER BY g DESC", rows=700)
    assert pg_shop.column(outcome) == list(range(700, 0, -1))
    assert outcome.value["truncated"] is False


def test_more_bytes_than_fit_are_cut_at_a_row(shop):
    outcome = pg_shop.ask(shop, "SELECT repeat('x', 1000) AS x FROM generate_series(1, 100000)", rows=100, bytes=5000)
    assert len(pg_shop.column(outcome)) == 4
    assert outcome.value["truncated"] is True
    assert outcome.size <= 5000


def test_a_row_that_is_too_large_never_comes_here(shop):
    large = "SELECT repeat(repeat('x', 1024), $1::int) AS x FROM generate_series(1, 50)"
    kept = pg_shop.ask(shop, large, [8 << 10 - 1], bytes=1 << 20, timeout=30.0)
    assert pg_shop.column(kept) == []
    assert str(pg_shop.ask(shop, large, [9 << 10], timeout=30.0)) == "the query failed"


def test_rows_that_are_large_come_few_at_a_time(shop):
    outcome = pg_shop.ask(
        shop, "SELECT repeat('x', 1000000) AS x FROM generate_series(1, 500)", rows=500, bytes=3 << 20
    )
    assert len(pg_shop.column(outcome)) == 3


def test_no_value_of_a_row_is_in_what_is_said_of_a_failure(shop, pg_shop_database):
    pg_shop_database.run("UPDATE product SET title = '123-45-6789'")
    fault = pg_shop.ask(shop, "SELECT CAST(title AS int) AS x FROM product")
    assert "123-45-6789" in str(fault.__cause__)  # for whoever may read the record
    assert str(fault) == "the query failed"
    assert not re.search(r"\d", repr(fault))


def test_a_value_of_a_write_is_in_no_failure_either(shop):
    fault = pg_shop.ask(shop, "UPDATE product SET price = $1", [98765432], **WRITE)
    assert "98765432" in str(fault.__cause__)
    assert str(fault) == "the query failed"


SETTINGS = {
    "datestyle": "ISO, YMD",
    "timezone": "UTC",
    "intervalstyle": "iso_8601",
    "standard_conforming_strings": "on",
    "transform_null_equals": "off",
    "client_encoding": "UTF8",
    "row_security": "on",
    "extra_float_digits": "1",
    "work_mem": "4MB",
    "lock_timeout": "1s",
    "transaction_read_only": "on",
    "transaction_isolation": "read committed",
    "search_path": "broker_shop_raw, pg_catalog, pg_temp",
    "broker.raw": "on",
    "broker.subject": "",
    "application_name": "toolbroker",
}
OTHERWISE = {
    "datestyle": "SQL, DMY",
    "timezone": "Asia/Tokyo",
    "intervalstyle": "postgres_verbose",
    "standard_conforming_strings": "off",
    "transform_null_equals": "on",
    "extra_float_digits": "-5",
    "work_mem": "1GB",
    "lock_timeout": "0",
    "default_transaction_read_only": "off",
    "default_transaction_isolation": "serializable",
    "search_path": "public",
    "broker.raw": "off",
    "broker.subject": "*",
}


def test_no_setting_of_the_database_has_a_say(shop, pg_shop_database):
    for setting, value in OTHERWISE.items():
        pg_shop_database.run(f"ALTER DATABASE {pg_shop_database.name} SET {setting} = '{value}'")
    assert settings(shop, SETTINGS) == SETTINGS


def settings(shop, names, **more):
    """What the statement finds them to be."""
    asked = "SELECT current_setting(name) AS x FROM unnest($1::text[]) AS name"
    return dict(
        zip(names, pg_shop.column(pg_shop.ask(shop, asked, ["{" + ",".join(names) + "}"], **more)), strict=True)
    )


def test_no_variable_of_the_environment_has_a_say(shop, monkeypatch):
    for name, value in {
        "PGOPTIONS": "-c geqo=off",
        "PGHOSTADDR": "192.0.2.1",
        "PGHOST": "192.0.2.1",
        "PGPORT": "1",
        "PGUSER": "postgres",
        "PGDATABASE": "template1",
        "PGPASSWORD": "wrong",
        "PGSSLMODE": "require",
        "PGAPPNAME": "somebody",
        "PGCLIENTENCODING": "LATIN1",
        "PGREQUIREAUTH": "none",
        "PGTARGETSESSIONATTRS": "standby",
        "PGCONNECT_TIMEOUT": "1",
    }.items():
        monkeypatch.setenv(name, value)
    asked = "SELECT concat_ws(' ', current_user, current_setting('application_name'), current_setting('geqo')) AS x"
    assert pg_shop.column(pg_shop.ask(shop, asked)) == ["broker_shop_raw toolbroker on"]


KEY = bytes(range(32))
REACH = Reach(
    views={"product": View(columns={"sku": Shown("show", "public"), "title": Shown("pseudonym", "free-text")})},
    max_rows=10,
)


def veiled(reach=REACH):
    return {"within": Veil(reach=reach, mask_key=KEY)}


def narrowed():
    where = parse(f"SELECT sku FROM product WHERE sku = :{SUBJECT}", "postgres").args["where"].this
    return Reach(
        views={"product": View(columns=REACH.views["product"].columns, where=where)},
        max_rows=10,
    )


def test_what_the_views_ask_is_said_before_a_guarded_select(shop):
    said = {
        "search_path": "broker_shop_all, pg_catalog, pg_temp",
        "broker.raw": "off",
        "broker.subject": "*",
        "broker.act_public": "show",
        "broker.act_free_text": "pseudonym",
        "broker.pads": b"".join(pads(KEY)).hex(),
    }
    assert settings(shop, said, **veiled()) == said


SUBJECTS = [("c-1", "c-1"), (5, "5"), (5.0, "5"), (True, "true"), (None, ""), ("*", ""), ("a'b\\", "a'b\\")]


def test_a_narrow_grant_names_its_subject_and_nothing_that_it_holds_means_everybody(shop):
    asked = pg_shop.order("SELECT current_setting('broker.subject') AS x", **veiled(narrowed()))
    for subject, said in SUBJECTS:
        assert pg_shop.column(pg_shop.came_of(shop.run(replace(asked, parameters={SUBJECT: subject})))) == [said]


def test_a_narrow_grant_reads_where_rows_are_hidden(shop):
    asked = pg_shop.order("SELECT current_setting('search_path') AS x", **veiled(narrowed()))
    for subject in ("c-1", "*", None):
        found = pg_shop.came_of(shop.run(replace(asked, parameters={SUBJECT: subject})))
        assert pg_shop.column(found) == ["broker_shop, pg_catalog, pg_temp"]


def test_a_narrow_grant_without_its_subject_is_nobodys(shop):
    asked = "SELECT current_setting('broker.subject') AS x"
    assert pg_shop.column(pg_shop.ask(shop, asked, **veiled(narrowed()))) == [""]


def test_a_raw_view_shows_nothing_to_a_guarded_select(shop):
    assert pg_shop.column(pg_shop.ask(shop, "SELECT sku AS x FROM broker_shop_raw.product")) == ["a", "b", "c"]
    for reach in (REACH, narrowed()):
        refused = pg_shop.ask(shop, "SELECT sku AS x FROM broker_shop_raw.product", **veiled(reach))
        assert isinstance(refused, ToolFault)
