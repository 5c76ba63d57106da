"""A schema with traps: names that hide what is in a column, tables that no source file can list, keys in circles."""

import sqlite3
from contextlib import closing, contextmanager

from broker.adapters.sql.inspect import sqlite
from broker.adapters.sql.inspect.propose import propose

WIDE = 500

TRAPS = f"""
    CREATE TABLE customer (
        id INTEGER PRIMARY KEY, contact TEXT, ref TEXT, "no" TEXT, state TEXT, title TEXT, "Full Name" TEXT,
        "e-mail verified" BOOLEAN, "größe" TEXT, c7 TEXT, city TEXT, spoken TEXT, "a.b" TEXT, phone_type TEXT,
        upper_contact TEXT GENERATED ALWAYS AS (upper(contact)) VIRTUAL, id_card INTEGER, remark TEXT, born DATE
    );
    CREATE TABLE "sales order" (
        id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer(id), state TEXT, total REAL, placed DATETIME,
        ref TEXT, title TEXT, agent_mail TEXT REFERENCES agent(mail)
    );
    CREATE TABLE order_line (
        order_id INTEGER REFERENCES "Sales Order"(ID), place INTEGER, sku TEXT, qty INTEGER,
        PRIMARY KEY (order_id, place)
    );
    CREATE TABLE returned (order_id INTEGER, place INTEGER, why TEXT,
        FOREIGN KEY (order_id, place) REFERENCES order_line(order_id, place));
    CREATE TABLE message (id INTEGER PRIMARY KEY, sender INTEGER REFERENCES customer,
        reader INTEGER REFERENCES customer, subject TEXT, body TEXT);
    CREATE TABLE agent (mail TEXT PRIMARY KEY, boss TEXT REFERENCES agent(mail));
    CREATE TABLE ring_a (id INTEGER PRIMARY KEY, b INTEGER REFERENCES ring_b(id));
    CREATE TABLE ring_b (id INTEGER PRIMARY KEY, a INTEGER REFERENCES ring_a(id));
    CREATE TABLE product (sku TEXT PRIMARY KEY, name TEXT, title TEXT, "group" TEXT, made_by INTEGER, picture BLOB);
    CREATE TABLE api_credentials (id INTEGER PRIMARY KEY, label TEXT, value TEXT);
    CREATE TABLE wide ({", ".join(f"c{place} TEXT" for place in range(WIDE))});
    CREATE TABLE empty (id INTEGER PRIMARY KEY, name TEXT, what TEXT, phone TEXT);
    CREATE TABLE "schöne" (id INTEGER);
    CREATE TABLE Twice (id INTEGER, word TEXT);
    CREATE TABLE alembic_version (version_num TEXT);
    CREATE VIEW everybody AS SELECT * FROM customer;
    CREATE VIRTUAL TABLE search USING fts5(body);
    INSERT INTO ring_a VALUES (1, 1);
    INSERT INTO ring_b VALUES (1, 1);
    INSERT INTO product VALUES ('A-1', 'Lamp of brass', 'The lamp', 'light', 7, X'00');
    INSERT INTO product VALUES ('A-2', 'Rug', 'A rug', 'home', 7, NULL);
    INSERT INTO agent VALUES ('cyd@agents.example', NULL);
    INSERT INTO api_credentials VALUES (1, 'live', 'sk_live_canary0123456789');
"""
CANARIES = ("canary-ann", "canary.ann", "7654321", "Canarystreet", "Zitrone", "sk_live", "cyd@")
"""Parts of values that no draft, page or object may hold."""
ROWS = 60


def build(path, script=TRAPS):
    with closing(sqlite3.connect(path)) as database:
        database.executescript(script)
        if script is TRAPS:
            database.executemany(
                'INSERT INTO customer (contact, ref, "no", state, title, "Full Name", "e-mail verified", c7, city,'
                " spoken, phone_type, remark) VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?)",
                [_customer(place) for place in range(ROWS)],
            )
            database.executemany(
                'INSERT INTO "sales order" (customer_id, state, total, placed, ref, title) VALUES (?, ?, 5, ?, ?, ?)',
                [
                    (1, ("open", "paid")[place % 2], "2026-01-02", f"R-{place}", f"Lamp {place}")
                    for place in range(ROWS)
                ],
            )
            database.commit()
    return path


def _customer(place):
    return (
        f"canary.ann{place}@mail.example",
        f"+49 30 7654321{place:02}",
        f"C-{place}",
        ("BE", "BY")[place % 2],
        ("Ms", "Dr")[place % 2],
        "Canary Ann",
        f"Ask for Zitrone{place}, she lives in Canarystreet and knows what to do about it",
        "Canarystadt",
        f"Ann Canary-ann{place}",
        ("home", "work")[place % 2],
        f"call canary-ann{place}@mail.example",
    )


@contextmanager
def watch(_total):
    """Nobody looks."""
    yield lambda table: table


def schema(path):
    return sqlite.read(path, lambda: 0.0, 10.0, watch)


def proposed(path):
    return propose(schema(path))


def guessed(columns, rows=(), table="thing"):
    """What columns of one table seem to be: `columns` as CREATE TABLE has them, `rows` of values."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute(f'CREATE TABLE "{table}" ({columns})')
        for row in rows:
            database.execute(f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(row))})', row)
        return propose(sqlite.schema_of(database, watch)).guesses[table]
