"""Where does each value of a statement come from, and what do its parameters meet?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from broker.adapters.sql.resolved import projections
from broker.model.faults import BrokerError

Column = tuple[str, str]  # table, column; both folded


@dataclass(frozen=True, slots=True)
class Flow:
    """What goes into a value."""

    columns: frozenset[Column] = frozenset()
    parameters: frozenset[str] = frozenset()
    plain: Column | None = None  # it is this column, as it is

    def join(self, other: Flow) -> Flow:
        return Flow(self.columns | other.columns, self.parameters | other.parameters)


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
                for part in ("where", "having", "group", "order", "limit", "offset"):
                    yield from _conjuncts(select.args.get(part))
                for join in select.args.get("joins") or ():
                    yield from _conjuncts(join.args.get("on"))
            for union in query.find_all(exp.SetOperation):
                yield from _conjuncts(union.args.get("order"))

    def matches(self) -> Iterator[Flow]:
        """What a UNION, INTERSECT or EXCEPT compares, column by column; UNION ALL compares nothing."""
        for query in self._queries:
            for one in query.find_all(exp.SetOperation):
                if one.args.get("distinct"):
                    yield from (_merge([self.flow(arm) for arm in arms]) for arms in projections(one))

    def _column(self, column: exp.Column) -> Flow:
        scope = self._scopes.get(id(column))
        if scope is None:
            raise UnresolvedError(f"`{column.sql()}` stands nowhere")
        if not column.table:
            return self._own_alias(column, scope)
        at: Scope | None = scope
        while at is not None:
            selected = at.selected_sources.get(column.table)
            if selected is not None:
                return self._from(selected[1], column)
            at = at.parent
        raise UnresolvedError(f"`{column.sql()}` leads nowhere")

    def _from(self, source: exp.Expr | Scope, column: exp.Column) -> Flow:
        name = column.name.lower()
        if isinstance(source, exp.Table):
            whole = (source.name.lower(), name)
            return Flow(columns=frozenset({whole}), plain=whole)
        if isinstance(source, Scope):
            query = source.expression
            names = [one.lower() for one in query.named_selects] if isinstance(query, exp.Query) else []
            if name in names:
                return _merge([self.flow(one) for one in projections(query)[names.index(name)]])
        raise UnresolvedError(f"`{column.sql()}` leads nowhere")

    def _own_alias(self, column: exp.Column, scope: Scope) -> Flow:
        """ORDER BY may name a column of the result."""
        query = scope.expression
        names = [one.lower() for one in query.named_selects] if isinstance(query, exp.Query) else []
        if column.name.lower() not in names:
            raise UnresolvedError(f"`{column.sql()}` leads nowhere")
        return _all(self.flow(one) for one in projections(query)[names.index(column.name.lower())])


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
