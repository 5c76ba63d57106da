"""The tables of a source: which columns exist for us, what each is, and how a table leads to the subject."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from broker.adapters.sql.engine import Engine
from broker.adapters.sql.engines import engine
from broker.adapters.sql.table import Table
from broker.model.label import PUBLIC, Json, Leaf
from broker.model.tool import Misfit

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_ -]{0,62}")  # SQLite folds the case of ASCII alone
_KEY: Final = re.compile(r"\s*([^\s>.][^>.]*?)\s*(?:->\s*([^.>]+?)\.([^.>]+?)\s*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerKey:
    """`column` is the subject itself, or equals `to` = (table, column) of a table nearer to it."""

    column: str
    to: tuple[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Every name in it is folded: SQL does not tell `Order` from `order`."""

    engine: Engine
    url: str = field(repr=False)
    tables: Mapping[str, Table]
    subject: tuple[str, str] | None
    keys: Mapping[str, OwnerKey]

    def owned(self, table: str) -> bool:
        return table in self.keys or (self.subject is not None and table == self.subject[0])

    def deciding(self, table: str) -> frozenset[tuple[str, str]]:
        """The columns by which a row of it belongs to a subject: its own, and those on the way."""
        if self.subject is not None and table == self.subject[0]:
            return frozenset({self.subject})
        key = self.keys.get(table)
        if key is None:
            return frozenset()
        beyond = frozenset() if key.to is None else self.deciding(key.to[0]) | {key.to}
        return beyond | {(table, key.column)}

    def on_the_way(self) -> frozenset[tuple[str, str]]:
        """Every column by which a row of any table belongs to a subject."""
        return frozenset[tuple[str, str]]().union(*(self.deciding(table) for table in self.keys))

    def leaf(self, table: str, column: str) -> Leaf:
        """What a column is; a column that names the subject says so."""
        leaf = self.tables[table].columns[column]
        return Leaf(
            kind=leaf.kind,
            writer=leaf.writer,
            confirms=leaf.confirms,
            subject=leaf.subject or self._names_subject(table, column),
        )

    def _names_subject(self, table: str, column: str) -> bool:
        if (table, column) == self.subject:
            return True
        key = self.keys.get(table)
        return key is not None and key.column == column and (key.to is None or key.to == self.subject)


def read_tables(source: Mapping[str, Json], root: Path) -> Tables | tuple[Misfit, ...]:
    """The source's own keys, checked against each other. `root`: where a relative database path starts."""
    wrong: list[Misfit] = []
    found = engine(source, root)
    if isinstance(found, Misfit):
        wrong.append(found)
    tables = {name.lower(): _table(name, columns) for name, columns in source["tables"].items()}
    wrong += _bad_names(source["tables"])
    subject = _subject(source.get("subject"), tables)
    if isinstance(subject, Misfit):
        wrong.append(subject)
    keys: dict[str, OwnerKey] = {}
    for table, text in (source.get("owner_key") or {}).items():
        key = _owner_key(table, text, tables)
        if isinstance(key, Misfit):
            wrong.append(key)
        else:
            keys[table.lower()] = key
    if isinstance(found, Misfit) or isinstance(subject, Misfit) or wrong:
        return tuple(wrong)
    listed = Tables(engine=found, url=str(source["url"]), tables=tables, subject=subject, keys=keys)
    return listed if not (lost := _lost(listed)) else lost


def is_name(text: str) -> bool:
    """Of a table or a column that can be listed."""
    return _NAME.fullmatch(text) is not None and not text.lower().startswith("sqlite_")


def _table(name: str, columns: Mapping[str, Leaf]) -> Table:
    return Table(
        name=name,
        columns={column.lower(): leaf for column, leaf in columns.items()},
        spelled={column.lower(): column for column in columns},
    )


def _bad_names(tables: Mapping[str, Mapping[str, Leaf]]) -> list[Misfit]:
    wrong: list[Misfit] = []
    paths: list[tuple[str, ...]] = [("tables", table) for table in tables]
    paths += [("tables", table, column) for table, columns in tables.items() for column in columns]
    met: set[tuple[str, ...]] = set()
    for path in paths:
        folded = tuple(part.lower() for part in path)
        if not is_name(path[-1]):
            wrong.append(Misfit(path=path, expected="a name of ASCII letters, digits, `_`, `-`, space", of_source=True))
        elif folded in met:
            expected = "a name that differs from the others by more than upper and lower case"
            wrong.append(Misfit(path=path, expected=expected, of_source=True))
        met.add(folded)
    return wrong


def _subject(said: str | None, tables: Mapping[str, Table]) -> tuple[str, str] | Misfit | None:
    if said is None:
        return None
    table, _, column = said.lower().partition(".")
    if table not in tables or column not in tables[table].columns:
        mend = "write `table.column` of a column listed in `tables`"
        return Misfit(path=("subject",), expected=f"`{said}` is not a listed column", mend=mend, of_source=True)
    return table, column


def _owner_key(table: str, text: str, tables: Mapping[str, Table]) -> OwnerKey | Misfit:
    path = ("owner_key", table)
    if table.lower() not in tables:
        return Misfit(path=path, expected="a table listed in `tables`", of_source=True)
    found = _KEY.fullmatch(text.lower())
    if found is None:
        return Misfit(path=path, expected="`column`, or `column -> table.column`", of_source=True)
    column, to_table, to_column = found[1], found[2], found[3]
    if column not in tables[table.lower()].columns:
        return Misfit(path=path, expected=f"`{column}` is not a listed column of `{table}`", of_source=True)
    if to_table is None:
        return OwnerKey(column=column, to=None)
    if to_table not in tables or to_column not in tables[to_table].columns:
        return Misfit(path=path, expected=f"`{to_table}.{to_column}` is not a listed column", of_source=True)
    return OwnerKey(column=column, to=(to_table, to_column))


def _lost(found: Tables) -> tuple[Misfit, ...]:
    """Owner keys that lead nowhere: no subject, a circle, or a table without a key of its own."""
    if found.keys and found.subject is None:
        mend = "write `subject: table.column`"
        return (Misfit(path=("owner_key",), expected="a `subject` that the keys lead to", mend=mend, of_source=True),)
    wrong: list[Misfit] = []
    for table in found.keys:
        at, met = table, {table}
        while (key := found.keys.get(at)) is not None and key.to is not None:
            at = key.to[0]
            if at in met or not found.owned(at):
                expected = f"a chain that ends at the subject; this one stops at `{at}`"
                wrong.append(Misfit(path=("owner_key", table), expected=expected, of_source=True))
                break
            if found.subject is not None and at == found.subject[0]:
                break
            met.add(at)
    return tuple(wrong)


def is_private(leaf: Leaf) -> bool:
    return leaf.kind != PUBLIC
