"""What a guarded SELECT may consist of: a closed list of parts, and of what each may carry.

A part that is not listed is refused, and so is a key that is set and not listed: it is a clause that nobody has
thought about.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from sqlglot import exp

from broker.adapters.sql.select import contents, places
from broker.adapters.sql.select.hints import UnfitError, engine, no_function, said, written

MAX_NODES: Final = 4_000
MAX_DEPTH: Final = 200

_TWO_SIDES: Final = frozenset({"this", "expression"})
_ONE_SIDE: Final = frozenset({"this"})
_QUERY: Final = frozenset({"with_", "order", "limit", "offset"})
_UNION: Final = _QUERY | {"this", "expression", "distinct"}
_LIKE: Final = _TWO_SIDES | {"negate"}
_LISTS: Final = frozenset({"expressions"})

_COMMON: Final[Mapping[type[exp.Expr], frozenset[str]]] = {
    exp.Select: _QUERY | {"expressions", "from_", "joins", "where", "group", "having", "windows", "distinct"},
    exp.Union: _UNION,
    exp.Intersect: _UNION,
    exp.Except: _UNION,
    exp.With: _LISTS,
    exp.CTE: frozenset({"this", "alias", "materialized"}),
    exp.Subquery: frozenset({"this", "alias", "joins"}),
    exp.Table: frozenset({"this", "alias", "joins"}),
    exp.TableAlias: frozenset({"this", "columns"}),
    exp.Column: frozenset({"this", "table"}),
    exp.Identifier: frozenset({"this", "quoted"}),
    exp.Star: frozenset(),
    exp.Alias: frozenset({"this", "alias"}),
    exp.From: _ONE_SIDE,
    exp.Join: frozenset({"this", "on", "using", "side", "kind"}),
    exp.Where: _ONE_SIDE,
    exp.Group: _LISTS,
    exp.Having: _ONE_SIDE,
    exp.Order: frozenset({"this", "expressions"}),
    exp.Ordered: frozenset({"this", "desc", "nulls_first"}),
    exp.Limit: frozenset({"expression"}),
    exp.Offset: frozenset({"expression"}),
    exp.Distinct: _LISTS,
    exp.Literal: frozenset({"this", "is_string"}),
    exp.Boolean: _ONE_SIDE,
    exp.Null: frozenset(),
    exp.Paren: _ONE_SIDE,
    exp.Tuple: _LISTS,
    exp.Var: _ONE_SIDE,
    exp.Case: frozenset({"this", "ifs", "default"}),
    exp.If: frozenset({"this", "true"}),
    **dict.fromkeys((exp.And, exp.Or, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE), _TWO_SIDES),
    **dict.fromkeys((exp.NullSafeEQ, exp.NullSafeNEQ, exp.Add, exp.Sub, exp.Mul, exp.Mod), _TWO_SIDES),
    **dict.fromkeys((exp.BitwiseAnd, exp.BitwiseOr), _TWO_SIDES),
    **dict.fromkeys((exp.Not, exp.Neg), _ONE_SIDE),
    exp.Div: _TWO_SIDES | {"typed", "safe"},
    exp.DPipe: _TWO_SIDES | {"safe"},
    exp.Is: _LIKE,
    exp.Like: _LIKE,
    exp.Escape: _TWO_SIDES,
    exp.Between: frozenset({"this", "low", "high"}),
    exp.In: frozenset({"this", "expressions", "query"}),
    exp.Exists: _ONE_SIDE,
    exp.Collate: _TWO_SIDES,
    exp.Cast: frozenset({"this", "to"}),
    exp.DataType: frozenset({"this", "expressions"}),
    exp.DataTypeParam: _ONE_SIDE,
    exp.Anonymous: frozenset({"this", "expressions"}),
    exp.Filter: _TWO_SIDES,
    exp.Window: frozenset({"this", "partition_by", "order", "spec", "alias", "over"}),
    exp.WindowSpec: frozenset({"kind", "start", "start_side", "end", "end_side", "exclude"}),
    **dict.fromkeys((exp.CurrentDate, exp.CurrentTime, exp.CurrentTimestamp), frozenset[str]()),
}

_KNOWN: Final[Mapping[str, Mapping[type[exp.Expr], frozenset[str]]]] = {
    "sqlite": {**_COMMON, exp.Glob: _LIKE, exp.DataType: frozenset({"this", "expressions", "kind"})},
    "postgres": {
        **_COMMON,
        exp.Distinct: frozenset({"expressions", "on"}),
        exp.Fetch: frozenset({"direction", "count", "limit_options"}),
        exp.LimitOptions: frozenset({"rows"}),
        exp.ILike: _LIKE,
        exp.Any: _ONE_SIDE,
        exp.All: _ONE_SIDE,
        **dict.fromkeys((exp.GroupingSets, exp.Rollup, exp.Cube), _LISTS),
        exp.WithinGroup: _TWO_SIDES,
        exp.Interval: frozenset({"this", "unit"}),
        exp.Extract: _TWO_SIDES,
        exp.Trim: frozenset({"this", "expression", "position"}),
        exp.Substring: frozenset({"this", "start", "length"}),
        exp.StrPosition: frozenset({"this", "substr"}),
        exp.Values: frozenset({"expressions", "alias"}),
        exp.Localtimestamp: frozenset(),
    },
}

_RULES: Final = {**places.RULES, **contents.RULES}
_PLAIN: Final = (bool, str, exp.DType)  # what a part may say besides other parts

# What a key that is not listed means, where the key's own name would not tell.
_CLAUSES: Final[Mapping[str, str]] = {
    "db": "write tables and columns without a schema before them",
    "catalog": "write tables and columns without a schema before them",
    "into": "SELECT INTO is not possible",
    "locks": "FOR UPDATE is not possible",
    "laterals": "LATERAL is not possible: write a subquery",
    "method": "NATURAL JOIN is not possible: write JOIN ... ON",
    "recursive": "WITH RECURSIVE is not possible",
    "sample": "TABLESAMPLE is not possible",
    "qualify": "QUALIFY is not possible: filter a subquery",
    "field": "write IN (SELECT ...) with the columns named",
}
_NODES: Final[Mapping[type[exp.Expr], str]] = {
    exp.Placeholder: "write values into the query: it takes no parameters",
    exp.Parameter: "write values into the query: it takes no parameters",
    exp.Lateral: "LATERAL is not possible: write a subquery",
    exp.Values: "VALUES is not possible here",
    exp.RegexpLike: "regular expressions are not possible: use LIKE",
    exp.RegexpILike: "regular expressions are not possible: use LIKE",
    exp.SimilarTo: "regular expressions are not possible: use LIKE",
    exp.Interval: "SQLite has no intervals: use date(x, '+1 day')",
    exp.Extract: "use strftime('%Y', x)",
    exp.ILike: "use LIKE: it takes upper and lower case alike",
    exp.Concat: "write a || b, each text in its own quotes",
    exp.Pow: "use power(x, y)",
    exp.Dot: "write columns as `table.column`, functions by their bare name",
    exp.Lock: "FOR UPDATE is not possible",
    **dict.fromkeys((exp.RawString, exp.ByteString, exp.UnicodeString, exp.National), "write texts in plain '...'"),
    **dict.fromkeys((exp.HexString, exp.BitString), "write numbers and texts plainly"),
}


def hold(root: exp.Expr, dialect: str) -> None:
    """Every part of the tree is known, carries what it may and stands where it may. Raises UnfitError.

    Calls lose the mark that `reading` gave them.
    """
    if not isinstance(root, exp.Query):
        raise UnfitError("write a SELECT")
    known = _KNOWN[dialect]
    rest: list[tuple[exp.Expr, int]] = [(root, 0)]
    count = 0
    while rest:
        node, depth = rest.pop()
        count += 1
        if count > MAX_NODES or depth > MAX_DEPTH:
            raise _too_large(depth)
        parts = known.get(type(node))
        if parts is None:
            raise _strange(node, dialect)
        _fits(node, parts, dialect)
        rest += [(inner, depth + 1) for inner in _inner(node)]


def _fits(node: exp.Expr, parts: AbstractSet[str], dialect: str) -> None:
    for key, value in node.args.items():
        if value and key not in parts:
            raise UnfitError(_CLAUSES.get(key, f"{said(written(node, dialect))} is not possible"))
    rule = _RULES.get(type(node))
    trouble = None if rule is None else rule(node, dialect)
    if trouble is not None:
        raise UnfitError(trouble)


def _inner(node: exp.Expr) -> list[exp.Expr]:
    """What it holds, once its rule has seen it, which may have set it apart. What is no part is a plain word."""
    found: list[exp.Expr] = []
    for value in node.args.values():
        for one in value if isinstance(value, list) else (value,):
            if isinstance(one, exp.Expr):
                found.append(one)
            elif not (one is None or isinstance(one, _PLAIN)):
                raise UnfitError(f"{said(type(one).__name__)} is not possible")
    return found


def _too_large(depth: int) -> UnfitError:
    if depth > MAX_DEPTH:
        return UnfitError("write it less deeply nested, a long OR as IN (...)")
    return UnfitError(f"a query has at most {MAX_NODES} parts")


def _strange(node: exp.Expr, dialect: str) -> UnfitError:
    said_so = _NODES.get(type(node))
    if said_so is not None:
        return UnfitError(said_so)
    if isinstance(node, exp.Func) and not isinstance(node, exp.Binary):
        return no_function(written(node, dialect).partition("(")[0].lower())
    return UnfitError(f"{said(written(node, dialect))} is not possible in {engine(dialect)} here")
