"""The order of rows tells of no hidden column, and an index that tells nothing is used as ever."""

import sqlite3
from contextlib import closing

import pytest

from broker.adapters.sql.sqlite.veil import Curtains
from broker.model.scope import Condition, RowsAny, RowsWhere
from tests import kit, sql_kit, veil_kit

ANY = RowsAny("a test")
ONE_LAND = RowsWhere((("person", (Condition("land", None, "x"),)),))
TABLE = "CREATE TABLE person (id INTEGER PRIMARY KEY, land TEXT, town TEXT, name TEXT, inner TEXT)"
KEYED = "CREATE TABLE person (id INTEGER, land TEXT, town TEXT, name TEXT PRIMARY KEY, inner TEXT) WITHOUT ROWID"
KEYED_BY_ID = "CREATE TABLE person (id INTEGER PRIMARY KEY, land TEXT, town TEXT, name TEXT, inner TEXT) WITHOUT ROWID"
NUMBERED = "CREATE TABLE person (id INTEGER, land TEXT, town TEXT, name INTEGER PRIMARY KEY, inner TEXT)"
SCHEMAS = {
    "one": (TABLE, "CREATE INDEX i ON person (name)"),
    "a unique one": (TABLE.replace("name TEXT", "name TEXT UNIQUE"),),
    "all of a row": (TABLE, "CREATE INDEX i ON person (name, land, inner)"),
    "what may be searched, then what is hidden": (TABLE, "CREATE INDEX i ON person (land, name)"),
    "what is computed": (TABLE, "CREATE INDEX i ON person (lower(name), land)"),
    "what no file lists": (TABLE, "CREATE INDEX i ON person (inner)"),
    "the key": (KEYED,),
    "one, of a table without row numbers": (KEYED_BY_ID, "CREATE INDEX i ON person (name)"),
    "the row's number": (NUMBERED,),
    "some rows": (TABLE, "CREATE INDEX i ON person (name) WHERE name IS NOT NULL"),
}
QUERIES = (
    "SELECT id FROM person",
    "SELECT id FROM person LIMIT 3",
    "SELECT (SELECT id FROM person)",
    "SELECT id FROM person WHERE land = 'x'",
    "SELECT id, name FROM person",
    "SELECT id FROM person ORDER BY land",
    "SELECT group_concat(id) FROM person",
    "SELECT p.id, q.id FROM person p JOIN person q ON p.land = q.land",
    "SELECT p.id, q.id, q.name FROM person p JOIN person q ON p.land = q.land",
    "SELECT q.id FROM person p LEFT JOIN person q ON p.land = q.land AND q.name LIKE '%a%'",
    "SELECT (SELECT q.id FROM person q WHERE q.land = p.land) FROM person p",
    "SELECT id FROM person WHERE land IN (SELECT land FROM person WHERE name <> '') AND name <> ''",
    "SELECT land, min(id) FROM person GROUP BY land",
    "SELECT DISTINCT land FROM person",
    "SELECT id FROM person UNION ALL SELECT id FROM person",
    "SELECT id, row_number() OVER () FROM person",
)
PLAIN = {"land": kit.leaf(), "town": kit.leaf(), "id": kit.leaf(), "name": kit.leaf("person")}
FEW = {"id": kit.leaf(), "name": kit.leaf("person")}


def shops(folder, schema):
    """Two, which differ in the order of what is hidden."""
    for name, sign in (("one", 1), ("other", -1)):
        (folder / name).mkdir()
        facts = [(n, "xy"[n % 2], "z", sign * n, str(sign * n)) for n in range(8)]
        with closing(sqlite3.connect(folder / name / "shop.db")) as database:
            database.executescript(f"PRAGMA synchronous = OFF; BEGIN; {'; '.join(schema)}; COMMIT;")
            database.executemany("INSERT INTO person (id, land, town, name, inner) VALUES (?, ?, ?, ?, ?)", facts)
            database.commit()
        yield folder / name


