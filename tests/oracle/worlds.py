"""Worlds: what one call may see of the shop, and two databases that differ in nothing but what it may not.

Under a pseudonym the second database holds the stand-in itself, which a pseudonym leaves as it is. So both show the
same text, on any engine, and answers are compared as they are.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from broker.actions.shapes import pseudonym, stand_in_key
from broker.adapters.sql.reaching import Selection, inside
from broker.adapters.sql.source import read_tables
from broker.model.scope import Condition, Rows, RowsAny, RowsSubject, RowsWhere
from tests.kit import leaf
from tests.oracle.shop import CLASSES, COLUMNS, OWNER_KEY, SUBJECT, TYPES, fill

TASK_KEY = b"oracle" * 6
MASK_KEY = stand_in_key(TASK_KEY)
MAX_ROWS = 500
SOURCE = {
    "url": "sqlite:///shop.db",
    "tables": {table: {column: leaf(kind) for column, kind in kinds.items()} for table, kinds in CLASSES.items()},
    "subject": SUBJECT,
    "owner_key": OWNER_KEY,
}

TEXTS = ("", "77", "zz top", "Ann", "9e9", "a@b.example", '{"a": 1}', "NULL", "it's", "\\x00", "[phone]", "1980-02-29")
STARTS = ("9Z8Y", "0000000", "77 77-7", "abcdefghij", "----1111", "+1 (650) ")
SHORT = ("", "7", "abc", "1-2-3", "x@y", "****")
LOCALS = ("", "77", "zed.longer.than.before", "a", "%", "sk_live_AAA")
NOT_ADDRESSES = ("", "@", "a b@c", "77", "x@y@z", "ann at ex.example")
DATES = ("1900-01-01", "1980-03-01", "2026-01-02", "1955-05-05")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    name: str
    exposure: Mapping[str, str]  # class -> action
    where: Mapping[str, str]  # table -> condition on its rows
    rows: Rows  # the same, as a scope says it
    tables: tuple[str, ...]  # of the tool
    ways: tuple[str, ...] = ()  # tables that only a row filter goes through
    parameters: Mapping[str, object]

    def seen(self, rows):
        """Table -> those of its rows that may be seen."""
        with closing(sqlite3.connect(":memory:")) as database:
            fill(database, rows)
            found = {table: set() for table in COLUMNS}
            for table in (*self.tables, *self.ways):
                query = f"SELECT * FROM {table} WHERE {self.where.get(table, 'true')}"
                found[table] = set(database.execute(query))
            return found

    def action(self, table, column):
        kind = CLASSES.get(table, {}).get(column)
        if kind is None or table not in (*self.tables, *self.ways):
            return "drop"
        return "show" if kind == "public" else self.exposure[kind]

    def shown(self, table):
        """Column -> type as a query finds it."""
        masked = {"show": lambda column: TYPES.get(column, "text")}
        return {
            column: masked.get(self.action(table, column), lambda _: "text")(column)
            for column in CLASSES[table]
            if self.action(table, column) != "drop"
        }

    def reach(self, **weaker):
        """As the broker makes it of a source, a grant and an exposure. `weaker`: for a guard that is to leak."""
        tables = read_tables(SOURCE, Path("/"))
        selection = Selection(tables=tables, listed=self.tables, max_rows=MAX_ROWS)
        admitted = selection.admit(self.rows)
        actions = tuple((kind, inside({**self.exposure, "public": "show"}[kind])) for kind in selection.kinds())
        return replace(selection.reach(admitted, actions), **weaker)


SUPPORT = {
    "person": "pseudonym",
    "email": "domain",
    "national-id": "last4",
    "phone": "redact",
    "free-text": "hide",
    "card": "drop",
    "money": "show",
    "birth": "hide",
}
BILLING = {
    "person": "show",
    "email": "handle",
    "national-id": "pseudonym",
    "phone": "last4",
    "free-text": "redact",
    "card": "last4",
    "money": "redact",
    "birth": "redact",
}
AUDIT = {
    "person": "redact",
    "email": "redact",
    "national-id": "hide",
    "phone": "pseudonym",
    "free-text": "pseudonym",
    "card": "pseudonym",
    "money": "hide",
    "birth": "drop",
}
OWN = {
    "customer": "id = 1",
    "orders": "customer_id = 1",
    "order_line": "order_id IN (SELECT id FROM orders WHERE customer_id = 1)",
    "ticket": "customer_id = 1",
}
SUBJECT_ROWS = RowsSubject("customer")
SAID = {"customer": "tenant = 1", "orders": "customer_id = 1", "order_line": "sku = 'tea'", "ticket": "customer_id = 1"}
SAID_ROWS = RowsWhere(
    (
        ("customer", (Condition("tenant", "tenant", None),)),
        ("orders", (Condition("customer_id", "customer", None),)),
        ("order_line", (Condition("sku", None, "tea"),)),
        ("ticket", (Condition("customer_id", "customer", None),)),
    )
)
ALL = tuple(CLASSES)
WORLDS = (
    World(name="own", exposure=SUPPORT, where=OWN, rows=SUBJECT_ROWS, tables=ALL, parameters={"_row_subject": 1}),
    World(name="every", exposure=BILLING, where={}, rows=RowsAny("a report"), tables=ALL, parameters={}),
    World(
        name="said",
        exposure=AUDIT,
        where=SAID,
        rows=SAID_ROWS,
        tables=ALL,
        parameters={"_row_0": 1, "_row_1": 1, "_row_2": "tea", "_row_3": 1},
    ),
    World(
        name="way",
        exposure=BILLING,
        where=OWN,
        rows=SUBJECT_ROWS,
        tables=("customer", "order_line", "product"),
        ways=("orders",),
        parameters={"_row_subject": 1},
    ),
)
"""`own`: the rows of one customer; `every`: every row; `said`: rows by conditions; `way`: a filter through `orders`,
which the tool does not list."""


def second(world, rows):
    """The other database, from the rows of the first."""
    seen = world.seen(rows)
    return {
        table: [
            *(_changed(world, table, row, n) for n, row in enumerate(those) if row in seen[table]),
            *_strangers(table, [row for row in those if row not in seen[table]]),
        ]
        for table, those in rows.items()
    }


def _changed(world, table, row, n):
    """A row that may be seen, with the same to be seen of it."""
    return tuple(
        hidden(world.action(table, column), CLASSES.get(table, {}).get(column), column, value, n + at)
        for at, (column, value) in enumerate(zip(COLUMNS[table], row, strict=True))
    )


def hidden(action, kind, column, value, n):
    """Another value that `action` shows in the same way."""
    if action == "show" or (isinstance(value, bytes) and action in {"pseudonym", "handle", "last4", "domain"}):
        return value
    if action == "drop":
        return None if n % 4 == 1 else _other(column, value, n)
    if value is None:
        return None
    match action:
        case "pseudonym" | "handle":
            return pseudonym(kind, value, MASK_KEY)
        case "last4":
            plain = "".join(char for char in str(value) if char.isascii() and char.isalnum())
            short = len(plain) < 8 and not str(value).startswith("****")
            return SHORT[n % len(SHORT)] if short else STARTS[n % len(STARTS)] + plain[-4:]
        case "domain":
            local, at, domain = str(value).strip().partition("@")
            fits = at and "@" not in domain and not any(char.isspace() for char in local + domain)
            return f"{LOCALS[n % len(LOCALS)]}@{domain.title()}" if fits else NOT_ADDRESSES[n % len(NOT_ADDRESSES)]
        case _:
            return _other(column, value, n)


def _other(column, value, n):
    match TYPES.get(column, "text"):
        case "int":
            return n * 7 + 1000
        case "num":
            return n * 31.5 - 7
        case "date":
            return DATES[n % len(DATES)] if DATES[n % len(DATES)] != value else "1911-11-11"
        case _:
            return TEXTS[n % len(TEXTS)] if TEXTS[n % len(TEXTS)] != value else "other"


def _strangers(table, unseen):
    """Other rows that may not be seen, in another number. What decides that they may not stays."""
    kept = {"customer_id", "tenant"}
    for n, row in enumerate([*unseen, *unseen[:2]]):
        if n % 3 == 1:
            continue
        facts = dict(zip(COLUMNS[table], row, strict=True))
        changed = {column: _other(column, value, n) for column, value in facts.items() if column not in kept}
        key = {name: 200 + n for name in ("id", "order_id") if name in facts}
        yield tuple({**facts, **changed, **key, **({"sku": "cup"} if table == "order_line" else {})}.values())
