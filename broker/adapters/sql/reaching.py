"""What a guarded SELECT may read: under one row filter and one exposure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from broker.adapters.sql.filters import Filters, filters
from broker.adapters.sql.select.reach import ACTIONS, Reach, Shown, View
from broker.adapters.sql.source import Tables, is_private
from broker.model.label import PUBLIC
from broker.model.scope import Rows

Actions = tuple[tuple[str, str], ...]
"""What becomes of each class inside a query, in the order of the classes: a key of what was worked out under it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A row filter that any query can be held to."""

    filters: Filters
    ways: Mapping[str, View]  # the tables that it goes through and no query may name


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Some tables of a source, to be read by queries that nobody has seen yet."""

    tables: Tables
    listed: tuple[str, ...]
    max_rows: int

    def kinds(self) -> tuple[str, ...]:
        """The classes that a query can meet."""
        leaves = (leaf for table in self.listed for leaf in self.tables.tables[table].columns.values())
        return tuple(sorted({leaf.kind for leaf in leaves}))

    def owned(self) -> frozenset[str]:
        return frozenset(table for table in self.listed if self.tables.owned(table))

    def reads(self) -> Mapping[str, frozenset[str]]:
        """table -> columns: all that any query can read."""
        return {table: frozenset(self.tables.tables[table].columns) for table in self.listed}

    def admit(self, rows: Rows | None) -> Admitted | str:
        """Or why no query can be held to these rows, in one sentence."""
        found = filters(rows, self.tables, self.reads())
        if isinstance(found, str):
            return found
        for table, column in sorted(found.columns):
            leaf = self.tables.leaf(table, column)
            if is_private(leaf):
                # The engine's own views mask it, and what is masked is equal to nobody's parameter.
                return f"`{table}.{column}` decides whose a row is and is `{leaf.kind}`: inside a query it is masked"
        ways = self._ways(found)
        on_them = filters(rows, self.tables, ways)
        if isinstance(on_them, str):
            return on_them
        return Admitted(filters=found, ways={table: _way(columns, on_them, table) for table, columns in ways.items()})

    def _ways(self, found: Filters) -> Mapping[str, frozenset[str]]:
        read = {(one.table, one.name) for where in found.by_table.values() for one in where.find_all(exp.Column)}
        tables = {table for table, _ in read} - set(self.listed)
        return {table: frozenset(name for home, name in read if home == table) for table in tables}

    def reach(self, admitted: Admitted, actions: Actions) -> Reach:
        by_kind = dict(actions)
        views = {table: self._view(table, admitted.filters, by_kind) for table in self.listed}
        return Reach(
            views={table: view for table, view in views.items() if view.columns},
            ways=admitted.ways,
            max_rows=self.max_rows,
        )

    def _view(self, table: str, found: Filters, by_kind: Mapping[str, str]) -> View:
        columns = {
            name: Shown(by_kind[leaf.kind], leaf.kind)
            for name, leaf in self.tables.tables[table].columns.items()
            if by_kind[leaf.kind] != "drop"
        }
        return View(columns=columns, spelled=self.tables.tables[table].spelled, where=found.by_table.get(table))


def _way(columns: frozenset[str], found: Filters, table: str) -> View:
    # They are public: what decides whose a row is, and is not, does not load.
    return View(columns={one: Shown("show", PUBLIC) for one in sorted(columns)}, where=found.by_table.get(table))


def inside(action: str) -> str:
    """What an action becomes inside a query. A handle would stand for one row's value: a stand-in can be joined on."""
    match action:
        case "handle":
            return "pseudonym"
        case "drop":
            return action
        case _:
            return action if action in ACTIONS else "redact"
