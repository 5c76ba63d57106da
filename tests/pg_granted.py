"""A shop in PostgreSQL, and its source's role with what `broker sql grants` gives it."""

from contextlib import contextmanager
from pathlib import Path

import psycopg

from broker.actions import shapes
from broker.adapters.sql.access.ground import Ground
from broker.adapters.sql.access.page import page
from broker.adapters.sql.access.writes import Writes
from broker.adapters.sql.select.mask_postgres import pads
from broker.adapters.sql.source import read_tables
from tests import pg
from tests.kit import leaf

ROLE = "broker_shop"
KEY = shapes.stand_in_key(b"task")
SCHEMA = """
    CREATE TABLE customer (id int PRIMARY KEY, name varchar(40), email text, phone char(20), born date, country text);
    CREATE TABLE "Order" ("Id" serial PRIMARY KEY, customer_id int, total numeric, "Card No" text, secret text);
    CREATE TABLE line (order_id int, sku text, note text);
    CREATE TABLE staff (id int, name text);
    CREATE TABLE product (sku text PRIMARY KEY, title text);
    CREATE INDEX ON "Order" (customer_id);
    CREATE INDEX ON line (order_id);
    INSERT INTO customer VALUES (1, 'Ann', 'Ann@Example.com', '+49 30 1234567', '1980-01-02', 'DE'),
        (2, 'Bob', NULL, NULL, NULL, 'FR');
    INSERT INTO "Order" (customer_id, total, "Card No", secret)
        VALUES (1, 10, '4111 1111 1111 1111', 's'), (2, 20, '5500 0000 0000 0004', 's');
    INSERT INTO line VALUES (1, 'a', 'mine'), (2, 'b', 'alien');
    INSERT INTO staff VALUES (1, 'Cyd');
    INSERT INTO product VALUES ('a', 'A');
"""
PUBLIC = leaf()
TABLES = {
    "customer": {
        "id": PUBLIC,
        "name": leaf("person"),
        "email": leaf("email"),
        "phone": leaf("phone"),
        "born": leaf("dob"),
        "country": PUBLIC,
    },
    "Order": {"Id": PUBLIC, "customer_id": PUBLIC, "total": PUBLIC, "Card No": leaf("card")},
    "line": {"order_id": PUBLIC, "sku": PUBLIC, "note": leaf("free-text")},
    "staff": {"id": PUBLIC, "name": leaf("person")},
    "product": {"sku": PUBLIC, "title": PUBLIC},
}
KEYS = {"Order": "customer_id", "line": "order_id -> Order.Id"}
WRITES = {
    "order": Writes(insert=frozenset({"customer_id", "total"}), update=frozenset({"total"})),
    "line": Writes(delete=True),
}


def ground(url, *, tables=None, subject="customer.id", keys=None, writes=None, base="public", password=None):
    source = {
        "url": url,
        "password": password,
        "tables": TABLES if tables is None else tables,
        "subject": subject,
        "owner_key": KEYS if keys is None else keys,
    }
    found = read_tables(source, Path("/"))
    assert not isinstance(found, tuple), found
    return Ground(source="shop", role=ROLE, tables=found, writes=WRITES if writes is None else writes, base=base)


def grant(database, of):
    """As the admin does: the text, and then the password."""
    database.run(page(of))
    database.role(ROLE)


@contextmanager
def connected(database, *, raw=False, subject="*", **actions):
    """As the role, with what the broker says of each transaction. `actions`: by class, `_` for `-`."""
    with psycopg.connect(database.url(ROLE), password=pg.PASSWORD, autocommit=True) as role:
        said = {f"broker.act_{kind}": action for kind, action in actions.items()}
        said |= {"broker.pads": b"".join(pads(KEY)).hex(), "broker.raw": "on" if raw else "off"}
        said |= {} if subject is None else {"broker.subject": subject}
        for name, value in said.items():
            role.execute(f"SET {name} TO '{value}'")
        home = f"{ROLE}{'_raw' if raw else ''}"
        role.execute(f"SET search_path TO {home}, pg_catalog, pg_temp; SET ROLE {home}")
        yield role
