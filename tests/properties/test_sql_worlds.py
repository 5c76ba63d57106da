"""Any statement put together from any parts: what another customer has changes nothing that this one is shown.

Nor whether it fails: some of the conditions do, for texts of one length.
"""

import sqlite3
from contextlib import ExitStack, closing

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broker.model.faults import ToolFault
from broker.model.scope import RowsSubject
from broker.model.tool import Misfit
from broker.pipeline import NOBODY
from tests import kit, pg_named, sql_kit

SUBJECT = RowsSubject("customer")
COLUMNS = {
    "customer": ("id", "name", "email", "boss"),
    '"order"': ("id", "customer_id", "total", "card"),
    "order_line": ("order_id", "sku", "qty"),
    "product": ("sku", "title"),
}
CHANGES = """
    UPDATE customer SET name = 'own-ann', email = 'zed@z.example', boss = 2 WHERE id = '2';
    UPDATE "order" SET total = 10.5, card = NULL WHERE customer_id = '2';
    INSERT INTO "order" VALUES (22, 2, 1000000, 'x'), (1, 2, -1, 'y');
    UPDATE order_line SET qty = -5, sku = 'both' WHERE order_id = '21';
    INSERT INTO order_line VALUES (22, 'own-sku', 7), (1, 'both', 7);
    INSERT INTO customer VALUES (3, 'aaa', 'aaa', 1, 'b');
"""
INDEXES = """
    CREATE INDEX a ON customer (name, email); CREATE INDEX b ON customer (email, boss);
    CREATE INDEX c ON "order" (total, card); CREATE INDEX d ON order_line (sku, qty);
"""
# All of it text, so that any two columns can be compared.
POSTGRES = """
    CREATE TABLE customer (id text, name text, email text, boss text, secret text);
    CREATE TABLE "order" (id text, customer_id text, total text, card text);
    CREATE TABLE order_line (order_id text, sku text, qty text);
    CREATE TABLE product (sku text, title text);
    CREATE TABLE staff (id text, name text);
    CREATE TABLE api_key (name text, value text);
"""
FAILING = {
    "sqlite": "abs(CASE WHEN length({0}) = 9 THEN -9223372036854775808 ELSE 1 END) > 0",
    "postgres": "1 / (length({0}) - 9) < 5",
}
CONDITIONS = ("{0} IS NOT NULL", "{0} > {1}", "{0} = {1} OR 1 = 1", "NOT {0} < {1}", "{0} IN (SELECT {2} FROM {3})")
OUTPUTS = ("{0}", "max({0})", "count(*)", "coalesce({0}, {1})", "(SELECT max({2}) FROM {3})", "group_concat({0}, '|')")
JOINS = ("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN")
SETS = ("UNION", "UNION ALL", "EXCEPT", "INTERSECT")

tables = st.sampled_from(sorted(COLUMNS))


@st.composite
def columns(draw, table):
    return draw(st.sampled_from(COLUMNS[table]))


@st.composite
def parts(draw, alias, table):
    """Something to read `table`'s columns from, under `alias`; and a WITH that it needs."""
    match draw(st.integers(0, 4)):
        case 0 | 1:
            return f"{table} AS {alias}", ""
        case 2:
            return f"(SELECT * FROM {table}) AS {alias}", ""
        case 3:
            other = f"SELECT {', '.join(COLUMNS[table])} FROM {table}"
            return f"({other} UNION ALL {other}) AS {alias}", ""
        case _:
            return f"w{alias} AS {alias}", f"w{alias} AS (SELECT * FROM {table})"


@st.composite
def selects(draw, dialect):
    conditions = (*CONDITIONS, FAILING[dialect])
    one, other, inner = draw(tables), draw(tables), draw(tables)
    (first, with_first), (second, with_second) = draw(parts("p", one)), draw(parts("q", other))
    names = (f"p.{draw(columns(one))}", f"q.{draw(columns(other))}", draw(columns(inner)), inner)
    withs = ", ".join(filter(None, (with_first, with_second)))
    output = draw(st.sampled_from(OUTPUTS)).format(*names)
    on, where = (draw(st.sampled_from(conditions)).format(*names) for _ in range(2))
    text = f"SELECT {output} AS x FROM {first} {draw(st.sampled_from(JOINS))} {second} ON {on} WHERE {where}"
    if draw(st.booleans()):
        text += (
            f" {draw(st.sampled_from(['UNION', 'UNION ALL', 'EXCEPT', 'INTERSECT']))} SELECT {names[2]} FROM {inner}"
        )
    return f"WITH {withs} {text}" if withs else text


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Two shops that differ in what customer 2 has, and in nothing else."""
    folders = [tmp_path_factory.mktemp(name) for name in ("one", "two")]
    for folder in folders:
        sql_kit.build(folder)
        with closing(sqlite3.connect(folder / "shop.db")) as database:
            database.executescript(INDEXES)  # a condition on a column of one is looked at before the row is
    with closing(sqlite3.connect(folders[1] / "shop.db")) as database:
        database.executescript(CHANGES)
    return [(folder, sql_kit.SOURCE) for folder in folders]


@pytest.fixture(scope="module")
def databases(postgres, tmp_path_factory):
    """The same in PostgreSQL."""
    folder = tmp_path_factory.mktemp("files")
    with ExitStack() as stack:
        shops = [stack.enter_context(pg_named.shop(postgres, folder, POSTGRES)) for _ in range(2)]
        shops[1].ask(CHANGES)
        yield [(folder, one.source) for one in shops]


def ask(world, sql, limits=(10_000, 1 << 20)):
    """The rows, or that it failed."""
    folder, source = world
    tool = next(
        one
        for kind in ("email", "person", "card", "public")
        if not isinstance((one := sql_kit.readable(folder, sql, source, shown=kit.leaf(kind)))[0], Misfit)
    )
    assert tool[1].admit(SUBJECT) is None
    opened = sql_kit.opened(tool, SUBJECT, parameters={"customer": "1"}, limits=limits)
    try:
        return sorted(map(str, anyio.run(tool[1].invoke, opened, NOBODY.progress).value["rows"]))
    except ToolFault as fault:
        return str(fault)


@pytest.mark.requirement("rows")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
@given(sql=selects("sqlite"))
def test_another_customers_rows_make_no_difference(files, sql):
    assert ask(files[0], sql) == ask(files[1], sql)


@pytest.mark.requirement("rows")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(sql=selects("postgres"))
def test_another_customers_rows_make_no_difference_in_postgres(databases, sql):
    assert ask(databases[0], sql) == ask(databases[1], sql)
