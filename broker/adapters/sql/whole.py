"""Is what stands behind a handle compared as a whole, or in an order, by a pattern or in part?

Equality tells one guess whether it is right. Whoever may write a column that a handle is compared with by `<` or LIKE
has the value after as many writes as it has letters, so no statement compares it so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlglot import exp

from broker.adapters.sql.lineage import Lineage
from broker.adapters.sql.resolved import Resolved, projections

_EQUALITIES: Final = (exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Is, exp.In, exp.Exists)
# What hands its parts on as they are, or in a spelling of theirs.
_CARRIES: Final = (
    *(exp.Paren, exp.Alias, exp.Coalesce, exp.Case, exp.If, exp.Lower, exp.Upper, exp.Trim),
    *(exp.And, exp.Or, exp.Not, exp.Tuple, exp.Any, exp.Cast),
)
# Of no value of their own, or looked into by way of the columns that stand for them.
_AROUND: Final = (
    *(exp.Query, exp.Subquery, exp.Column, exp.With, exp.CTE, exp.From, exp.Join, exp.Table, exp.TableAlias),
    *(exp.Where, exp.Having, exp.Group, exp.Order, exp.Distinct, exp.Filter, exp.Returning),
)


def in_part(resolved: Resolved, lineage: Lineage, handles: frozenset[str]) -> frozenset[str]:
    """Those of `handles`, each a parameter, that some part of the statement does not take as a whole."""
    found: set[str] = set()
    for query in resolved.queries:
        for node in query.walk():
            if not isinstance(node, (*_EQUALITIES, *_CARRIES, *_AROUND)):
                for part in node.iter_expressions():
                    found |= handles & frozenset(_carried(part, lineage))
    return frozenset(found)


def _carried(value: exp.Expr, lineage: Lineage) -> Iterator[str]:
    """The parameters whose value `value` holds, not only what an equality said of them."""
    match value:
        case exp.Placeholder():
            yield str(value.this)
        case exp.Column():
            origin = lineage.origin(value)
            for one in origin if isinstance(origin, list) else ():
                yield from _carried(one, lineage)
        case exp.Query() | exp.Subquery():
            for arms in projections(value):
                for one in arms:
                    yield from _carried(one, lineage)
        case _ if isinstance(value, _EQUALITIES):
            return
        case _:
            for part in value.iter_expressions():
                yield from _carried(part, lineage)
