"""PostgreSQL as an engine: one role, whose name is also that of the views it reads; one connection a statement."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from psycopg.adapt import AdaptersMap
from sqlglot import exp

from broker.adapters.sql.engine import Footprint, Order, Running, Text
from broker.adapters.sql.parser.nodes import READS, WRITES
from broker.adapters.sql.postgres.address import Address
from broker.adapters.sql.postgres.connect import Connection, connect
from broker.adapters.sql.postgres.inside import asked
from broker.adapters.sql.postgres.missing import missing
from broker.adapters.sql.postgres.opinion import Listed, opinion
from broker.adapters.sql.postgres.run import Run
from broker.adapters.sql.postgres.session import schema
from broker.adapters.sql.postgres.values import adapters
from broker.adapters.sql.table import Table

_DIALECT: Final = "postgres"
_NAMED: Final = re.compile(r"%\((\w+)\)s")  # as sqlglot writes a named parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresEngine:
    """See the protocol. It connects to nothing until a statement runs."""

    address: Address
    root: Path  # where a relative path of a password starts
    adapters: AdaptersMap = field(default_factory=adapters, repr=False, compare=False)

    @property
    def dialect(self) -> str:
        return _DIALECT

    def render(self, tree: exp.Expr, written: str = "") -> Text:
        named = written or tree.sql(dialect=_DIALECT, comments=False)
        numbers: dict[str, int] = {}

        def number(name: str) -> int:
            return numbers.setdefault(name, len(numbers) + 1)

        if sorted(_NAMED.findall(named)) == sorted(str(one.this) for one in tree.find_all(exp.Placeholder)):
            sql = _NAMED.sub(lambda found: f"${number(found[1])}", named)
            return Text(sql=sql, order=tuple(numbers))
        # A text in it looks like one of them, and stays what it is.
        numbered = tree.copy()
        for one in list(numbered.find_all(exp.Placeholder)):
            one.replace(exp.Parameter(this=exp.Literal.number(number(str(one.this)))))
        return Text(sql=numbered.sql(dialect=_DIALECT, comments=False), order=tuple(numbers))

    def rehearse(self, text: Text, tables: Mapping[str, Table], inner: frozenset[str]) -> Footprint | str:  # noqa: ARG002 - a WITH's own name is found in the text
        """What PostgreSQL itself holds a statement to is what its role may do; so nothing is to be remembered."""
        relations = {name: frozenset(table.columns) for name, table in tables.items()}
        trouble = opinion(text.sql, Listed(relations=relations, kinds=READS | WRITES))
        return Footprint() if trouble is None else trouble

    def missing(self, reads: Mapping[str, frozenset[str]], *, veiled: bool = False) -> str | None:
        role = self.address.user
        homes = [schema(role, veiled=veiled), *([schema(role, veiled=True, everybody=True)] if veiled else [])]
        lost = (missing(self._connect, home, role.removeprefix("broker_"), reads) for home in homes)
        return next((one for one in lost if one is not None), None)

    def run(self, order: Order) -> Running:
        return Run(order, self.address.user, self._connect)

    def ask(self, questions: Sequence[str], parameters: Mapping[str, object]) -> list[list[tuple[object, ...]]] | str:
        """What the role is asked about itself; see `access/proof`."""
        return asked(self._connect, questions, parameters)

    def _connect(self, seconds: float) -> Connection:
        return connect(self.address, self.root, seconds, self.adapters)
