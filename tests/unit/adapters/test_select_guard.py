"""What becomes of an agent's query: what runs, what it is called, what it was made of and what it looked at."""

import sqlite3
from contextlib import closing

import pytest
import sqlglot
from sqlglot import exp

from broker.adapters.sql.select.guard import all_seen, guard
from broker.adapters.sql.select.hints import UnfitError
from broker.adapters.sql.select.reach import Reach, Shown, Unfit, View
from broker.adapters.sql.select.resolve import Resolver
from tests.select_kit import DIALECTS, PUBLIC, REACH, guarded, own, text


def tables(sql, dialect):
    """Each table of what runs with the columns that are read of it."""
    found = {}
    for one in guarded(sql, dialect).tree.find_all(exp.Table):
        if isinstance(one.parent.parent, exp.Select) and "~" not in one.name:
            found.setdefault(one.name, []).append([column.alias for column in one.parent.parent.selects])
    return found


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_table_becomes_what_may_be_seen_of_it_and_a_predicate_meets_only_that(dialect):
    found = text("SELECT email FROM customer WHERE email LIKE 'a%'", dialect)
    mask = """CASE WHEN "customer"."email" IS NULL THEN NULL ELSE '[email]' END"""
    assert found.startswith(f'SELECT "t~1"."email" AS "email" FROM (SELECT {mask} AS "email" FROM "customer"')
    assert found.endswith(""") AS "t~1" WHERE "t~1"."email" LIKE 'a%' LIMIT 501""")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("sql", "wanted"),
    [
        ("SELECT count(*) FROM customer", {"customer": [["one"]]}),
        ("SELECT id FROM customer WHERE country = 'DE' ORDER BY name", {"customer": [["id", "country", "name"]]}),
        ("SELECT 1 FROM customer a JOIN customer b ON a.id = b.id", {"customer": [["id"], ["id"]]}),
        (
            "SELECT 1 FROM order_line WHERE EXISTS (SELECT * FROM customer)",
            {"order_line": [["one"]], "customer": [["one"]]},
        ),
        ("SELECT * FROM order_line", {"order_line": [["order_id", "sku", "qty"]]}),
    ],
)
def test_only_the_columns_that_are_used_are_read(dialect, sql, wanted):
    assert tables(sql, dialect) == wanted


@pytest.mark.parametrize(
    ("dialect", "fence"),
    [("sqlite", "= :_row_subject LIMIT -1 OFFSET 0)"), ("postgres", "= %(_row_subject)s OFFSET 0)")],
)
def test_rows_are_taken_away_before_a_condition_is_asked_of_them(dialect, fence):
    found = guarded('SELECT id FROM "order" WHERE 1 / (total - 77) > -9', dialect)
    assert fence in found.tree.sql(dialect)
    assert found.parameters == {"_row_subject"}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_table_of_which_every_row_is_there_has_no_fence_for_it_would_cost_the_index(dialect):
    assert "OFFSET" not in text("SELECT id FROM customer WHERE id = 3", dialect)


def test_a_row_filter_through_another_table_stands_inside_its_own_derived_table():
    way = exp.In(
        this=exp.column(exp.to_identifier("order_id", quoted=True), table=exp.to_identifier("order_line", quoted=True)),
        query=exp.Subquery(
            this=exp.select(exp.column("id", table="order", quoted=True))
            .from_(exp.Table(this=exp.to_identifier("order", quoted=True)))
            .where(own("order", "customer_id", "_row_subject"))
        ),
    )
    view = View(columns={"order_id": PUBLIC, "sku": PUBLIC}, where=way)
    reach = Reach(views={"order_line": view}, ways={"order": View(columns={"id": PUBLIC})}, max_rows=9)
    for dialect in DIALECTS:
        # What the query calls `order` is not what the filter means by it.
        sql = 'SELECT "order".sku FROM order_line AS "order"'
        found = text(sql, dialect, reach)
        assert 'AS "order"' not in found
        assert 'IN (SELECT "order"."id" FROM "order" WHERE' in found


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("said", "limit"),
    [("", 501), (" LIMIT 7", 7), (" LIMIT 0", 0), (" LIMIT 501", 501), (" LIMIT 99999", 501), (" LIMIT 5 OFFSET 2", 5)],
)
def test_one_row_more_than_may_be_shown_tells_that_there_are_more(dialect, said, limit):
    tree = guarded(f"SELECT id FROM customer{said}", dialect).tree
    assert tree.args["limit"].expression.name == str(limit)
    assert (tree.args.get("offset") is None) == ("OFFSET" not in said)


