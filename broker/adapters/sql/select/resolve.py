"""Every name of a query made plain: whose each column is, which table or WITH each name after FROM is.

In what runs each thing after FROM has a name of its own, which nothing else in the statement has and no relation can
have, and so has each WITH; every column says which of them it is of. So there is no scope left on which the engine
could have another opinion. Nothing else of the query is moved or written in another way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from sqlglot import exp

from broker.adapters.sql.flow import Flow
from broker.adapters.sql.select import outputs
from broker.adapters.sql.select.flows import Flows
from broker.adapters.sql.select.frames import Frame, Side, Source
from broker.adapters.sql.select.hints import UnfitError, no_column, no_table, said
from broker.adapters.sql.select.outputs import Named, fold
from broker.adapters.sql.select.reach import Reach

MAX_TABLES: Final = 24
RESERVED: Final = "~"
"""In each name that is given here, and in none of a relation, a column or a query."""


class With(NamedTuple):
    name: str  # what it is called in what runs
    columns: Mapping[str, Flow]


Withs = Mapping[str, With]
_NOTHING: Final = Side(sources=[], columns=[])


class Resolver:
    """Of one statement, once. Raises UnfitError."""

    def __init__(self, reach: Reach, dialect: str) -> None:
        self._reach = reach
        self._dialect = dialect
        self._postgres = dialect == "postgres"
        self._withs: set[str] = set()
        self._count = 0
        self.flows = Flows()
        self.bases: list[Source] = []

    def query(
        self, query: exp.Expr, withs: Withs, outer: Frame | None, names: Sequence[str] = (), *, root: bool = False
    ) -> tuple[Named, ...]:
        """The columns of its result. `names`: what the first of them are to be called. `root`: spelled as said."""
        match query:
            case exp.Subquery():
                return self.query(query.this, withs, outer, names, root=root)
            case exp.Select():
                return self._select(query, self._with(query, withs, outer), outer, names, root=root)
            case exp.SetOperation():
                withs = self._with(query, withs, outer)
                left = self.query(query.this, withs, outer, names, root=root)
                right = self.query(query.expression, withs, outer)
                if len(left) != len(right):
                    raise UnfitError("each SELECT of a UNION needs as many columns as the others")
                self._set_order(query.args.get("order"), left)
                return tuple(
                    Named(one.name, one.spelled, _either(one.flow, other.flow))
                    for one, other in zip(left, right, strict=True)
                )
            case _:
                raise UnfitError("a subquery is a SELECT")

    def _with(self, query: exp.Expr, withs: Withs, outer: Frame | None) -> Withs:
        listed = query.args.get("with_")
        if listed is None:
            return withs
        seen = dict(withs)
        for one in listed.expressions:
            name = fold(one.alias)
            if name in self._reach.views or name in self._withs:
                raise UnfitError(f"{said(one.alias)} is taken already: give the WITH another name")
            self._withs.add(name)
            alias = one.args["alias"]
            found = self.query(one.this, seen, outer, [fold(column.name) for column in alias.columns])
            fresh = self._fresh("w")
            one.set("alias", exp.TableAlias(this=exp.to_identifier(fresh, quoted=True)))
            seen[name] = With(fresh, {column.name: column.flow for column in found})
        return seen

    def _select(
        self, select: exp.Select, withs: Withs, outer: Frame | None, names: Sequence[str], *, root: bool
    ) -> tuple[Named, ...]:
        # 1: what stands after FROM, each thing in its turn
        side = self._from(select, withs, outer)
        frame = Frame(side=side, outer=outer, dialect=self._dialect)
        if not self._postgres:
            for join in _joins(select):
                self._expression(join.args.get("on"), frame, withs)
        # 2: what is answered
        self._stars(select, frame)
        for one in select.expressions:
            self._expression(one, frame, withs)
        found = outputs.name(select, names, self.flows, self._dialect, root=root)
        # 3: the rest, which in part may name what is answered
        inner = Frame(
            side=side,
            outer=outer,
            dialect=self._dialect,
            names={one.name: one.spelled for one in found.named},
        )
        loose = inner if not self._postgres else frame
        self._expression(select.args.get("where"), loose, withs)
        self._listed(select.args.get("group"), inner, withs, first=False)
        self._expression(select.args.get("having"), loose, withs)
        for window in select.args.get("windows") or ():
            self._expression(window, frame, withs)
        distinct = select.args.get("distinct")
        if distinct is not None and distinct.args.get("on") is not None:
            self._listed(distinct.args["on"], inner, withs, first=True)
        self._listed(select.args.get("order"), inner, withs, first=True)
        return found.columns

    def _from(self, select: exp.Select, withs: Withs, outer: Frame | None) -> Side:
        from_ = select.args.get("from_")
        if from_ is None:
            if select.args.get("joins"):
                raise UnfitError("write FROM before JOIN")
            return _NOTHING
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
            side = side.joined(right, using, first=self._postgres)
            for name in using:
                _use(dict(side.columns)[name], name)
            if using:
                join.set("using", [exp.to_identifier(name, quoted=True) for name in using])
            if self._postgres:
                frame = Frame(side=side, outer=outer, dialect=self._dialect)
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
        return self._postgres and not said_so

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
            side = side.joined(self._item(join.this, withs, outer), (), first=self._postgres)
            if self._postgres:
                frame = Frame(side=side, outer=outer, dialect=self._dialect)
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
            return self._source(called, with_.columns, table)
        view = self._reach.views.get(name)
        if view is None:
            raise no_table(table.name, self._reach.views)
        columns = {column: self.flows.base(name, column) for column in view.columns}
        source = self._source(called, columns, table, name)
        self.bases.append(source)
        if len(self.bases) > MAX_TABLES:
            raise UnfitError(f"a query has at most {MAX_TABLES} tables")
        return source

    def _derived(self, item: exp.Subquery, withs: Withs, outer: Frame | None) -> Source:
        alias = item.args.get("alias")
        names = [fold(column.name) for column in alias.columns] if alias is not None else []
        # What stands beside it is not seen from inside, only what its SELECT stands in.
        found = self.query(item.this, withs, outer, names)
        return self._source(fold(item.alias) or None, {one.name: one.flow for one in found}, item)

    def _values(self, item: exp.Values, withs: Withs, outer: Frame | None) -> Source:
        alias = item.args.get("alias")
        names = [fold(column.name) for column in alias.columns] if alias is not None else []
        rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in item.expressions]
        if alias is None or not alias.this or not rows or any(len(row) != len(names) for row in rows):
            raise UnfitError("FROM (VALUES (1, 'a')) AS v(x, y): a name for it and for each column")
        frame = Frame(side=_NOTHING, outer=outer, dialect=self._dialect)
        for row in rows:
            for one in row:
                self._expression(one, frame, withs)
        columns = {name: self.flows.all(row[at] for row in rows) for at, name in enumerate(outputs.distinct(names))}
        source = self._source(fold(alias.name), columns, item)
        item.args["alias"].set("columns", [exp.to_identifier(name, quoted=True) for name in columns])
        return source

    def _source(
        self, name: str | None, columns: Mapping[str, Flow], node: exp.Expr, table: str | None = None
    ) -> Source:
        alias = self._fresh("t")
        node.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))
        return Source(name=name, alias=alias, columns=columns, node=node, table=table)

    def _fresh(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{RESERVED}{self._count}"

    def _stars(self, select: exp.Select, frame: Frame) -> None:
        if not select.expressions:
            raise UnfitError("name at least one column after SELECT")
        if not any(one.is_star for one in select.expressions):
            return
        if isinstance(select.parent, exp.Exists) and all(one.is_star for one in select.expressions):
            # Nothing of a row is looked at: only whether there is one.
            select.set("expressions", [exp.Literal.number(1)])
            return
        spread: list[exp.Expr] = []
        for one in select.expressions:
            spread += self._spread(one, frame) if one.is_star else (one,)
        if not spread:
            raise UnfitError("`*` needs a table after FROM")
        select.set("expressions", spread)

    def _spread(self, star: exp.Expr, frame: Frame) -> Iterator[exp.Expr]:
        columns = frame.side.columns
        if isinstance(star, exp.Column):
            source = frame.named(fold(star.table))
            if source is None:
                raise UnfitError(f"{said(star.table)} is not named after FROM")
            columns = [(name, (source,)) for name in source.columns]
        for name, whose in columns:
            table = exp.to_identifier(whose[0].alias, quoted=True) if len(whose) == 1 else None
            column = exp.Column(this=exp.to_identifier(name, quoted=True), table=table)
            self._set(column, whose, name)
            yield column

    def _listed(self, part: exp.Expr | None, frame: Frame, withs: Withs, *, first: bool) -> None:
        """ORDER BY, DISTINCT ON and GROUP BY, where a bare name may be one of the result. `first`: before a column."""
        if part is None:
            return
        for item in part.expressions:
            alone = item.this if isinstance(item, exp.Ordered) else item
            if isinstance(alone, exp.Paren | exp.Tuple | exp.Rollup | exp.Cube | exp.GroupingSets) and not first:
                self._grouped(alone, frame, withs)
            elif not self._of_result(alone, frame, first=first):
                self._expression(item, frame, withs)

    def _grouped(self, part: exp.Expr, frame: Frame, withs: Withs) -> None:
        for one in part.expressions if not isinstance(part, exp.Paren) else [part.this]:
            if isinstance(one, exp.Paren | exp.Tuple | exp.Rollup | exp.Cube | exp.GroupingSets):
                self._grouped(one, frame, withs)
            elif not self._of_result(one, frame, first=False):
                self._expression(one, frame, withs)

    def _of_result(self, item: exp.Expr, frame: Frame, *, first: bool) -> bool:
        if not isinstance(item, exp.Column) or item.args.get("table") is not None:
            return False
        name = fold(item.name)
        if name not in frame.names or (not first and frame.having(name)):
            return False
        self._call(item, frame.names[name])
        return True

    def _set_order(self, order: exp.Expr | None, named: Sequence[Named]) -> None:
        names = {one.name: one.spelled for one in named}
        for item in order.expressions if order is not None else ():
            alone = item.this
            if isinstance(alone, exp.Column) and not alone.table and fold(alone.name) in names:
                self._call(alone, names[fold(alone.name)])
            elif isinstance(alone, exp.Column):
                raise no_column(alone.name, names, self._dialect, quoted=False)
            elif not isinstance(alone, exp.Literal):
                raise UnfitError("ORDER BY of a UNION takes names and numbers of its columns")

    def _expression(self, part: exp.Expr | None, frame: Frame, withs: Withs) -> None:
        """Everything in it, down to the queries inside, which have frames of their own."""
        rest = [part] if part is not None else []
        while rest:
            node = rest.pop()
            match node:
                case exp.Column():
                    if not self.flows.knows(node):  # as those that `*` stood for
                        self._column(node, frame)
                case exp.Query():
                    found = self.query(node, withs, frame)
                    self.flows.set(node, [one.flow for one in found])
                case _:
                    rest += [one for one in node.iter_expressions() if not isinstance(one, exp.Identifier)]

    def _column(self, column: exp.Column, frame: Frame) -> None:
        name = fold(column.name)
        if column.args.get("table") is not None:
            self._set(column, frame.of(fold(column.table), name, column), name)
            return
        if frame.names.get(name) is not None and not self._postgres and not frame.having(name):
            self._call(column, frame.names[name])  # SQLite knows the result's names everywhere below
            return
        self._set(column, frame.whose(name, column), name)

    def _set(self, column: exp.Column, whose: tuple[Source, ...], name: str) -> None:
        _use(whose, name)
        table = exp.to_identifier(whose[0].alias, quoted=True) if len(whose) == 1 else None
        column.set("table", table)
        column.set("this", exp.to_identifier(name, quoted=True))
        self.flows.column(column, [source.columns[name] for source in whose])

    def _call(self, column: exp.Column, spelled: str) -> None:
        column.set("this", exp.to_identifier(spelled, quoted=True))
        self.flows.column(column, [])


def _use(whose: Sequence[Source], name: str) -> None:
    for source in whose:
        source.used[name] = None


def _joins(select: exp.Select) -> Iterator[exp.Expr]:
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


def _either(one: Flow, other: Flow) -> Flow:
    return one if one == other else one.join(other)
