"""The shop of `sql_kit` in PostgreSQL, behind the role and the views that `broker sql grants` makes."""

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from broker.adapters.sql.access.ground import Ground
from broker.adapters.sql.access.page import page
from broker.adapters.sql.access.writes import Writes
from broker.adapters.sql.source import read_tables
from tests import pg, sql_kit

ROLE = "broker_named"
SCHEMA = """
    CREATE TABLE customer (id int PRIMARY KEY, name text, email text UNIQUE, boss int, secret text);
    CREATE TABLE "order" (
        id int PRIMARY KEY, customer_id int REFERENCES customer(id), total numeric(12, 2), card text
    );
    CREATE TABLE order_line (order_id int REFERENCES "order"(id) ON DELETE CASCADE, sku text, qty int);
    CREATE TABLE product (sku text PRIMARY KEY, title text);
    CREATE TABLE staff (id int PRIMARY KEY, name text);
    CREATE TABLE api_key (name text, value text);
"""
PASSWORD = {"password": f"env:{pg.PASSWORD_ENV}"}


@dataclass(frozen=True)
class Shop:
    database: pg.Database
    source: dict
    folder: Path

    def compiled(self, sql, arguments=None, **more):
        return sql_kit.compiled(self.folder, sql, arguments, self.source, **more)

    def readable(self, sql, arguments=None, **more):
        return sql_kit.readable(self.folder, sql, self.source, arguments, **more)

    def ask(self, sql):
        return self.database.run(sql)


def script(schema=SCHEMA):
    """All that is in the database: tables, rows, and what an admin ran of the grants, for tools that write anything."""
    tables = read_tables(sql_kit.SOURCES["postgres"], Path("/"))
    every = {
        name: Writes(insert=frozenset(one.columns), update=frozenset(one.columns), delete=True)
        for name, one in tables.tables.items()
    }
    ground = Ground(source="shop", role=ROLE, tables=tables, writes=every)
    rows = sql_kit.SCHEMA.partition("INSERT INTO")
    return schema + rows[1] + rows[2] + page(ground)


@contextmanager
def shop(server, folder, schema=SCHEMA):
    """A fresh one. Tools' files lie in `folder`."""
    like = server.template(schema, script(schema))
    with pytest.MonkeyPatch.context() as patch, server.database(like=like) as database:
        patch.setenv(pg.PASSWORD_ENV, pg.PASSWORD)
        database.role(ROLE)
        source = {**sql_kit.SOURCE, "url": database.url(ROLE), **PASSWORD}
        yield Shop(database=database, source=source, folder=folder)