def test_rows_by_fetch_are_as_many():
    assert text("SELECT id FROM customer FETCH FIRST 3 ROWS ONLY", "postgres").endswith(" LIMIT 3")
    assert text("SELECT id FROM customer OFFSET 2 ROWS FETCH NEXT 9000 ROWS ONLY", "postgres").endswith(
        "LIMIT 501 OFFSET 2"
    )


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_limit_inside_stays_as_it_is(dialect):
    found = text("SELECT max(id) FROM (SELECT id FROM customer ORDER BY id LIMIT 9000) AS q", dialect)
    assert "LIMIT 9000) AS " in found
    assert found.endswith("LIMIT 501")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_the_agent_wrote_does_not_run(dialect):
    found = text("SELECT /* a */ name AS n -- b\nFROM Customer AS c;", dialect)
    assert "/*" not in found
    assert "--" not in found
    assert "Customer" not in found
    assert '"c"' not in found


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SELECT name, country AS land FROM customer", ["name", "land"]),
        ("SELECT Name, COUNTRY FROM customer", ["name", "country"]),  # as they are listed
        ("SELECT count(*), count(*), sum(id) + 1 FROM customer", ["count", "count_2", "column"]),
        ("SELECT CASE WHEN id = 1 THEN 2 END, EXISTS (SELECT 1) FROM customer", ["case", "exists"]),
        (
            'SELECT (SELECT max(total) FROM "order"), upper(name), CAST(id AS TEXT) FROM customer',
            ["max", "upper", "id"],
        ),
        ("SELECT a.id, b.id FROM customer a JOIN customer b ON a.id = b.id", ["id", "id_2"]),
        ("SELECT id AS id_2, id, id FROM customer", ["id_2", "id", "id_3"]),
        ("SELECT 1, 'x', NULL", ["column", "column_2", "column_3"]),
        ('SELECT count(*) AS "how many, in all" FROM customer', ["how many, in all"]),
        ('SELECT id AS "größe" FROM customer', ["größe"]),
        ("SELECT row_number() OVER (ORDER BY id), coalesce(name, '-') FROM customer", ["row_number", "coalesce"]),
        ("SELECT id AS a FROM customer UNION SELECT order_id FROM order_line", ["a"]),
    ],
)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_columns_are_called_as_the_query_says_else_as_postgresql_would(dialect, sql, names):
    found = guarded(sql, dialect)
    assert [one.name for one in found.outputs] == names
    assert found.tree.named_selects == names


def test_what_is_not_in_quotes_is_lower_case_in_postgresql_and_as_said_in_sqlite():
    sql = 'SELECT count(*) AS Total, max(id) AS "Max" FROM customer'
    assert [one.name for one in guarded(sql, "postgres").outputs] == ["total", "Max"]
    assert [one.name for one in guarded(sql, "sqlite").outputs] == ["Total", "Max"]


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SELECT billingcountry, id AS Nr FROM invoice", ["BillingCountry", "Nr"]),
        ("SELECT * FROM INVOICE", ["Id", "BillingCountry"]),
        ("SELECT i.billingCOUNTRY FROM (SELECT BillingCountry FROM invoice) AS i", ["BillingCountry"]),
        ("WITH w(Land) AS (SELECT BillingCountry FROM invoice) SELECT * FROM w", ["Land"]),
        ("WITH w AS (SELECT count(*) AS nOrders FROM invoice) SELECT norders FROM w", ["nOrders"]),
        ("SELECT Id, id FROM invoice", ["Id", "Id_2"]),
        ("SELECT a.id, BillingCountry FROM invoice a JOIN invoice b USING (billingcountry)", ["Id", "BillingCountry"]),
    ],
)
def test_sqlite_keeps_the_letters_of_a_name_as_they_were_said_first(sql, names):
    view = View(
        columns={"id": PUBLIC, "billingcountry": PUBLIC}, spelled={"id": "Id", "billingcountry": "BillingCountry"}
    )
    found = guard(sql, Reach(views={"invoice": view}, max_rows=9), "sqlite")
    assert not isinstance(found, Unfit), found
    assert [one.name for one in found.outputs] == names


