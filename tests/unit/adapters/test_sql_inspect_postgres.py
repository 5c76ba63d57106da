"""A live PostgreSQL schema is read as whoever asks may see it, read-only, and gives the same kind of draft."""

from datetime import date

import psycopg
import pytest

from broker.adapters.sql.inspect.draft import Facts, draft
from broker.adapters.sql.inspect.propose import propose
from broker.adapters.sql.inspect.readers import Live, live
from broker.model.faults import ToolFault
from tests.inspect_kit import watch
from tests.pg import PASSWORD

SCRIPT = """
    CREATE TYPE mood AS ENUM ('sad', 'ok');
    CREATE DOMAIN mailtype AS text;
    CREATE TABLE customers (id serial PRIMARY KEY, "Full Name" text, contact mailtype, ref varchar, "no" text,
        state mood, at_home point, prefs jsonb, seen_from inet, card_reader macaddr, tags text[], avatar bytea,
        born date, balance numeric, credit money, is_active bool, "größe" text, uid uuid);
    CREATE TABLE orders (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, customer_id int REFERENCES customers,
        total numeric, placed timestamptz, took interval, kept text GENERATED ALWAYS AS ('x') STORED);
    CREATE TABLE lines (order_id bigint REFERENCES orders, n int, sku varchar(20), PRIMARY KEY (order_id, n));
    CREATE TABLE visits (id int, at timestamptz) PARTITION BY RANGE (at);
    CREATE TABLE visits_now PARTITION OF visits FOR VALUES FROM ('2020-01-01') TO ('2030-01-01');
    CREATE TABLE closed (id int PRIMARY KEY, mail text);
    CREATE VIEW seen AS SELECT id FROM customers;
    CREATE TABLE "none" ();
    CREATE SCHEMA other;
    CREATE TABLE other.things (a int);
    CREATE SCHEMA broker_crm;
    CREATE TABLE broker_crm.customers (a int);
    INSERT INTO customers ("Full Name", contact, ref, "no", state, credit)
        SELECT 'Canary Ann', 'canary' || g || '@x.example', '+49 30 ' || (7654321 + g), 'C-' || g, 'ok', 7
        FROM generate_series(1, 300) g;
    INSERT INTO orders (customer_id, total, took) SELECT 1, 5.5, '1 day' FROM generate_series(1, 10);
"""
ROLE = "inspector"


@pytest.fixture
def crm(database):
    database.run(SCRIPT)
    database.role(ROLE)
    database.run(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {ROLE}; REVOKE SELECT ON closed FROM {ROLE}")
    return database


def reader(crm, tmp_path, schema="public", password=PASSWORD):
    url = crm.url(ROLE)
    found = live(url, schema, root=tmp_path, environ={"PGPASSWORD": password}, clock=lambda: 0.0)
    assert isinstance(found, Live), found
    return found


def test_a_live_schema_is_proposed_by_names_types_and_a_sample(crm, tmp_path):
    found = propose(reader(crm, tmp_path).read(watch))
    customers = {name: guess.kind for name, guess in found.guesses["customers"].items()}
    assert customers == {
        "id": "public",
        "Full Name": "person",
        "contact": "email",
        "ref": "phone",
        "no": "public",
        "state": "public",
        "at_home": "location",
        "prefs": "free-text",
        "seen_from": "ip",
        "card_reader": "device",
        "tags": "free-text",
        "avatar": "blob",
        "born": "dob",
        "balance": "money",
        "credit": "internal",
        "is_active": "public",
        "uid": "public",
    }
    assert (found.owners.subject, found.owners.sure) == (("customers", "id"), True)
    assert {way.table: way.said for way in found.owners.ways} == {
        "orders": "customer_id",
        "lines": "order_id -> orders.id",
    }


def test_what_is_no_table_of_the_schema_is_left_out_by_name(crm, tmp_path):
    found = propose(reader(crm, tmp_path).read(watch))
    left = {one.name: one.why for one in found.left_out}
    assert left == {
        "seen": "a view",
        "none": "no columns",
        "other": "another schema, 1 in it",
        "customers.größe": "its name cannot be listed",
    }
    assert [table.name for table in found.tables] == ["closed", "customers", "lines", "orders", "visits"]
    crm.run(f"GRANT USAGE ON SCHEMA other TO {ROLE}")
    assert [table.name for table in reader(crm, tmp_path, "other").read(watch).tables] == ["things"]


def test_rows_that_may_not_be_read_leave_names_and_types(crm, tmp_path):
    closed = next(table for table in reader(crm, tmp_path).read(watch).tables if table.name == "closed")
    assert closed.unread == "its rows may not be read"
    assert [column.look.filled for column in closed.columns] == [0, 0]


def test_no_value_is_kept_and_no_password(crm, tmp_path):
    facts = Facts(source="crm", url="${X}", password="env:CRM_DB_PASSWORD", owner="a", today=date(2026, 11, 28))
    found = reader(crm, tmp_path)
    schema = found.read(watch)
    said = repr(schema) + repr(propose(schema)) + draft(propose(schema), facts) + repr(found)
    assert not [word for word in ("Canary", "canary", "7654", PASSWORD) if word in said]
    assert "password: env:CRM_DB_PASSWORD" in said


def test_what_the_database_says_of_a_wrong_password_does_not_hold_it(crm, tmp_path):
    with pytest.raises(ToolFault, match="password authentication failed") as caught:
        reader(crm, tmp_path, password="wr0ng-one").read(watch)
    assert "wr0ng-one" not in str(caught.value)


def test_reading_writes_nothing_even_where_it_could(crm, tmp_path):
    """A row policy is somebody's code, and runs as whoever reads."""
    crm.run(f"""
        CREATE TABLE trap (id int); INSERT INTO trap VALUES (1); CREATE TABLE caught (who text);
        CREATE FUNCTION spring() RETURNS bool LANGUAGE plpgsql AS
            $$ BEGIN INSERT INTO caught VALUES (current_user); RETURN true; END $$;
        ALTER TABLE trap ENABLE ROW LEVEL SECURITY;
        CREATE POLICY p ON trap USING (spring());
        GRANT SELECT ON trap TO {ROLE}; GRANT INSERT ON caught TO {ROLE};
    """)
    tables = {table.name: table for table in reader(crm, tmp_path).read(watch).tables}
    assert tables["trap"].unread
    assert crm.run("SELECT * FROM caught") == []


def test_a_table_that_is_locked_does_not_hold_it_up(crm, tmp_path):
    with psycopg.connect(crm.url(ROLE), password=PASSWORD) as other, crm.connect() as admin:
        admin.autocommit = False
        admin.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
        tables = {table.name: table for table in reader(crm, tmp_path).read(watch).tables}
        admin.rollback()
        other.rollback()
    assert tables["orders"].unread == "its rows take too long to read"
    assert tables["customers"].unread == ""
