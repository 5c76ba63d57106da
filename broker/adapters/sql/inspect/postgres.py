"""Reads the schema of a PostgreSQL database, and of each table a sample that nobody else sees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any, Final, TypeVar

import psycopg
from psycopg.sql import SQL, Composable, Identifier, Literal

from broker.adapters.sql.inspect.look import CHARACTERS, ROWS, Look, look
from broker.adapters.sql.inspect.schema import Column, Family, LeftOut, Reference, Schema, Table, Watch
from broker.adapters.sql.inspect.where import Where
from broker.adapters.sql.postgres.address import Address
from broker.model.faults import Effect, ToolFault

T = TypeVar("T")

_CONNECT: Final = 10  # seconds
_SESSION: Final = (
    "SET default_transaction_read_only = on",
    "SET statement_timeout = '5s'",
    "SET lock_timeout = '1s'",
    "SET datestyle = 'ISO'",
    "SET intervalstyle = 'iso_8601'",
)
# Partitions are seen in their parent.
_TABLES: Final = """
    SELECT c.oid, n.nspname, c.relname, c.relkind::text,
        EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND c.relpersistence <> 't'
        AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT LIKE 'broker\\_%' AND n.nspname <> 'information_schema'
    ORDER BY c.relname, n.nspname"""
_COLUMNS: Final = """
    SELECT a.attrelid, a.attnum, a.attname, b.typname, b.typcategory::text
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        JOIN pg_type b ON b.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END
    WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid = ANY(%s)
    ORDER BY a.attrelid, a.attnum"""
_KEYS: Final = """
    SELECT conrelid, contype::text, conkey, confrelid, confkey FROM pg_constraint
    WHERE contype IN ('p', 'f') AND conrelid = ANY(%s) AND conparentid = 0
    ORDER BY conrelid, oid"""
_KINDS: Final[Mapping[str, str]] = {"v": "a view", "m": "a materialized view", "f": "a foreign table"}
_BY_TYPE: Final[Mapping[str, Family]] = {
    "uuid": Family.UUID,
    "bytea": Family.BYTES,
    **dict.fromkeys(("json", "jsonb", "xml", "hstore", "tsvector"), Family.TREE),
    **dict.fromkeys(("macaddr", "macaddr8"), Family.HARDWARE),
    **dict.fromkeys(("geometry", "geography"), Family.PLACE),
}
_BY_CATEGORY: Final[Mapping[str, Family]] = {
    "B": Family.BOOLEAN,
    "N": Family.NUMBER,
    "T": Family.NUMBER,  # how long something took
    "D": Family.MOMENT,
    "S": Family.TEXT,
    "I": Family.NETWORK,
    "G": Family.PLACE,
    "A": Family.TREE,
    "C": Family.TREE,
}


def read(where: Where, clock: Callable[[], float], seconds: float, watch: Watch) -> Schema:
    """`seconds`: for all of it; then names and types must do. Blocking; raises ToolFault."""
    ends = clock() + seconds
    try:
        with closing(_connected(where.address, where.password)) as database:
            return _Reading(database, where.schema, lambda: clock() > ends).schema(watch)
    except psycopg.Error as error:
        said = str(error).strip().partition("\n")[0]
        raise ToolFault(f"the database says: {said}", effect=Effect.NONE, is_unreachable=True) from error


def _connected(where: Address, password: str | None) -> psycopg.Connection[tuple[Any, ...]]:
    database = psycopg.connect(
        host=where.host,
        port=where.port,
        user=where.user,
        dbname=where.database,
        password=password,
        sslmode=where.sslmode,
        sslrootcert=where.sslrootcert or None,
        connect_timeout=_CONNECT,
        application_name="broker sql inspect",
        autocommit=True,
    )
    for setting in _SESSION:
        database.execute(setting)
    return database


class _Reading:
    def __init__(self, database: psycopg.Connection[tuple[Any, ...]], base: str, is_late: Callable[[], bool]) -> None:
        self._database, self._base, self._is_late = database, base, is_late

    def schema(self, watch: Watch) -> Schema:
        kept: list[tuple[int, str]] = []
        left_out: list[LeftOut] = []
        elsewhere: Counter[str] = Counter()
        for oid, home, name, kind, is_extension in self._database.execute(_TABLES).fetchall():
            why = "of an extension" if is_extension else _KINDS.get(kind)
            if home != self._base:
                elsewhere[home] += 1
            elif why is None:
                kept.append((oid, name))
            else:
                left_out.append(LeftOut(name=name, why=why))
        left_out += [LeftOut(name=home, why=f"another schema, {count} in it") for home, count in elsewhere.items()]
        oids = [oid for oid, _ in kept]
        columns = _grouped(self._database.execute(_COLUMNS, (oids,)).fetchall())
        keys = _grouped(self._database.execute(_KEYS, (oids,)).fetchall())
        numbered = {oid: {number: name for number, name, _, _ in rows} for oid, rows in columns.items()}
        names = dict(kept)
        left_out += [LeftOut(name=name, why="no columns") for oid, name in kept if oid not in columns]
        tables: list[Table] = []
        with watch(len(columns)) as step:
            for oid, name in kept:
                if oid in columns:
                    primary, references = _keyed(oid, keys.get(oid, []), numbered, names)
                    tables.append(step(self._table(name, columns[oid], primary, references)))
        return Schema(tables=tuple(tables), left_out=tuple(left_out))

    def _table(
        self,
        name: str,
        listed: Sequence[tuple[Any, ...]],
        primary: tuple[str, ...],
        references: tuple[Reference, ...],
    ) -> Table:
        families = [(column, kind, _family(kind, category)) for _, column, kind, category in listed]
        looks, unread = self._looks(name, families)
        return Table(
            name=name,
            columns=tuple(
                Column(name=column, family=family, look=found)
                for (column, _, family), found in zip(families, looks, strict=True)
            ),
            primary=primary,
            references=references,
            unread=unread,
        )

    def _looks(self, name: str, columns: Sequence[tuple[str, str, Family]]) -> tuple[list[Look], str]:
        none = [Look() for _ in columns]
        if self._is_late():
            return none, "no time was left to look at its rows"
        shown = SQL(", ").join(_cut(column, kind, family) for column, kind, family in columns)
        query = SQL("SELECT {} FROM {} LIMIT {}").format(shown, Identifier(self._base, name), Literal(ROWS))
        try:
            rows = self._database.execute(query).fetchall()
        except psycopg.OperationalError:
            if self._database.closed:
                raise
            return none, "its rows take too long to read"
        except psycopg.Error:
            return none, "its rows may not be read"
        return [
            look(map(_number if family is Family.NUMBER else _same, (row[place] for row in rows)))
            for place, (_, _, family) in enumerate(columns)
        ], ""


def _keyed(
    oid: int, rows: Sequence[tuple[Any, ...]], numbered: Mapping[int, Mapping[int, str]], names: Mapping[int, str]
) -> tuple[tuple[str, ...], tuple[Reference, ...]]:
    primary: tuple[str, ...] = ()
    references: list[Reference] = []
    for kind, own, other, target in rows:
        columns = tuple(numbered[oid][number] for number in own)
        if kind == "p":
            primary = columns
        elif other in names:
            there = tuple(numbered[other][number] for number in target)
            references.append(Reference(columns=columns, table=names[other], target=there))
    return primary, tuple(references)


def _cut(column: str, kind: str, family: Family) -> Composable:
    """Of a long text the beginning will do, and of bytes that they are there."""
    name = Identifier(column)
    if family is Family.BYTES:
        return SQL("CASE WHEN {} IS NOT NULL THEN ''::bytea END").format(name)
    text = SQL("{}::numeric::text" if kind == "money" else "{}::text").format(name)
    return SQL("pg_catalog.left({}, {})").format(text, Literal(CHARACTERS))


def _family(kind: str, category: str) -> Family:
    return _BY_TYPE.get(kind) or _BY_CATEGORY.get(category, Family.OTHER)


def _number(value: str | None) -> object:
    """A number is none of the texts, `NaN` and `PT1H` neither; which one it is counts for whole ones alone."""
    if value is None:
        return None
    return int(value) if value.lstrip("-").isdecimal() else 0.5


def _same(value: T) -> T:
    return value


def _grouped(rows: Sequence[tuple[Any, ...]]) -> dict[int, list[tuple[Any, ...]]]:
    """By the table, which comes first."""
    found: dict[int, list[tuple[Any, ...]]] = {}
    for oid, *rest in rows:
        found.setdefault(oid, []).append(tuple(rest))
    return found
