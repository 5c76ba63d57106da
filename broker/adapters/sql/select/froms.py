"""What stands after FROM: tables, WITHs and subqueries, joined to one side of columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from sqlglot import exp

from broker.adapters.sql.flow import Flow
from broker.adapters.sql.select import outputs
from broker.adapters.sql.select.flows import Flows
from broker.adapters.sql.select.frames import RESERVED, Frame, Side, Source
from broker.adapters.sql.select.hints import UnfitError, no_table, said
from broker.adapters.sql.select.outputs import Named, fold
from broker.adapters.sql.select.reach import Reach

MAX_TABLES: Final = 24
NOTHING: Final = Side(sources=[], columns=[])
NOWHERE: Final[Mapping[str, str]] = {}


class With(NamedTuple):
    name: str  # what it is called in what runs
    columns: Mapping[str, Flow]
    spelled: Mapping[str, str]  # folded -> as it was said


Withs = Mapping[str, With]


@dataclass(slots=True, kw_only=True)
class Known:
    """What is known of one statement so far."""

    reach: Reach
    dialect: str
    flows: Flows = field(default_factory=Flows)
    bases: list[Source] = field(default_factory=list)  # every listed table in it, as often as it stands there
    names: int = 0

    @property
    def postgres(self) -> bool:
        return self.dialect == "postgres"

    def fresh(self, letter: str) -> str:
        self.names += 1
        return f"{letter}{RESERVED}{self.names}"


class Froms:
    """`query` and `expression` resolve what stands inside, in the frame that they are given."""

    def __init__(
        self,
        known: Known,
        query: Callable[[exp.Expr, Withs, Frame | None, Sequence[str]], tuple[Named, ...]],
        expression: Callable[[exp.Expr | None, Frame, Withs], None],
    ) -> None:
        self._known = known
        self._query = query
        self._expression = expression

    def of(self, select: exp.Select, withs: Withs, outer: Frame | None) -> Side:
        from_ = select.args.get("from_")
        if from_ is None:
            if select.args.get("joins"):
                raise UnfitError("write FROM before JOIN")
            return NOTHING
        side = self._chain(from_.this, select.args.get("joins") or (), withs, outer)
        names = [source.name for source in side.sources if source.name is not None]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise UnfitError(f"{said(twice)} stands twice after FROM: give one another name")
        return side

    def _chain(self, first: exp.Expr, joins: Sequence[exp.Expr], withs: Withs, outer: Frame | None) -> Side:
        """A comma ends a chain in PostgreSQL: an ON behind it does not see what stands before it."""
        done: list[Side] = []
        side = self._item(first, withs, outer)
        for join in joins:
            right = self._item(join.this, withs, outer)
            if self._is_comma(join):
                done.append(side)
                side = right
                continue
            using = [fold(one.name) for one in join.args.get("using") or ()]
            side = side.joined(right, using, join.args.get("side") or "", postgres=self._known.postgres)
            for name in using:
                use(dict(side.columns)[name].sources, name)
            if using:
                join.set("using", [exp.to_identifier(name, quoted=True) for name in using])
            if self._known.postgres:
                frame = Frame(side=side, outer=outer, dialect=self._known.dialect)
                self._expression(join.args.get("on"), frame, withs)
            elif join.args.get("kind") == "CROSS":
                # The same rows; but SQLite takes the word for an order to read the tables as they stand.
                join.set("kind", None)
        done.append(side)
        return Side(
            sources=[source for one in done for source in one.sources],
            columns=[column for one in done for column in one.columns],
        )

    def _is_comma(self, join: exp.Expr) -> bool:
        said_so = any(join.args.get(key) for key in ("on", "using", "side", "kind"))
        return self._known.postgres and not said_so

    def _item(self, item: exp.Expr, withs: Withs, outer: Frame | None) -> Side:
        joins = item.args.get("joins") or ()
        match item:
            case exp.Table():
                side = Side.of(self._table(item, withs))
            case exp.Subquery() if isinstance(item.this, exp.Table | exp.Subquery) and not item.alias:
                side = self._item(item.this, withs, outer)
            case exp.Subquery():
                side = Side.of(self._derived(item, withs, outer))
            case exp.Values():
                side = Side.of(self._values(item, withs, outer))
            case _:
                raise UnfitError("after FROM and JOIN stand tables and subqueries only")
        return side if not joins else self._nested(side, joins, withs, outer)

    def _nested(self, side: Side, joins: Sequence[exp.Expr], withs: Withs, outer: Frame | None) -> Side:
        for join in joins:
            if join.args.get("using") or self._is_comma(join):
                raise UnfitError("write joins without parentheses around them, each with its ON")
            side = side.joined(self._item(join.this, withs, outer), postgres=self._known.postgres)
            if self._known.postgres:
                frame = Frame(side=side, outer=outer, dialect=self._known.dialect)
                self._expression(join.args.get("on"), frame, withs)
        return side

    def _table(self, table: exp.Table, withs: Withs) -> Source:
        name = fold(table.name)
        called = fold(table.alias) or name
        if table.args.get("alias") is not None and table.args["alias"].columns:
            raise UnfitError(f"write the columns of {said(table.name)} by their own names")
        with_ = withs.get(name)
        if with_ is not None:
            table.set("this", exp.to_identifier(with_.name, quoted=True))
            return self._source(called, with_.columns, table, spelled=with_.spelled)
        view = self._known.reach.views.get(name)
        if view is None:
            raise no_table(table.name, self._known.reach.views)
        columns = {column: self._known.flows.base(name, column) for column in view.columns}
        source = self._source(called, columns, table, name, view.spelled)
        self._known.bases.append(source)
        if len(self._known.bases) > MAX_TABLES:
            raise UnfitError(f"a query has at most {MAX_TABLES} tables")
        return source

    def _derived(self, item: exp.Subquery, withs: Withs, outer: Frame | None) -> Source:
        alias = item.args.get("alias")
        names = [fold(column.name) for column in alias.columns] if alias is not None else []
        # What stands beside it is not seen from inside, only what its SELECT stands in.
        found = self._query(item.this, withs, outer, names)
        columns, spelled = {one.name: one.flow for one in found}, {one.name: one.said for one in found}
        return self._source(fold(item.alias) or None, columns, item, spelled=spelled)

    def _values(self, item: exp.Values, withs: Withs, outer: Frame | None) -> Source:
        alias = item.args.get("alias")
        names = [fold(column.name) for column in alias.columns] if alias is not None else []
        rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in item.expressions]
        if alias is None or not alias.this or not rows or any(len(row) != len(names) for row in rows):
            raise UnfitError("FROM (VALUES (1, 'a')) AS v(x, y): a name for it and for each column")
        frame = Frame(side=NOTHING, outer=outer, dialect=self._known.dialect)
        for row in rows:
            for one in row:
                self._expression(one, frame, withs)
        columns = {
            name: self._known.flows.all(row[at] for row in rows) for at, name in enumerate(outputs.distinct(names))
        }
        source = self._source(fold(alias.name), columns, item)
        item.args["alias"].set("columns", [exp.to_identifier(name, quoted=True) for name in columns])
        return source

    def _source(
        self,
        name: str | None,
        columns: Mapping[str, Flow],
        node: exp.Expr,
        table: str | None = None,
        spelled: Mapping[str, str] = NOWHERE,
    ) -> Source:
        alias = self._known.fresh("t")
        node.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))
        return Source(name=name, alias=alias, columns=columns, node=node, table=table, spelled=spelled)


def joins(select: exp.Select) -> Iterator[exp.Expr]:
    """Those in parentheses too."""
    rest = [*(select.args.get("joins") or ()), select.args.get("from_")]
    while rest:
        one = rest.pop()
        if isinstance(one, exp.Join):
            yield one
        item = None if one is None else one.this
        while isinstance(item, exp.Table | exp.Subquery):
            rest += item.args.get("joins") or ()
            item = item.this if isinstance(item, exp.Subquery) and not item.alias else None


def use(whose: Sequence[Source], name: str) -> None:
    for source in whose:
        source.used[name] = None
