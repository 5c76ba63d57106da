"""The shop of the oracle: its schema, what each column is, and the rows of the first of two databases.

The rows are chosen to be awkward: NULLs, empty texts, values that differ only in case or spelling, values that look
like numbers, dates or stand-ins, and a total of 77 that belongs to somebody else and makes `1 / (total - 77)` fail.
"""

import json
from pathlib import Path

ROWS = Path(__file__).parent / "rows.json"

SCHEMA = """
    CREATE TABLE customer (id INTEGER PRIMARY KEY, tenant INTEGER, owner TEXT, name TEXT, email TEXT,
        national_id {any}, phone TEXT, notes TEXT, card TEXT, balance DOUBLE PRECISION, born DATE, internal TEXT);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, total DOUBLE PRECISION, status TEXT, placed TEXT,
        note TEXT, margin DOUBLE PRECISION);
    CREATE TABLE order_line (order_id INTEGER, sku TEXT, qty INTEGER, price DOUBLE PRECISION, cost DOUBLE PRECISION);
    CREATE TABLE product (sku TEXT PRIMARY KEY, title TEXT, price DOUBLE PRECISION, supplier TEXT);
    CREATE TABLE ticket (id INTEGER PRIMARY KEY, customer_id INTEGER, subject TEXT, body TEXT, meta TEXT);
    CREATE TABLE secrets (id INTEGER PRIMARY KEY, api_key TEXT);
    CREATE INDEX customer_by_id_card ON customer (national_id);
    CREATE INDEX customer_by_email ON customer (email);
    CREATE INDEX customer_by_name ON customer (name, id);
    CREATE INDEX orders_by_total ON orders (total);
    CREATE INDEX orders_by_customer ON orders (customer_id);
    CREATE INDEX line_by_order ON order_line (order_id);
"""
"""`any`: SQLite's column without a type, which keeps a number a number."""

COLUMNS = {
    "customer": (
        *("id", "tenant", "owner", "name", "email", "national_id", "phone"),
        *("notes", "card", "balance", "born", "internal"),
    ),
    "orders": ("id", "customer_id", "total", "status", "placed", "note", "margin"),
    "order_line": ("order_id", "sku", "qty", "price", "cost"),
    "product": ("sku", "title", "price", "supplier"),
    "ticket": ("id", "customer_id", "subject", "body", "meta"),
    "secrets": ("id", "api_key"),
}
CLASSES = {
    "customer": {
        "id": "public",
        "tenant": "public",
        "owner": "public",
        "name": "person",
        "email": "email",
        "national_id": "national-id",
        "phone": "phone",
        "notes": "free-text",
        "card": "card",
        "balance": "money",
        "born": "birth",
    },
    "orders": {
        **dict.fromkeys(("id", "customer_id", "total", "status", "placed"), "public"),
        "note": "free-text",
    },
    "order_line": dict.fromkeys(("order_id", "sku", "qty", "price"), "public"),
    "product": dict.fromkeys(("sku", "title", "price"), "public"),
    "ticket": {**dict.fromkeys(("id", "customer_id", "subject", "meta"), "public"), "body": "free-text"},
}
"""What is listed. A column or table that is not in it does not exist for an agent."""

TYPES = {
    **dict.fromkeys(("id", "tenant", "customer_id", "order_id", "qty"), "int"),
    **dict.fromkeys(("balance", "total", "margin", "price", "cost"), "num"),
    "born": "date",
}
"""Of a column by its name; the rest are texts."""

SUBJECT = "customer.id"
OWNER_KEY = {"orders": "customer_id", "ticket": "customer_id", "order_line": "order_id -> orders.id"}


def first(engine):
    """Table -> rows of the first database. SQLite keeps a number and a blob where PostgreSQL keeps texts."""
    rows = {table: [tuple(row) for row in those] for table, those in json.loads(ROWS.read_text("utf-8")).items()}
    if engine == "sqlite":
        at = COLUMNS["customer"].index("national_id")
        odd = {"111223333": 111223333, "a1b2c3d4e5": b"\x00\xff"}
        rows["customer"] = [(*row[:at], odd.get(row[at], row[at]), *row[at + 1 :]) for row in rows["customer"]]
    return rows


def fill(database, rows):
    """Any SQLite database that is empty."""
    database.executescript(SCHEMA.format(any=""))
    for table, those in rows.items():
        marks = ", ".join("?" * len(COLUMNS[table]))
        database.executemany(f"INSERT INTO {table} VALUES ({marks})", those)
    database.commit()
