"""Where each part of a guarded SELECT may stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sqlglot import exp

from broker.adapters.sql.select.functions import CALL
from broker.adapters.sql.select.hints import said, written

_MAX_DIGITS: Final = 18
_SIDES: Final = frozenset({"LEFT", "RIGHT", "FULL"})
_KINDS: Final = frozenset({"INNER", "OUTER", "CROSS"})
_ROWS_IN: Final = (
    *(exp.In, exp.Group, exp.GroupingSets, exp.Rollup, exp.Cube, exp.Values, exp.Distinct),
    *(exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE),
)
_GROUPED: Final = (exp.Group, exp.GroupingSets, exp.Rollup, exp.Cube)
# Engines and parsers disagree on which of two conditions side by side holds the other, and NOT IN is written as NOT ...
# IN: a condition is part of another, or of a sum, in parentheses only.
_CONDITIONS: Final = (
    *(exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ),
    *(exp.Is, exp.Like, exp.ILike, exp.Glob, exp.Escape, exp.Between, exp.In),
)
_BOOLEAN: Final = (*_CONDITIONS, exp.Not, exp.And, exp.Or)
_IS: Final = (exp.Is, exp.NullSafeEQ, exp.NullSafeNEQ)
_TERMS: Final = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.DPipe, exp.Neg, exp.BitwiseAnd, exp.BitwiseOr)
_BINDING: Final = frozenset({*_CONDITIONS, *_TERMS, exp.Collate})
Rule = Callable[[exp.Expr, str], str | None]
"""(part, dialect) -> the hint, where this part is not one that can be here."""


def _from(node: exp.Expr, dialect: str) -> str | None:
    if isinstance(node, exp.Join):
        side, kind, on = node.args.get("side"), node.args.get("kind"), node.args.get("on")
        if (side and side not in _SIDES) or (kind and kind not in _KINDS):
            return f"{said(f'{side or kind} JOIN')} is not possible"
        if on is not None and node.args.get("using"):
            return "write ON or USING"
    if isinstance(node.this, exp.Table | exp.Subquery) or (dialect == "postgres" and isinstance(node.this, exp.Values)):
        return None
    return "after FROM and JOIN stand tables and subqueries only"


def _table(node: exp.Expr, _dialect: str) -> str | None:
    if not isinstance(node.this, exp.Identifier):
        return "after FROM and JOIN stand tables and subqueries only: no functions"
    within = isinstance(node.parent, exp.From | exp.Join | exp.Subquery)
    return None if within else f"{said(node.name)} may not stand here: write (SELECT ...)"


def _subquery(node: exp.Expr, dialect: str) -> str | None:
    inner, placed = node.this, isinstance(node.parent, exp.From | exp.Join | exp.Subquery)
    if isinstance(inner, exp.Table) and (not placed or node.alias):
        return "write joins without parentheses around them"
    if node.args.get("joins") and not placed:
        return "write joins without parentheses around them"
    if dialect == "sqlite" and isinstance(node.parent, exp.SetOperation) and not _is_chain(node):
        return "SQLite has no parentheses around a SELECT of a UNION: write SELECT * FROM (...)"
    return None if isinstance(inner, exp.Query | exp.Table) else "a subquery is a SELECT"


def _is_chain(node: exp.Expr) -> bool:
    """`A UNION B INTERSECT C`, in SQLite from left to right: the parser's own parentheses, which are not written."""
    plain = not any(node.this.args.get(key) for key in ("with_", "order", "limit", "offset"))
    first = isinstance(node.parent, exp.Intersect) and node.arg_key == "this"
    return first and plain and isinstance(node.this, exp.SetOperation)


def _only_query(node: exp.Expr, _dialect: str) -> str | None:
    return None if isinstance(node.this, exp.Query) else "a SELECT belongs in these parentheses"


def _star(node: exp.Expr, _dialect: str) -> str | None:
    match node.parent:
        case exp.Select():
            return None
        case exp.Column() as column if isinstance(column.parent, exp.Select) and column.arg_key == "expressions":
            return None
        case exp.Anonymous() as call if call.name.removeprefix(CALL) == "count":
            return None
        case _:
            return "`*` stands alone after SELECT or in count(*)"