def told_apart(folder, schema, queries, columns, rows):
    """The queries that answer otherwise in the two, or not at all."""
    source = {"url": "sqlite:///shop.db", "tables": {"person": columns}}
    one, other = shops(folder, schema)
    reach = veil_kit.reach(one, {"public": "show"}, rows, ("person",), source)
    curtains = Curtains()
    answers = {sql: [veil_kit.seen(shop, sql, reach, curtains=curtains) for shop in (one, other)] for sql in queries}
    return [sql for sql, (first, second) in answers.items() if first != second or not isinstance(first, list)]


@pytest.mark.parametrize("rows", [ANY, ONE_LAND], ids=["every row", "some rows"])
@pytest.mark.parametrize("name", SCHEMAS)
def test_an_index_over_what_is_hidden_orders_nothing(tmp_path, name, rows):
    assert told_apart(tmp_path, SCHEMAS[name], QUERIES, PLAIN, rows) == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_nor_where_it_holds_all_that_may_be_seen(tmp_path, name):
    queries = ("SELECT id FROM person", "SELECT id, name FROM person", "SELECT min(id), count(*) FROM person")
    assert told_apart(tmp_path, SCHEMAS[name], queries, FEW, ANY) == []


PLANS = {
    "by the key": ("SELECT title FROM product WHERE sku = 'both'", "USING INDEX sqlite_autoindex_product_1 (sku=?)"),
    "by an index": ('SELECT total FROM "order" WHERE customer_id = 1', "USING INDEX by_customer (customer_id=?)"),
    "joined": (
        'SELECT l.sku FROM "order" o JOIN order_line l ON l.order_id = o.id WHERE o.customer_id = 1',
        "USING INDEX by_order (order_id=?)",
    ),
    "beside one that tells": ("SELECT id FROM customer WHERE id = 1", "USING INTEGER PRIMARY KEY (rowid=?)"),
}


@pytest.fixture
def indexed(tmp_path):
    sql_kit.build(tmp_path)
    sql_kit.ask(tmp_path, 'CREATE INDEX by_customer ON "order" (customer_id)')
    sql_kit.ask(tmp_path, "CREATE INDEX by_order ON order_line (order_id)")
    sql_kit.ask(tmp_path, "CREATE INDEX by_name ON customer (name)")
    return tmp_path


def plan(folder, sql, rows):
    """As SQLite makes it of what the guard makes of the query."""
    tool = veil_kit.tool(folder, rows=rows)
    found = tool[1].judge(sql, rows, veil_kit.EXPOSURE)
    asked = f"EXPLAIN QUERY PLAN {found.text.sql}"
    return [detail for *_, detail in veil_kit.seen(folder, asked, found.reach, parameters=True)]


@pytest.mark.parametrize(("sql", "search"), PLANS.values(), ids=PLANS)
def test_an_index_that_tells_nothing_is_searched(indexed, sql, search):
    steps = plan(indexed, sql, ANY)
    assert any(search in step for step in steps), steps
    assert not [step for step in steps if step.startswith("SCAN")], steps


FILTERED = {
    "a row filter": ('SELECT total FROM "order"', ["order USING INDEX by_customer (customer_id=?)"]),
    "a row filter on the way": (
        "SELECT sku FROM order_line",
        ["order_line USING INDEX by_order (order_id=?)", "order USING COVERING INDEX by_customer (customer_id=?)"],
    ),
    "the subject's own table": ("SELECT boss FROM customer", ["customer USING INTEGER PRIMARY KEY (rowid=?)"]),
}


@pytest.mark.parametrize(("sql", "searches"), FILTERED.values(), ids=FILTERED)
def test_a_row_filter_is_a_search_where_its_column_has_an_index(indexed, sql, searches):
    steps = plan(indexed, sql, veil_kit.ROWS)
    for search in searches:
        assert any(step.startswith("SEARCH") and step.endswith(search) for step in steps), steps
    # what is gone through is what the search has found
    scans = {step.split()[1] for step in steps if step.startswith("SCAN")}
    assert not scans & {"order", "order_line", "customer"}, steps
    assert not [one for one in scans if "." in one], steps
