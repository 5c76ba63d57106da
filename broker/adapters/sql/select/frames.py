"""Which names can be seen from one place of a query, and whose they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from sqlglot import exp

from broker.adapters.sql.flow import Flow
from broker.adapters.sql.select.hints import UnfitError, ambiguous, no_column, said

RESERVED: Final = "~"
"""In each name that a query is given here, and in none of a relation, of a column or of what an agent says."""


@dataclass(slots=True, kw_only=True, eq=False)
class Source:
    """One thing after FROM."""

    name: str | None  # what the query calls it, folded
    alias: str  # what it is called in what runs: there is one of that name in the whole statement
    columns: Mapping[str, Flow]  # folded, in their order
    node: exp.Expr
    table: str | None = None  # the listed table that it is
    spelled: Mapping[str, str] = field(default_factory=dict)  # folded -> as it was said first
    used: dict[str, None] = field(default_factory=dict)


class Whose(NamedTuple):
    """A column as `*` shows it. USING makes one of several; `one`: whose value that is, where it is always the same."""

    sources: tuple[Source, ...]
    one: Source | None


@dataclass(slots=True, kw_only=True)
class Side:
    """What a chain of joins gives so far."""

    sources: list[Source]
    columns: list[tuple[str, Whose]]

    @classmethod
    def of(cls, source: Source) -> Side:
        return cls(sources=[source], columns=[(name, Whose((source,), source)) for name in source.columns])

    def joined(self, other: Side, using: Sequence[str] = (), kind: str = "", *, postgres: bool) -> Side:
        """`kind`: LEFT, RIGHT or FULL. PostgreSQL puts the columns of USING before the others; SQLite leaves them."""
        shared = {name: _merged(self.only(name), other.only(name), kind, postgres=postgres) for name in using}
        left = [(name, shared.get(name, whose)) for name, whose in self.columns]
        right = [(name, whose) for name, whose in other.columns if name not in shared]
        if postgres:
            left = [*shared.items(), *((name, whose) for name, whose in left if name not in shared)]
        return Side(sources=[*self.sources, *other.sources], columns=[*left, *right])

    def only(self, name: str) -> Whose:
        found = [whose for one, whose in self.columns if one == name]
        if len(found) != 1:
            raise UnfitError(f"USING ({said(name)[1:-1]}) needs one column of that name on each side: write ON")
        return found[0]


@dataclass(slots=True, kw_only=True)
class Frame:
    """What one SELECT can name. `outer`: of the query that it stands in."""

    side: Side
    outer: Frame | None
    dialect: str
    names: Mapping[str, str | None] = field(default_factory=dict)  # of its result: as what runs spells them; None: two
    seen: dict[str, list[Whose]] | None = None

    def named(self, name: str) -> Source | None:
        found = [source for source in self.side.sources if source.name == name]
        return found[0] if found else None

    def having(self, column: str) -> list[Whose]:
        """Whose a bare name can be, here alone."""
        if self.seen is None:
            self.seen = {}
            for name, whose in self.side.columns:
                self.seen.setdefault(name, []).append(whose)
        return self.seen.get(column, [])

    def outward(self) -> Iterator[Frame]:
        at: Frame | None = self
        while at is not None:
            yield at
            at = at.outer

    def of(self, table: str, column: str, said_so: exp.Column) -> Whose:
        """Whose `table.column` is. A name hides the same name further out, as it does in both engines."""
        for frame in self.outward():
            source = frame.named(table)
            if source is not None:
                if column not in source.columns:
                    raise self._missing(said_so, [source])
                return Whose((source,), source)
        raise UnfitError(f"{said(said_so.table)} is not named after FROM")

    def whose(self, column: str, said_so: exp.Column) -> Whose:
        """Whose a bare column is: the nearest that has it."""
        for frame in self.outward():
            found = frame.having(column)
            if len(found) > 1:
                raise ambiguous(said_so.name, [str(whose.sources[0].name) for whose in found])
            if found:
                return found[0]
        raise self._missing(said_so, self.side.sources)

    def _missing(self, said_so: exp.Column, sources: Sequence[Source]) -> UnfitError:
        name = f"{said_so.table}.{said_so.name}" if said_so.table else said_so.name
        several = len(sources) > 1
        columns = (
            f"{source.name}.{column}" if several and source.name else column
            for source in sources
            for column in source.columns
        )
        return no_column(name, columns, self.dialect, quoted=bool(said_so.this.args.get("quoted")))


def _merged(left: Whose, right: Whose, kind: str, *, postgres: bool) -> Whose:
    """Of a FULL JOIN either side can be missing, and in SQLite a RIGHT JOIN asks both as well."""
    match kind:
        case "" | "LEFT":
            one = left.one
        case "RIGHT" if postgres:
            one = right.one
        case _:
            one = None
    return Whose((*left.sources, *right.sources), one)
