"""Which expressions can fail? A failure that another's row brings about tells of that row.

An engine that takes a row filter for one condition among others may compute `1 / (total - 77)` for a row before it
looks whose row it is, and an error is all the answer a guess needs. Guides to it: PostgreSQL's own notion of a
leakproof function, and what SQLite's sources raise. A closed list of what cannot fail; anything else can.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlglot import exp

from broker.adapters.sql.statement import POSTGRES

_CANNOT: Final = (
    *(exp.Select, exp.SetOperation, exp.Subquery, exp.CTE, exp.With, exp.From, exp.Join, exp.Table, exp.TableAlias),
    *(exp.Where, exp.Having, exp.Group, exp.GroupingSets, exp.Rollup, exp.Cube, exp.Grouping, exp.Order, exp.Ordered),
    *(exp.Distinct, exp.Star, exp.Alias, exp.Identifier, exp.Column, exp.Literal, exp.Placeholder, exp.Boolean),
    *(exp.Null, exp.Paren, exp.Var, exp.Tuple, exp.And, exp.Or, exp.Not, exp.Is, exp.In, exp.Between, exp.Exists),
    *(exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Any, exp.All),
    *(exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Collate, exp.Lower, exp.Upper, exp.Length, exp.Trim),
    *(exp.Count, exp.Min, exp.Max, exp.Filter, exp.Window, exp.WindowSpec, exp.RowNumber, exp.Rank, exp.DenseRank),
    *(exp.Insert, exp.Update, exp.Delete, exp.Schema, exp.Values, exp.Returning, exp.OnConflict),
)
_CANNOT_IN: Final[dict[str, tuple[type[exp.Expr], ...]]] = {
    # SQLite's integers become floats where they grow too large, a division by zero is null, and any text is a number.
    "sqlite": (
        *(exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.BitwiseAnd, exp.BitwiseOr, exp.BitwiseNot),
        *(exp.BitwiseLeftShift, exp.BitwiseRightShift, exp.Cast, exp.DataType, exp.Avg),
    ),
    POSTGRES: (),
}
_OF_ROWS: Final = (exp.From, exp.Join, exp.In, exp.Any, exp.All, exp.Exists, exp.SetOperation, exp.CTE, exp.Subquery)
_PATTERNS: Final = (exp.Like, exp.ILike, exp.Glob)


def can_fail(root: exp.Expr, dialect: str) -> bool:
    """Whether something in it fails for some row and not for another."""
    return any(_fails(node, dialect) for node in root.walk())


def fails_early(statement: exp.Expr, dialect: str) -> bool:
    """The same, apart from what every engine computes for those rows alone that all conditions let through.

    That is what is answered of single rows, and what is stored; and the own WHERE of a write, which is no query's
    condition beside a filter: whoever narrows it takes care of it.
    """
    late = {id(node) for part in _late(statement) for node in _of_its_own(part)}
    return any(_fails(node, dialect) for node in statement.walk() if id(node) not in late)


def _late(statement: exp.Expr) -> Iterator[exp.Expr]:
    match statement:
        case exp.Update() | exp.Delete():
            for key in ("expressions", "where", "returning"):
                part = statement.args.get(key)
                yield from part if isinstance(part, list) else [part] if isinstance(part, exp.Expr) else []
        case exp.Insert():
            for key in ("conflict", "returning"):
                if isinstance(statement.args.get(key), exp.Expr):
                    yield statement.args[key]
            yield from _late(statement.expression)
        case exp.Values():
            yield statement
        case exp.Select() if not statement.args.get("group") and not statement.args.get("having"):
            answered = [one for one in (*statement.expressions, statement.args.get("order")) if one is not None]
            # What sums up rows may be computed below a join, and a window is one more condition's place.
            if not any(one.find(exp.AggFunc, exp.Window, exp.Anonymous) for one in answered):
                yield from answered
        case _:
            return


def _of_its_own(part: exp.Expr) -> Iterator[exp.Expr]:
    """Its nodes, without those of a query inside it, which has conditions of its own."""
    yield part
    for child in part.iter_expressions():
        if not isinstance(child, exp.Query | exp.Subquery):
            yield from _of_its_own(child)


def _fails(node: exp.Expr, dialect: str) -> bool:
    match node:
        case exp.Limit() | exp.Offset():
            return not isinstance(node.expression, exp.Literal)  # a negative one, of a query that is never reached
        case exp.Subquery() if dialect == POSTGRES and _is_one_value(node):
            return True  # where it gives two rows
        case _ if isinstance(node, _PATTERNS):
            pattern = node.expression  # one that ends in its own escape fails where a text is as long as it
            return not isinstance(pattern, exp.Literal) or "\\" in pattern.name
        case _ if isinstance(node, (*_CANNOT, *_CANNOT_IN[dialect])):
            return False
        case _:
            return node.find(exp.Column, exp.Star, exp.Query) is not None  # else it fails for every row or for none


def _is_one_value(node: exp.Subquery) -> bool:
    return not isinstance(node.parent, _OF_ROWS)
