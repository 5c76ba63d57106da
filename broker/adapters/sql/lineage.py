"""Where does each value of a statement come from, and what do its parameters meet?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from broker.adapters.sql.flow import Column, Flow
from broker.adapters.sql.resolved import projections
from broker.model.faults import BrokerError


class UnresolvedError(BrokerError):
    """A name that leads nowhere. The statement is refused."""


class Lineage:
    """Over qualified queries, which must outlive it."""

    def __init__(self, queries: Sequence[exp.Query]) -> None:
        self._queries = tuple(queries)
        self._scopes: dict[int, Scope] = {}
        for query in self._queries:
            for scope in traverse_scope(query):
                for node in scope.walk():
                    self._scopes.setdefault(id(node), scope)

    def reads(self) -> frozenset[Column]:
        """Every column of a table that is read anywhere, shown or not."""
        found = [self.flow(one) for query in self._queries for one in query.find_all(exp.Column)]
        return frozenset(column for flow in found for column in flow.columns)

    def flow(self, value: exp.Expr) -> Flow:
        """What goes into `value`: by its own parts, not by what chose its row."""
        match value:
            case exp.Placeholder():
                return Flow(parameters=frozenset({str(value.this)}))
            case exp.Column():
                return self._column(value)
            case exp.Paren():
                return self.flow(value.this)
            case exp.Count() if _is_name(value.this):
                return Flow()  # how many rows there are is not what they hold
            case exp.Query() | exp.Subquery():
                return _all(self.flow(one) for arms in projections(value) for one in arms)
            case _:
                return _all(self.flow(child) for child in value.iter_expressions())

    def meetings(self) -> Iterator[exp.Expr]:
        """Each expression that is decided on or answered, ANDs taken apart."""
        for query in self._queries:
            for select in query.find_all(exp.Select):
                yield from (one.unalias() for one in select.expressions)
                for part in ("where", "having", "group", "order", "limit", "offset", "distinct"):
                    yield from _conjuncts(select.args.get(part))
                for join in select.args.get("joins") or ():
                    yield from _conjuncts(join.args.get("on"))
            for union in query.find_all(exp.SetOperation):
                for part in ("order", "limit", "offset"):
                    yield from _conjuncts(union.args.get(part))

    def matches(self) -> Iterator[Flow]:
        """What a UNION, INTERSECT or EXCEPT compares, column by column; UNION ALL compares nothing."""
        for query in self._queries:
            for one in query.find_all(exp.SetOperation):
                if one.args.get("distinct") or not isinstance(one, exp.Union):
                    yield from (_merge([self.flow(arm) for arm in arms]) for arms in projections(one))

    def cuts(self) -> Iterator[Flow]:
        """What a query inside a statement is sorted by, together with where it is cut off.

        Who moves the cut learns the order. Of a query that is the whole statement it tells no more than its rows do.
        """
        for query in self._queries:
            for one in query.find_all(exp.Query):
                ends = [one.args[part] for part in ("limit", "offset") if one.args.get(part) is not None]
                sorted_by = one.args.get("order")
                if ends and sorted_by is not None and one is not self._queries[0]:
                    yield _all(self.flow(part) for part in (sorted_by, *ends))

    def _column(self, column: exp.Column) -> Flow:
        origin = self.origin(column)
        if isinstance(origin, tuple):
            return Flow(columns=frozenset({origin}), plain=origin)
        return _merge([self.flow(one) for one in origin])

    def origin(self, column: exp.Column) -> Column | list[exp.Expr]:
        """The column of a table that it is, or what it stands for: an expression for each arm of a UNION."""
        scope = self._scopes.get(id(column))
        if scope is None:
            raise UnresolvedError(f"`{column.sql()}` stands nowhere")
        if not column.table:
            return _named(scope.expression, column)  # ORDER BY may name a column of the result
        at: Scope | None = scope
        while at is not None:
            selected = at.selected_sources.get(column.table)
            if selected is not None:
                source = selected[1]
                if isinstance(source, exp.Table):
                    return source.name.lower(), column.name.lower()
                return _named(source.expression, column)
            at = at.parent
        raise UnresolvedError(f"`{column.sql()}` leads nowhere")


def _named(query: exp.Expr, column: exp.Column) -> list[exp.Expr]:
    names = [one.lower() for one in query.named_selects] if isinstance(query, exp.Query) else []
    if column.name.lower() not in names:
        raise UnresolvedError(f"`{column.sql()}` leads nowhere")
    return list(projections(query)[names.index(column.name.lower())])


def _is_name(counted: exp.Expr | None) -> bool:
    """`*`, a column or a DISTINCT column: a condition inside COUNT would be answered by it."""
    names = counted.expressions if isinstance(counted, exp.Distinct) else [counted]
    return all(isinstance(name, exp.Star | exp.Column) for name in names)


def _all(flows: Iterator[Flow]) -> Flow:
    found = Flow()
    for flow in flows:
        found = found.join(flow)
    return found


def _merge(flows: Sequence[Flow]) -> Flow:
    """Of the arms of a UNION: one plain column only where there is one arm."""
    return flows[0] if len(flows) == 1 else _all(iter(flows))


def _conjuncts(part: exp.Expr | None) -> Iterator[exp.Expr]:
    match part:
        case None:
            return
        case exp.Where() | exp.Having() | exp.Paren():
            yield from _conjuncts(part.this)
        case exp.And():
            yield from _conjuncts(part.left)
            yield from _conjuncts(part.right)
        case exp.Group() | exp.Order():
            yield from part.expressions
        case _:
            yield part
