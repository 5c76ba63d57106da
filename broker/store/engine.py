"""The one place that picks an SQLite and opens it so that what is committed stays."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Engine, Pool, QueuePool, create_engine, event, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from broker.model.faults import StoreFault
from broker.store.tables import METADATA, SCHEMA

try:
    from pysqlite3 import dbapi2 as newer
except ImportError:  # no wheel for this system: the interpreter's own will do, with a rollback journal
    newer = None

DBAPI: ModuleType = sqlite3 if newer is None else newer

# SQLite 3.7.0 to 3.51.2 can lose committed writes in WAL mode with two connections ("WAL-reset", sqlite.org/wal.html).
SAFE_WAL = (3, 51, 3)


def journal_mode(version: tuple[int, ...] = DBAPI.sqlite_version_info) -> str:
    return "wal" if version >= SAFE_WAL else "delete"


def prepare(path: Path) -> tuple[int, int]:
    """Make the file (0600) and its folder where they are missing; device and inode of the file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        return identity(path)
    except OSError as error:
        raise StoreFault(f"the database `{path}` cannot be opened: {_said(error)}") from None


def identity(path: Path) -> tuple[int, int]:
    """Device and inode. Raises StoreFault where the file is gone."""
    try:
        found = path.stat()
    except OSError:
        raise StoreFault(f"the database `{path}` is gone") from None
    return found.st_dev, found.st_ino


def connect(where: str, *, busy: float, writes: bool, pool: type[Pool] = QueuePool, size: int = 1) -> Engine:
    """An engine over a file or `:memory:`. `busy`: seconds to wait for another process's lock."""
    sized: dict[str, Any] = {"pool_size": size, "max_overflow": 0} if pool is QueuePool else {}
    engine = create_engine(
        f"sqlite:///{where}",
        module=DBAPI,
        poolclass=pool,
        hide_parameters=True,  # a value in an exception's text would end up in a log line
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": busy},
        **sized,
    )
    mode = "memory" if where == ":memory:" else journal_mode()

    @event.listens_for(engine, "connect")
    def _pragmas(raw: Any, _: object) -> None:
        cursor = raw.cursor()
        if (found := cursor.execute(f"PRAGMA journal_mode={mode}").fetchone()[0]) != mode:
            raise StoreFault(f"the database's journal is `{found}` and cannot be made `{mode}`")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.execute("PRAGMA foreign_keys=ON")
        if not writes:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # The driver begins nothing by itself; IMMEDIATE, so that what was read is still so when it is written.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def build(engine: Engine) -> None:
    """Make the tables where there are none. Raises StoreFault where the file is of another schema."""
    with faults(), engine.begin() as connection:
        found = connection.execute(text("PRAGMA user_version")).scalar_one()
        if found not in {0, SCHEMA}:
            raise StoreFault(f"the database has schema {found}, this broker reads schema {SCHEMA}")
        if found == 0:
            METADATA.create_all(connection)
            connection.execute(METADATA.tables["head"].insert(), {"id": 0, "size": 0, "frontier": b""})
            connection.execute(text(f"PRAGMA user_version = {SCHEMA}"))


@contextmanager
def faults() -> Iterator[None]:
    """What the driver raises becomes a StoreFault: no SQL, no values, no names of modules in its text."""
    try:
        yield
    except DBAPIError as error:
        raise StoreFault(meaning(str(error.orig))) from None
    except SQLAlchemyError as error:
        raise StoreFault(f"the store failed ({type(error).__name__})") from None


def meaning(said: str) -> str:
    match said:
        case "database is locked" | "database table is locked":
            return "the database is locked by another process; stop it, or wait until it is done"
        case "file is not a database" | "database disk image is malformed":
            return "the file is not a database of this broker, or it is damaged"
        case "unable to open database file":
            return "the database cannot be opened; does its folder still exist, and may this user write there?"
        case "attempt to write a readonly database":
            return "the database may only be read; may this user write it?"
        case "database or disk is full":
            return "the disk is full"
        case _:
            return f"the database failed: {said}"


def _said(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
