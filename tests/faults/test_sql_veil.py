"""Were the guard mistaken in all that it lets through, SQLite itself would still show nothing of it."""

import re
import sqlite3
from contextlib import closing

import pytest

from broker.adapters.sql.engine import Veil
from broker.adapters.sql.sqlite.connect import empty
from broker.adapters.sql.sqlite.veil import Curtains, hang
from broker.model.faults import Effect, ToolFault
from tests import sql_kit, veil_kit

PROTECTED = ("own-ann", "own-card", "own-ann@x.example", "sk-canary", "cyd", *sql_kit.ALIEN)


@pytest.fixture
def folder(tmp_path):
    sql_kit.build(tmp_path)
    return tmp_path


ATTACKS = {
    "a masked column": "SELECT name, email FROM customer",
    "a masked column in a subquery": 'SELECT (SELECT max(card) FROM "order") FROM product',
    "a condition on a masked column": "SELECT id FROM customer WHERE email LIKE 'own-ann@%'",
    "an order by a masked column": 'SELECT id, card FROM "order" ORDER BY card',
    "an unlisted column": "SELECT secret FROM customer",
    "an unlisted table": "SELECT value FROM api_key",
    "a table of another tool": "SELECT name FROM staff",
    "how many rows an unlisted table has": "SELECT count(*) FROM api_key",
    "whether there are any": "SELECT EXISTS (SELECT 1 FROM api_key)",
    "a WITH under a listed name": "WITH customer AS (SELECT value AS email FROM api_key) SELECT email FROM customer",
    "a WITH that counts": "WITH w AS (SELECT 1 FROM api_key) SELECT count(*) FROM w",
    "a subquery under a listed name": "SELECT customer.value FROM (SELECT value FROM api_key) AS customer",
    "the main schema": "SELECT email FROM main.customer",
    "the temp schema": "SELECT name FROM temp.customer",
    "a row that is another's": 'SELECT id, total FROM "order" WHERE id = 21',
    "a way to a row that is another's": "SELECT sku, qty FROM order_line WHERE order_id = 21",
    "the schema": "SELECT sql FROM sqlite_master",
    "the schema by its other name": "SELECT sql FROM sqlite_schema",
    "the views' own text": "SELECT sql FROM sqlite_temp_master",
    "which files there are": "SELECT file FROM pragma_database_list",
    "what tables there are": "SELECT count(*) FROM pragma_table_list",
    "what columns there are": "SELECT name FROM pragma_table_info('customer')",
    "a table that a function gives": "SELECT value FROM json_each('[1]')",
    "pages": "SELECT name FROM dbstat",
    "statements": "SELECT sql FROM sqlite_stmt",
    "a pragma": "PRAGMA database_list",
    "a pragma that opens": "PRAGMA query_only = OFF",
    "another file": "ATTACH 'shop.db' AS other",
    "a copy of it": "VACUUM INTO 'copy.db'",
    "an extension": "SELECT load_extension('x')",
    "a file": "SELECT readfile('/etc/hostname')",
    "two statements": "SELECT 1; SELECT value FROM api_key",
    "a statement behind a comment": "SELECT 1 --\n; DROP TABLE product",
    "a write": "UPDATE product SET title = 'x'",
    "a delete": "DELETE FROM api_key",
    "a new table": "CREATE TABLE t (x)",
    "a new view": "CREATE TEMP VIEW t AS SELECT value FROM api_key",
    "another view": "DROP VIEW customer",
    "another transaction": "COMMIT",
    "an error on a hidden row": 'SELECT id FROM "order" WHERE abs(-9223372036854775807 - (total = 777)) > 0',
    "recursion": "WITH RECURSIVE n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n) SELECT x FROM n",
    "a stand-in for a guess": "SELECT broker_pseudonym('email', 'own-ann@x.example') = email FROM customer",
}
HARMLESS = {"a stand-in for a guess": [(0,)]}


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_engine_alone_shows_no_protected_value(folder, attack):
    found = veil_kit.seen(folder, ATTACKS[attack])
    if isinstance(found, list):
        assert not [word for word in PROTECTED if word in str(found)], found
    if attack in HARMLESS:
        assert found == HARMLESS[attack]


def test_of_a_table_on_the_way_the_engine_shows_ones_own_keys_alone(folder):
    reach = veil_kit.reach(folder, listed=("order_line",))
    assert veil_kit.seen(folder, 'SELECT * FROM "order"', reach) == [(1, 11), (1, 12)]
    assert "no such column" in veil_kit.seen(folder, 'SELECT total FROM "order"', reach)


CALLS = ("sqlite_version()", "random()", "randomblob(4)", "zeroblob(4)", "changes()", "printf('%d', 1)", "json('1')")


@pytest.mark.parametrize("call", CALLS)
def test_a_function_that_nobody_has_thought_about_is_not_called(folder, call):
    assert "not authorized" in veil_kit.seen(folder, f"SELECT {call}")


WORDS = ("api_key", "sqlite_", "pragma", "staff")
UNLISTED = [name for name, sql in ATTACKS.items() if any(word in sql for word in WORDS)]


