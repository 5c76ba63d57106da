"""Reads the schema of an SQLite file, and of each table a sample that nobody else sees."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from broker.adapters.sql.inspect.look import CHARACTERS, ROWS, Look, look
from broker.adapters.sql.inspect.schema import Column, Family, LeftOut, Reference, Schema, Table, Watch
from broker.model.faults import Effect, ToolFault

_TABLES: Final = "SELECT name, type, ncol FROM pragma_table_list WHERE schema = 'main' ORDER BY name"
_COLUMNS: Final = "SELECT name, type, pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid"
_KEYS: Final = 'SELECT id, "table", "from", "to" FROM pragma_foreign_key_list(?) ORDER BY id, seq'
_KINDS: Final[Mapping[str, str]] = {
    "view": "a view",
    "virtual": "a virtual table",
    "shadow": "part of a virtual table",
}
_STEPS: Final = 1000  # of the engine's machine between two looks at the clock
_FAMILIES: Final = (
    # In this order: SQLite takes any word for a type, and the first that says something counts.
    (Family.BOOLEAN, ("BOOL",)),
    (Family.UUID, ("UUID", "GUID", "UNIQUEIDENTIFIER")),
    (Family.TREE, ("JSON", "XML")),
    (Family.MOMENT, ("DATE", "TIME")),
    (Family.PLACE, ("POINT", "GEOM", "GEOGRAPHY")),
    (Family.BYTES, ("BLOB", "BYTEA", "BINARY", "IMAGE")),
    (Family.TEXT, ("CHAR", "TEXT", "CLOB", "STRING")),
    (Family.NUMBER, ("INT", "REAL", "FLOA", "DOUB", "NUM", "DEC", "MONEY", "SERIAL")),
)


def read(path: Path, clock: Callable[[], float], seconds: float, watch: Watch) -> Schema:
    """`seconds`: for all of it. Blocking; raises ToolFault."""
    ends = clock() + seconds
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=1)) as database:
            database.execute("PRAGMA query_only = ON")
            database.execute("PRAGMA trusted_schema = OFF")  # a schema is somebody's text, and may call functions
            database.text_factory = _text
            database.set_progress_handler(lambda: clock() > ends, _STEPS)
            return schema_of(database, watch)
    except sqlite3.Error as error:
        raise ToolFault(f"`{path}` cannot be read: {error}", effect=Effect.NONE, is_unreachable=True) from error


def _text(raw: bytes) -> str:
    """SQLite keeps whatever bytes it was given as text."""
    return raw.decode("utf-8", errors="replace")


def schema_of(database: sqlite3.Connection, watch: Watch) -> Schema:
    """Of an open database. Raises sqlite3.Error."""
    kept: list[str] = []
    left_out: list[LeftOut] = []
    for name, kind, width in database.execute(_TABLES).fetchall():
        if name.lower().startswith("sqlite_"):
            continue
        if kind == "table" and width:
            kept.append(name)
        else:
            left_out.append(LeftOut(name=name, why=_KINDS.get(kind, "no columns")))
    with watch(len(kept)) as step:
        tables = tuple(step(_table(database, name)) for name in kept)
    return Schema(tables=tables, left_out=tuple(left_out))


def _table(database: sqlite3.Connection, name: str) -> Table:
    listed = [row for row in database.execute(_COLUMNS, (name,)).fetchall() if row[3] != 1]  # 1: hidden
    looks, unread = _looks(database, name, [column for column, *_ in listed])
    columns = tuple(
        Column(name=column, family=_family(declared, found), look=found)
        for (column, declared, _, _), found in zip(listed, looks, strict=True)
    )
    return Table(
        name=name,
        columns=columns,
        primary=tuple(column for _, column in sorted((place, column) for column, _, place, _ in listed if place)),
        references=tuple(_references(database, name)),
        unread=unread,
    )


def _looks(database: sqlite3.Connection, table: str, columns: list[str]) -> tuple[list[Look], str]:
    shown = ", ".join(map(_cut, columns))
    try:
        rows = database.execute(f"SELECT {shown} FROM {_quoted(table)} LIMIT {ROWS}").fetchall()  # noqa: S608 - quoted
    except sqlite3.Error as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            raise
        return [Look() for _ in columns], "its rows cannot be read"
    return [look(row[place] for row in rows) for place in range(len(columns))], ""


def _cut(column: str) -> str:
    """Numbers stay numbers; of a long text the beginning will do, and of bytes that they are there."""
    name = _quoted(column)
    return f"CASE typeof({name}) WHEN 'text' THEN substr({name}, 1, {CHARACTERS}) WHEN 'blob' THEN X'' ELSE {name} END"


def _references(database: sqlite3.Connection, table: str) -> Iterator[Reference]:
    keys: dict[int, list[tuple[str, str, str | None]]] = {}
    for key, to_table, column, to_column in database.execute(_KEYS, (table,)).fetchall():
        keys.setdefault(key, []).append((to_table, column, to_column))
    for parts in keys.values():
        to_table = parts[0][0]
        # Without a column it is the other's primary key that is meant.
        target = [to_column for _, _, to_column in parts if to_column is not None] or _primary(database, to_table)
        if len(target) == len(parts):
            yield Reference(columns=tuple(column for _, column, _ in parts), table=to_table, target=tuple(target))


def _primary(database: sqlite3.Connection, table: str) -> list[str]:
    found = [(place, column) for column, _, place, _ in database.execute(_COLUMNS, (table,)).fetchall() if place]
    return [column for _, column in sorted(found)]


def _family(declared: str, found: Look) -> Family:
    said = declared.upper()
    for family, signs in _FAMILIES:
        if any(sign in said for sign in signs):
            return family
    return Family.NUMBER if found.filled and not found.texts else Family.OTHER


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