def _limit(node: exp.Expr, _dialect: str) -> str | None:
    number = node.args.get("count") if isinstance(node, exp.Fetch) else node.args.get("expression")
    plain = isinstance(number, exp.Literal) and not number.is_string and number.name.isdecimal()
    options = node.args.get("limit_options")
    tied = isinstance(options, exp.LimitOptions) and not options.args.get("rows")
    if plain and isinstance(number, exp.Literal) and len(number.name) <= _MAX_DIGITS and not tied:
        return None
    return "LIMIT and OFFSET take plain numbers"


def _tuple(node: exp.Expr, _dialect: str) -> str | None:
    parent = node.parent
    if isinstance(parent, exp.Tuple | exp.Paren):
        parent = parent.parent
    return None if isinstance(parent, _ROWS_IN) else "a row in parentheses stands in comparisons, IN and GROUP BY only"


def _distinct(node: exp.Expr, _dialect: str) -> str | None:
    inner = isinstance(node.parent, exp.Order) and isinstance(node.parent.parent, exp.Anonymous)
    placed = inner or isinstance(node.parent, exp.Select | exp.Anonymous)
    return None if placed else "DISTINCT stands after SELECT or in count(DISTINCT x)"


def _order(node: exp.Expr, _dialect: str) -> str | None:
    if not all(isinstance(one, exp.Ordered) for one in node.expressions):
        return "ORDER BY takes columns and expressions"
    inside = isinstance(node.parent, exp.Anonymous)
    if inside:
        return None if isinstance(node.this, exp.Expr) else "ORDER BY stands behind an argument"
    placed = isinstance(node.parent, exp.Query | exp.Window | exp.WithinGroup)
    return None if placed and not node.this else "ORDER BY may not stand here"


def _window(node: exp.Expr, _dialect: str) -> str | None:
    over = node.args.get("over")
    if over not in {None, "OVER"}:
        return "windows are written with OVER"
    if isinstance(node.parent, exp.Select) and node.arg_key == "windows":
        return None if isinstance(node.this, exp.Identifier) else "WINDOW name AS (...)"
    called = isinstance(node.this, exp.Anonymous | exp.Filter)
    return None if called and over else "OVER stands behind a function"


def _group(node: exp.Expr, _dialect: str) -> str | None:
    placed = isinstance(node.parent, _GROUPED) or isinstance(node, exp.Group)
    return None if placed else "GROUPING SETS, ROLLUP and CUBE stand in GROUP BY"


def _alias(node: exp.Expr, _dialect: str) -> str | None:
    return None if isinstance(node.parent, exp.Select) else "AS gives a name to a column of the result only"


def _values(node: exp.Expr, _dialect: str) -> str | None:
    placed = isinstance(node.parent, exp.From | exp.Join)
    return None if placed else "VALUES stands in FROM: FROM (VALUES (1, 'a')) AS v(x, y)"


def _condition(node: exp.Expr, dialect: str) -> str | None:
    if isinstance(node, _IS) and any(_is_condition(one) for one in (node.this, node.expression)):
        return "IS stands behind a column or a value, not behind a condition"
    escaped = isinstance(node.parent, exp.Escape) and isinstance(node, exp.Like | exp.ILike)
    listed = isinstance(node.parent, exp.In) and node.arg_key == "expressions"
    if type(node.parent) not in _BINDING or escaped or listed:
        return None
    return f"put {said(written(node, dialect))} in parentheses"


def _is_condition(node: exp.Expr) -> bool:
    """Parentheses or not: the parser itself puts some around what it takes to be one side of an IS."""
    while isinstance(node, exp.Paren):
        node = node.this
    return isinstance(node, _BOOLEAN)


RULES: Final[Mapping[type[exp.Expr], Rule]] = {
    exp.From: _from,
    exp.Join: _from,
    exp.Table: _table,
    exp.Subquery: _subquery,
    **dict.fromkeys((exp.CTE, exp.Exists, exp.Any, exp.All), _only_query),
    exp.Star: _star,
    **dict.fromkeys((exp.Limit, exp.Offset, exp.Fetch), _limit),
    exp.Tuple: _tuple,
    exp.Distinct: _distinct,
    exp.Order: _order,
    exp.Window: _window,
    **dict.fromkeys((exp.Group, exp.GroupingSets, exp.Rollup, exp.Cube), _group),
    exp.Values: _values,
    exp.Alias: _alias,
    **dict.fromkeys(_BOOLEAN, _condition),
}