C, ORDER, L = "customer", "order", "order_line"


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("sql", "sources", "plain"),
    [
        ("SELECT name FROM customer", {(C, "name")}, (C, "name")),
        ("SELECT (name) AS x FROM customer", {(C, "name")}, (C, "name")),
        ("SELECT upper(name) FROM customer", {(C, "name")}, None),
        ("SELECT name || country FROM customer", {(C, "name"), (C, "country")}, None),
        ("SELECT count(*) FROM customer", set(), None),
        ("SELECT count(DISTINCT name) FROM customer", set(), None),
        ("SELECT count(CASE WHEN name LIKE 'a%' THEN 1 END) FROM customer", {(C, "name")}, None),
        ("SELECT max(email) FROM customer", {(C, "email")}, None),
        ("SELECT x.n FROM (SELECT name AS n FROM customer) AS x", {(C, "name")}, (C, "name")),
        ("WITH w(n) AS (SELECT name FROM customer) SELECT y.n FROM w AS y", {(C, "name")}, (C, "name")),
        (
            "WITH a AS (SELECT name FROM customer), b AS (SELECT name || 'x' AS m FROM a) SELECT m FROM b",
            {(C, "name")},
            None,
        ),
        ("SELECT (SELECT name FROM customer LIMIT 1)", {(C, "name")}, None),
        ("SELECT name FROM customer UNION SELECT sku FROM order_line", {(C, "name"), (L, "sku")}, None),
        ("SELECT name FROM customer UNION ALL SELECT name FROM customer", {(C, "name")}, (C, "name")),
        ("SELECT CASE WHEN id = 1 THEN name ELSE '' END FROM customer", {(C, "id"), (C, "name")}, None),
        ("SELECT sum(qty) OVER (PARTITION BY sku) FROM order_line", {(L, "qty"), (L, "sku")}, None),
        ("SELECT sum(qty) FILTER (WHERE sku = 'a') FROM order_line", {(L, "qty"), (L, "sku")}, None),
        ("SELECT id FROM customer WHERE name = 'Ada'", {(C, "id")}, (C, "id")),  # what chose the row is in `reads`
        ("SELECT 1 FROM customer", set(), None),
        ('SELECT id FROM customer JOIN (SELECT id, total FROM "order") AS o USING (id)', {(C, "id")}, (C, "id")),
    ],
)
def test_each_column_says_what_it_is_made_of(dialect, sql, sources, plain):
    (one, *_) = guarded(sql, dialect).outputs
    assert one.sources == sources
    assert one.plain == plain


