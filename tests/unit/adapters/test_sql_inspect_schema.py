"""A live schema is read as it is, and nothing of it is changed: what no source file can list is left out by name."""

import sqlite3
from contextlib import closing

import pytest

from broker.adapters.sql.inspect import sqlite
from broker.adapters.sql.inspect.readers import Live, live
from broker.model.faults import ToolFault
from tests.inspect_kit import CANARIES, WIDE, build, proposed, schema, watch


@pytest.fixture
def path(tmp_path):
    return build(tmp_path / "traps.db")


def test_what_cannot_be_listed_is_left_out_and_named(path):
    left = {one.name: one.why for one in proposed(path).left_out}
    assert left["everybody"] == "a view"
    assert left["search"] == "a virtual table"
    assert left["alembic_version"] == "a tool's own"
    assert left["search_data"] == "part of a virtual table"
    assert {"schöne", "customer.größe", "customer.a.b"} <= {name for name, why in left.items() if "cannot be" in why}
    assert not any(name.startswith("sqlite_") for name in left)


def test_a_name_that_differs_by_case_alone_is_listed_once(tmp_path):
    columns = "CREATE TABLE a (id INTEGER); CREATE TABLE b (Word TEXT)"
    found = proposed(build(tmp_path / "case.db", columns))
    assert [table.name for table in found.tables] == ["a", "b"]


def test_traps_are_seen_through_and_nothing_private_is_public(path):
    found = proposed(path).guesses
    customer = {name: guess.kind for name, guess in found["customer"].items()}
    assert customer["contact"] == customer["upper_contact"] == "email"
    assert customer["ref"] == "phone"
    assert (customer["no"], customer["state"], customer["title"]) == ("public", "location", "internal")
    assert (customer["Full Name"], customer["e-mail verified"], customer["phone_type"]) == (
        "person",
        "public",
        "public",
    )
    assert (customer["c7"], customer["spoken"], customer["id_card"]) == ("free-text", "person", "national-id")
    assert {name for name, kind in customer.items() if kind == "public"} == {
        "id",
        "no",
        "e-mail verified",
        "phone_type",
    }
    order = {name: guess.kind for name, guess in found["sales order"].items()}
    assert (order["ref"], order["state"], order["total"]) == ("public", "public", "public")
    product = {name: guess.kind for name, guess in found["product"].items()}
    assert product == dict.fromkeys(("sku", "name", "title", "group", "made_by"), "public") | {"picture": "image"}
    assert found["api_credentials"]["label"].kind == found["api_credentials"]["value"].kind == "secret"


def test_a_key_that_points_at_a_mail_address_is_one(path):
    assert proposed(path).guesses["sales order"]["agent_mail"].kind == "email"
    assert proposed(path).guesses["agent"]["boss"].kind == "email"


def test_the_way_to_the_subject_is_found_and_what_is_not_sure_says_so(path):
    owners = proposed(path).owners
    assert (owners.subject, owners.sure) == (("customer", "id"), True)
    ways = {way.table: (way.said, way.sure) for way in owners.ways}
    assert ways["sales order"] == ("customer_id", True)
    assert ways["order_line"] == ("order_id -> sales order.id", True)
    assert ways["returned"] == ("order_id -> order_line.order_id", False)
    assert ways["message"][1] is False
    assert not {"ring_a", "ring_b", "product", "agent"} & set(ways)


def test_without_foreign_keys_names_are_a_guess_and_said_to_be_one(tmp_path):
    script = """
        CREATE TABLE clients (client_no TEXT, email TEXT, phone TEXT);
        CREATE TABLE orders (id INTEGER PRIMARY KEY, client_no TEXT);
        CREATE TABLE lines (order_id INTEGER, sku TEXT);
        CREATE TABLE products (sku TEXT PRIMARY KEY);
    """
    owners = proposed(build(tmp_path / "bare.db", script)).owners
    assert (owners.subject, owners.sure) == (("clients", "client_no"), False)
    ways = {way.table: (way.said, way.sure) for way in owners.ways}
    assert ways == {"orders": ("client_no", False), "lines": ("order_id -> orders.id", False)}


