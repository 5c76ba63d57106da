"""What a source's views stand on, and what they and their schemas are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from broker.adapters.sql.access.writes import Writes
from broker.adapters.sql.source import Tables

PUBLIC_SCHEMA: Final = "public"


class Step(NamedTuple):
    sql: str  # one statement, without its semicolon
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """`role`: the user of the source's URL. It and `base`, the schema of the tables, are names that can be listed."""

    source: str
    role: str
    tables: Tables
    writes: Mapping[str, Writes]  # table -> what tools write of it
    base: str = PUBLIC_SCHEMA

    @property
    def masked(self) -> str:
        """The schema of what agents' own SQL reads. `session.schema` knows all three."""
        return self.role

    @property
    def whole(self) -> str:
        """The schema of the same for a task that is about everybody."""
        return f"{self.role}_all"

    @property
    def raw(self) -> str:
        """The schema of what named queries read and write."""
        return f"{self.role}_raw"

    def place(self, table: str) -> str:
        """Where a table lies. `table`: folded."""
        return f"{quoted(self.base)}.{quoted(self.tables.tables[table].name)}"

    def at(self, alias: str, table: str, column: str) -> str:
        return f"{alias}.{quoted(self.tables.tables[table].spelled[column])}"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(said: str) -> str:
    return "'" + said.replace("'", "''") + "'"
