"""Is each column of a grouped SELECT one that it is grouped by, or inside an aggregate?

PostgreSQL asks this, and its answer would reach nobody who could write the query again. It would let a column stand
that depends on a key; what stands for a table here has no key.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from sqlglot import exp

from broker.adapters.sql.select.frames import Side
from broker.adapters.sql.select.functions import AGGREGATES
from broker.adapters.sql.select.hints import UnfitError, said


def hold(select: exp.Select, side: Side) -> None:
    """Once every name is resolved. Raises UnfitError."""
    group, having, order = (select.args.get(key) for key in ("group", "having", "order"))
    asked = [*select.expressions, *(one for one in (having, order) if one is not None)]
    keys = frozenset[exp.Expr]() if group is None else frozenset(_keys(group, select))
    outside = [node for one in asked for node in _outside(one, keys)]
    if group is None and having is None and not any(_is_aggregate(node) for node in outside):
        return
    names = {source.alias: source.name for source in side.sources}
    for node in outside:
        if isinstance(node, exp.Column) and node.table in names:
            home = names[node.table]
            column = node.name if home is None else f"{home}.{node.name}"
            raise UnfitError(f"column {said(column)} stands beside an aggregate: write it in GROUP BY too, or max(...)")


def _keys(part: exp.Expr, select: exp.Select) -> Iterator[exp.Expr]:
    for one in [part.this] if isinstance(part, exp.Paren) else part.expressions:
        match one:
            case exp.GroupingSets() | exp.Rollup() | exp.Cube() | exp.Tuple() | exp.Paren():
                yield from _keys(one, select)
            case exp.Literal() if one.name.isdecimal() and 0 < int(one.name) <= len(select.expressions):
                yield select.expressions[int(one.name) - 1].this
            case exp.Column() if not one.table:
                yield from (value.this for value in select.expressions if value.alias == one.name)
            case _:
                yield one


def _outside(part: exp.Expr, keys: AbstractSet[exp.Expr]) -> Iterator[exp.Expr]:
    """What is in no aggregate, no key and no query of its own. An aggregate itself is told, not what is in it."""
    rest = [part]
    while rest:
        node = rest.pop()
        if keys and node in keys:
            continue
        match node:
            case exp.Query():
                continue
            case exp.Window():
                # `sum(x) OVER ()` looks at the groups: what it counts is grouped or an aggregate in its turn.
                call = node.this.this if isinstance(node.this, exp.Filter) else node.this
                rest += (one for one in node.iter_expressions() if one is not node.this)
                rest += call.iter_expressions()
                continue
            case _:
                yield node
        if not _is_aggregate(node):
            rest += node.iter_expressions()


def _is_aggregate(node: exp.Expr) -> bool:
    return isinstance(node, exp.WithinGroup | exp.Filter) or (
        isinstance(node, exp.Anonymous) and node.name in AGGREGATES
    )