@pytest.mark.parametrize(("dialect", "kept"), [("sqlite", "RIGHT"), ("sqlite", "FULL"), ("postgres", "FULL")])
def test_what_both_sides_of_a_join_can_give_is_made_of_both(dialect, kept):
    sql = f"SELECT sku FROM order_line {kept} JOIN (SELECT name AS sku FROM customer) AS c USING (sku)"
    (one,) = guarded(sql, dialect).outputs
    assert one.sources == {(L, "sku"), (C, "name")}
    assert one.plain is None


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("sql", "reads"),
    [
        ("SELECT id FROM customer WHERE name LIKE 'a%' ORDER BY email", {(C, "id"), (C, "name"), (C, "email")}),
        ("SELECT count(*) FROM customer GROUP BY country HAVING max(name) > 'b'", {(C, "country"), (C, "name")}),
        ('SELECT 1 FROM customer c JOIN "order" o ON o.customer_id = c.id', {(C, "id"), (ORDER, "customer_id")}),
        ("SELECT 1 WHERE EXISTS (SELECT 1 FROM customer WHERE email = 'x')", {(C, "email")}),
        ("SELECT 1 FROM order_line a JOIN order_line b USING (sku)", {(L, "sku")}),
        ("SELECT id, row_number() OVER (ORDER BY iban) AS n FROM customer", {(C, "id"), (C, "iban")}),
        ("WITH unused AS (SELECT name FROM customer) SELECT 1", {(C, "name")}),
        ("SELECT count(*) FROM customer", set()),
        ("SELECT * FROM order_line", {(L, "order_id"), (L, "sku"), (L, "qty")}),
        (
            "SELECT 1 FROM customer c WHERE EXISTS (SELECT 1 FROM order_line WHERE sku = c.name)",
            {(C, "name"), (L, "sku")},
        ),
    ],
)
def test_all_that_is_looked_at_is_told_without_what_filters_and_masks_look_at(dialect, sql, reads):
    assert guarded(sql, dialect).reads == reads


def test_a_mask_that_takes_a_key_says_so():
    reach = Reach(views={"c": View(columns={"mail": Shown("pseudonym", "email")})}, max_rows=5)
    assert guarded("SELECT mail FROM c", "postgres", reach).parameters == {"_pad_inner", "_pad_outer"}
    assert guarded("SELECT count(*) FROM c", "postgres", reach).parameters == set()
    assert guarded("SELECT mail FROM c", "sqlite", reach).parameters == set()


def test_the_same_query_under_the_same_reach_is_the_same_again():
    sql = 'WITH a AS (SELECT * FROM customer) SELECT a.name, o.total FROM a JOIN "order" o ON o.customer_id = a.id'
    for dialect in DIALECTS:
        assert text(sql, dialect) == text(sql, dialect)
    assert REACH.views["order"].where.sql() == '"order"."customer_id" = :_row_subject'


def test_hidden_columns_rows_and_texts_are_gone_where_the_engine_looks():
    query = guarded(
        'SELECT c.email, c.iban, count(o.id) AS n FROM customer c JOIN "order" o ON o.customer_id = c.id GROUP BY 1, 2'
    )
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute('CREATE TABLE "order" (id, customer_id, total, placed, card)')
        database.execute("CREATE TABLE customer (id, name, email, iban, country, secret)")
        database.executemany(
            "INSERT INTO customer VALUES (?, 'n', ?, 'DE02', 'DE', 's')", [(1, "a@x.de"), (2, "b@x.de")]
        )
        database.executemany("INSERT INTO \"order\" VALUES (?, ?, 1, 'p', '4000')", [(1, 1), (2, 1), (3, 2)])
        rows = database.execute(query.tree.sql("sqlite"), {"_row_subject": 1}).fetchall()
    assert rows == [("[email]", None, 2)]


@pytest.mark.parametrize("sql", ["SELECT a", "SELECT 1 FROM secrets", 'SELECT 1 FROM (SELECT "b" AS "b") AS "t~1"'])
def test_a_name_that_nobody_looked_at_is_not_run(sql):
    """Whatever part of a query might hold one that the grammar lets through and the names' own step does not enter."""
    with pytest.raises(UnfitError):
        all_seen(sqlglot.parse_one(sql, read="postgres"), Resolver(REACH, "postgres"))


def test_nothing_that_a_query_can_be_is_told_by_an_exception():
    for sql in (
        "",
        " ",
        ";",
        "\0",
        "SELECT",
        "(",
        "SELECT 1 FROM",
        "((((SELECT 1))))",
        "WITH",
        "SELECT * FROM a b c d",
    ):
        for dialect in DIALECTS:
            guard(sql, REACH, dialect)
    assert guard("", REACH, "sqlite") == Unfit(hint="write exactly one statement")
