"""SQLite as an engine: one file, one connection a statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlglot import exp

from broker.adapters.sql.engine import Footprint, Order, Running, Text
from broker.adapters.sql.sqlite.missing import missing
from broker.adapters.sql.sqlite.rehearse import rehearse
from broker.adapters.sql.sqlite.run import Run
from broker.adapters.sql.sqlite.veil import Curtains
from broker.adapters.sql.table import Table

_DIALECT: Final = "sqlite"


@dataclass(frozen=True, slots=True, kw_only=True)
class SqliteEngine:
    """See the protocol. It opens nothing until a statement runs."""

    path: Path
    curtains: Curtains = field(default_factory=Curtains, repr=False, compare=False)

    @property
    def dialect(self) -> str:
        return _DIALECT

    def render(self, tree: exp.Expr, written: str = "") -> Text:  # noqa: ARG002 - nobody has written it before
        names = {str(one.this): None for one in tree.find_all(exp.Placeholder)}
        return Text(sql=tree.sql(dialect=_DIALECT, comments=False), order=tuple(names))

    def rehearse(self, text: Text, tables: Mapping[str, Table], inner: frozenset[str]) -> Footprint | str:
        touches = rehearse(text, tables, inner)
        return touches if isinstance(touches, str) else Footprint(touches=touches, inner=inner)

    def missing(self, reads: Mapping[str, frozenset[str]], *, veiled: bool = False) -> str | None:
        return missing(self.path, reads, veiled=veiled)

    def run(self, order: Order) -> Running:
        return Run(self.path, order, self.curtains)