@pytest.mark.parametrize("attack", UNLISTED)
def test_what_no_tool_lists_is_refused_and_not_shown_empty(folder, attack):
    assert isinstance(veil_kit.seen(folder, ATTACKS[attack]), str)


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_engine_alone_answers_the_same_whatever_is_hidden(folder, tmp_path, attack):
    """Two shops that differ in what is protected alone. Stand-ins differ as values do, so nothing has one here."""
    other = tmp_path / "other"
    other.mkdir()
    sql_kit.build(other)
    sql_kit.ask(other, "UPDATE customer SET name = 'zed', email = 'zed@z.example', secret = '' WHERE id = 1")
    sql_kit.ask(other, "UPDATE customer SET name = 'own-ann', email = 'own-ann@x.example', boss = 7 WHERE id = 2")
    sql_kit.ask(other, "UPDATE \"order\" SET card = 'a' || id")
    sql_kit.ask(other, 'UPDATE "order" SET total = 1 WHERE customer_id = 2')
    sql_kit.ask(other, "INSERT INTO \"order\" VALUES (1, 2, 777, 'x')")
    sql_kit.ask(other, "INSERT INTO order_line VALUES (1, 'own-sku', 9)")
    sql_kit.ask(other, "INSERT INTO api_key VALUES ('more', 'sk-other')")
    sql_kit.ask(other, "DELETE FROM staff")
    exposure = {"public": "show", "person": "redact", "email": "redact", "card": "hide"}
    one, two = (veil_kit.seen(home, ATTACKS[attack], veil_kit.reach(home, exposure)) for home in (folder, other))
    if isinstance(one, list) or isinstance(two, list):
        assert one == two


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_run_says_of_what_it_refuses_that_it_failed_and_no_more(folder, attack):
    with closing(sqlite3.connect(folder / "shop.db")) as database:
        before = list(database.iterdump())
        shown = veil_kit.seen(folder, ATTACKS[attack])
        width = len(shown[0]) if isinstance(shown, list) and shown else 1
        found = veil_kit.ran(folder, ATTACKS[attack], names=("x", "y")[:width])
        assert list(database.iterdump()) == before
    assert sorted(one.name for one in folder.iterdir()) == ["shop.db"]
    if isinstance(found, ToolFault):
        assert (str(found), found.effect, found.is_unreachable) == ("the query failed", Effect.NONE, False)


@pytest.mark.parametrize("sql", ["EXPLAIN SELECT 1", " EXPLAIN SELECT 1", "/**/EXPLAIN SELECT 1", ";EXPLAIN SELECT 1"])
def test_a_plan_is_not_told(folder, sql):
    for width in (1, 4, 8):
        found = veil_kit.ran(folder, sql, names=tuple(map(str, range(width))))
        assert (str(found), found.effect) == ("the query failed", Effect.NONE)


@pytest.mark.parametrize("plan", ["EXPLAIN", "EXPLAIN QUERY PLAN"])
def test_a_name_that_a_plan_tells_is_good_for_nothing(folder, plan):
    sql = f'{plan} SELECT o.id FROM order_line AS l JOIN "order" AS o ON o.id = l.order_id'
    one, two = (set(re.findall(r"b[0-9a-f]{32}", str(veil_kit.seen(folder, sql)).lower())) for _ in range(2))
    assert one
    assert two
    assert not one & two


TOLD = {
    "a subquery under a listed name": "SELECT customer.email FROM (SELECT email FROM {schema}.customer) AS customer",
    "a WITH under a listed name": "WITH customer AS (SELECT email FROM {schema}.customer) SELECT email FROM customer",
    "the table": "SELECT email FROM {schema}.customer",
    "how many rows it has": "SELECT count(*) FROM {schema}.api_key",
    "the schema": "SELECT sql FROM {schema}.sqlite_master",
    "a WITH under a view's name": "WITH {inner} AS (SELECT value AS x FROM {schema}.api_key) SELECT x FROM {inner}",
    "the same with a column": "WITH {inner} AS (SELECT secret AS x FROM {schema}.customer) SELECT x FROM {inner}",
}


@pytest.mark.parametrize("sql", TOLD.values(), ids=TOLD)
def test_a_table_is_read_from_inside_its_view_alone_even_by_who_knows_its_schema(folder, sql):
    found = veil_kit.reach(folder)
    with closing(empty()) as database:
        hang(database, folder / "shop.db", Veil(reach=found, mask_key=veil_kit.KEY), Curtains(), {"_row_subject": 1})
        with pytest.raises(sqlite3.DatabaseError) as said:
            database.execute("SELECT value FROM api_key")
        plan = str(database.execute("EXPLAIN QUERY PLAN SELECT id FROM customer").fetchall())
        schema, inner = (re.search(r"b[0-9a-f]{32}", words)[0] for words in (str(said.value), plan))
        with pytest.raises(sqlite3.DatabaseError):
            database.execute(sql.format(schema=schema, inner=inner))