def test_a_table_of_500_columns_and_one_without_rows_are_read(path):
    found = {table.name: table for table in schema(path).tables}
    assert len(found["wide"].columns) == WIDE
    assert [column.look.filled for column in found["empty"].columns] == [0, 0, 0, 0]


def test_no_value_is_kept(path):
    assert not [word for word in CANARIES if word in repr(schema(path)) + repr(proposed(path))]


def test_reading_changes_nothing_and_needs_no_right_to_write(path):
    before = path.read_bytes()
    schema(path)
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_rows_that_cannot_be_read_leave_names_and_types(tmp_path):
    script = """
        CREATE TABLE a (id INTEGER, mail TEXT);
        INSERT INTO a (id) VALUES (0);
        ALTER TABLE a ADD COLUMN lost INTEGER GENERATED ALWAYS AS (abs(id - 9223372036854775807 - 1)) VIRTUAL;
    """
    (table,) = proposed(build(tmp_path / "lost.db", script)).tables
    assert table.unread == "its rows cannot be read"
    assert [column.look.filled for column in table.columns] == [0, 0, 0]


def test_only_so_many_rows_and_letters_are_looked_at(tmp_path):
    path = build(tmp_path / "much.db", "CREATE TABLE a (id INTEGER PRIMARY KEY, long TEXT, bytes BLOB)")
    with closing(sqlite3.connect(path)) as database:
        database.executemany("INSERT INTO a (long, bytes) VALUES (?, ?)", [("x" * 9999, b"y" * 9999)] * 1000)
        database.commit()
    _, long, raw = schema(path).tables[0].columns
    assert (long.look.filled, long.look.longest) == (200, 256)
    assert (raw.look.filled, raw.look.longest) == (200, 0)


def test_what_takes_too_long_is_given_up(path):
    with closing(sqlite3.connect(path)) as database:
        database.executemany(f"INSERT INTO wide VALUES ({', '.join('?' * WIDE)})", [["x"] * WIDE] * 200)
        database.commit()
    ticks = iter(range(100_000))
    with pytest.raises(ToolFault, match="interrupted"):
        sqlite.read(path, lambda: float(next(ticks)), 3.0, watch)


@pytest.mark.parametrize("content", [b"", b"no database at all, but a text of some length" * 40])
def test_what_is_no_database_is_said_to_be_none(tmp_path, content):
    path = tmp_path / "odd.db"
    path.write_bytes(content)
    if not content:
        assert schema(path).tables == ()
        return
    with pytest.raises(ToolFault, match="not a database"):
        schema(path)


URLS = {
    "sqlite:///none.db": "no such file",
    "sqlite:///traps.db?mode=rw": "a URL like sqlite",
    "mysql://x": "a URL like sqlite",
    "": "a URL like sqlite",
    "postgresql://host/db": "a URL like postgresql",
    "postgresql://u:se/cret@host/db": "a URL like postgresql",
    "postgresql://u@far.example/db?sslmode=disable": "sslmode=verify-full",
}


@pytest.mark.parametrize(("url", "said"), URLS.items(), ids=URLS)
def test_a_url_is_as_in_a_source_file_or_its_mend_is_said_without_its_password(path, url, said):
    found = live(url, "public", root=path.parent, environ={}, clock=lambda: 0.0)
    assert not isinstance(found, Live)
    assert said in " ".join(found)
    assert "cret" not in " ".join(found)


def test_a_password_stays_with_the_connection(path):
    url = "postgresql://ann:s3cret%20x@127.0.0.1/crm"
    found = live(url, "public", root=path.parent, environ={"PGPASSWORD": "oth3r"}, clock=lambda: 0.0)
    assert isinstance(found, Live)
    assert (found.name, found.url) == ("crm", "postgresql://ann@127.0.0.1/crm")
    assert "s3cret" not in repr(found)
    assert "oth3r" not in repr(found)
