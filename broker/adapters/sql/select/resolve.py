"""Every name of a query made plain: whose each column is, which table or WITH each name after FROM is.

In what runs each thing after FROM has a name of its own, which nothing else in the statement has and no relation can
have, and so has each WITH; every column says which of them it is of. So there is no scope left on which the engine
could have another opinion. Nothing else of the query is moved or written in another way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from broker.adapters.sql.flow import Flow
from broker.adapters.sql.select import grouping, outputs
from broker.adapters.sql.select.flows import Flows
from broker.adapters.sql.select.frames import Frame, Source, Whose
from broker.adapters.sql.select.froms import Froms, Known, With, Withs, joins, use
from broker.adapters.sql.select.hints import UnfitError, ambiguous, no_column, said
from broker.adapters.sql.select.outputs import Named, fold
from broker.adapters.sql.select.reach import Reach


class Resolver:
    """Of one statement, once. Raises UnfitError."""

    def __init__(self, reach: Reach, dialect: str) -> None:
        self._known = Known(reach=reach, dialect=dialect)
        self._froms = Froms(self._known, self.query, self._expression)
        self._withs: set[str] = set()

    @property
    def bases(self) -> Sequence[Source]:
        """Every listed table in it, as often as it stands there."""
        return self._known.bases

    @property
    def flows(self) -> Flows:
        return self._known.flows

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
                    one._replace(flow=_either(one.flow, other.flow)) for one, other in zip(left, right, strict=True)
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
            if name in self._known.reach.views or name in self._withs:
                raise UnfitError(f"{said(one.alias)} is taken already: give the WITH another name")
            self._withs.add(name)
            alias = one.args["alias"]
            found = self.query(one.this, seen, outer, [self._folded(column) for column in alias.columns])
            fresh = self._known.fresh("w")
            one.set("alias", exp.TableAlias(this=exp.to_identifier(fresh, quoted=True)))
            columns, spelled = {one.name: one.flow for one in found}, {one.name: one.said for one in found}
            seen[name] = With(fresh, columns, spelled)
        return seen

    def _folded(self, name: exp.Identifier) -> str:
        return fold(name.name) if self._known.postgres else str(name.name)

    def _select(
        self, select: exp.Select, withs: Withs, outer: Frame | None, names: Sequence[str], *, root: bool
    ) -> tuple[Named, ...]:
        # 1: what stands after FROM, each thing in its turn
        side = self._froms.of(select, withs, outer)
        frame = Frame(side=side, outer=outer, dialect=self._known.dialect)
        if not self._known.postgres:
            for join in joins(select):
                self._expression(join.args.get("on"), frame, withs)
        # 2: what is answered
        self._stars(select, frame)
        for one in select.expressions:
            self._expression(one, frame, withs)
        found = outputs.name(select, names, self._known.flows, self._known.dialect, root=root)
        # 3: the rest, which in part may name what is answered
        inner = Frame(
            side=side,
            outer=outer,
            dialect=self._known.dialect,
            names=found.names,
        )
        loose = inner if not self._known.postgres else frame
        self._expression(select.args.get("where"), loose, withs)
        self._listed(select.args.get("group"), inner, withs, first=False)
        self._expression(select.args.get("having"), loose, withs)
        for window in select.args.get("windows") or ():
            self._expression(window, frame, withs)
        distinct = select.args.get("distinct")
        if distinct is not None and distinct.args.get("on") is not None:
            self._listed(distinct.args["on"], inner, withs, first=True)
        self._listed(select.args.get("order"), inner, withs, first=True)
        if self._known.postgres:
            grouping.hold(select, side)
        return found.columns

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
            columns = [(name, Whose((source,), source)) for name in source.columns]
        for name, whose in columns:
            if whose.one is None and len(frame.having(name)) > 1:
                raise ambiguous(name, [str(source.name) for source in whose.sources])
            column = exp.Column(this=exp.to_identifier(name, quoted=True))
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
            elif not self._of_result(self._bare(alone) if first else alone, frame, first=first):
                self._expression(item, frame, withs)

    def _bare(self, item: exp.Expr) -> exp.Expr:
        """A name is one of the result's in parentheses too, and in SQLite behind a collation of its own."""
        while isinstance(item, exp.Paren) or (isinstance(item, exp.Collate) and not self._known.postgres):
            item = item.this
        return item

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
        names: dict[str, str | None] = {one.name: one.spelled for one in named}
        for item in order.expressions if order is not None else ():
            alone = self._bare(item.this)
            if isinstance(alone, exp.Column) and not alone.table and fold(alone.name) in names:
                self._call(alone, names[fold(alone.name)])
            elif isinstance(alone, exp.Column):
                raise no_column(alone.name, names, self._known.dialect, quoted=False)
            elif not isinstance(alone, exp.Literal):
                raise UnfitError("ORDER BY of a UNION takes names and numbers of its columns")

    def _expression(self, part: exp.Expr | None, frame: Frame, withs: Withs) -> None:
        """Everything in it, down to the queries inside, which have frames of their own."""
        rest = [part] if part is not None else []
        while rest:
            node = rest.pop()
            match node:
                case exp.Column():
                    if not self._known.flows.knows(node):  # as those that `*` stood for
                        self._column(node, frame)
                case exp.Query():
                    found = self.query(node, withs, frame)
                    self._known.flows.set(node, [one.flow for one in found])
                case _:
                    rest += [one for one in node.iter_expressions() if not isinstance(one, exp.Identifier)]

    def _column(self, column: exp.Column, frame: Frame) -> None:
        name = fold(column.name)
        if column.args.get("table") is not None:
            self._set(column, frame.of(fold(column.table), name, column), name)
            return
        if name in frame.names and not self._known.postgres and not frame.having(name):
            self._call(column, frame.names[name])  # SQLite knows the result's names everywhere below
            return
        self._set(column, frame.whose(name, column), name)

    def _set(self, column: exp.Column, whose: Whose, name: str) -> None:
        """What two sides share in a FULL JOIN stays as bare as it was: the engine takes whichever is there."""
        sources = whose.sources if whose.one is None else (whose.one,)
        use(sources, name)
        column.set("table", None if whose.one is None else exp.to_identifier(whose.one.alias, quoted=True))
        column.set("this", exp.to_identifier(name, quoted=True))
        flows = [source.columns[name] for source in sources]
        self._known.flows.column(column, flows, sources[0].spelled.get(name, name))

    def _call(self, column: exp.Column, spelled: str | None) -> None:
        if spelled is None:
            raise UnfitError(f"{said(column.name)} stands for two columns of the result: give one another name by AS")
        column.set("this", exp.to_identifier(spelled, quoted=True))
        self._known.flows.column(column, [], spelled)


def _either(one: Flow, other: Flow) -> Flow:
    return one if one == other else one.join(other)
