"""One statement of a closed grammar, from the text of an `.sql` file. What is not known here is refused."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

import sqlglot
from sqlglot import Token, TokenType, exp
from sqlglot.errors import ErrorLevel, SqlglotError

POSTGRES: Final = "postgres"

_CALLED: Final = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
_MAX_LENGTH: Final = 32_768  # characters
# Text that a reviewer does not see as it runs: control, zero-width and direction characters.
_INVISIBLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_ -]{0,62}")

_KNOWN: Final[tuple[type[exp.Expr], ...]] = (
    *(exp.Select, exp.Union, exp.Intersect, exp.Except, exp.With, exp.CTE, exp.Subquery),
    *(exp.Insert, exp.Update, exp.Delete, exp.Values, exp.Schema, exp.Returning, exp.OnConflict, exp.Tuple),
    *(exp.Table, exp.TableAlias, exp.Column, exp.Identifier, exp.Star, exp.Alias, exp.Placeholder),
    *(exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.Order, exp.Ordered, exp.Limit, exp.Offset),
    *(exp.Distinct, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Var, exp.Case, exp.If),
    *(exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ),
    *(exp.Is, exp.In, exp.Between, exp.Like, exp.Glob, exp.Escape, exp.Exists, exp.Collate, exp.Cast, exp.DataType),
    *(exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.DPipe, exp.BitwiseAnd, exp.BitwiseOr, exp.BitwiseNot),
    *(exp.BitwiseLeftShift, exp.BitwiseRightShift, exp.Window, exp.WindowSpec, exp.Filter),
    *(exp.JSONPath, exp.JSONPathRoot, exp.JSONPathKey, exp.JSONPathSubscript),
)
# Which functions and types there are, the engine holds by its own reading (`Engine.rehearse`).
_KNOWN_IN: Final[dict[str, tuple[type[exp.Expr], ...]]] = {
    "sqlite": (*_KNOWN, exp.Func),
    POSTGRES: (
        *(one for one in _KNOWN if one is not exp.Glob),
        *(exp.ILike, exp.Any, exp.All, exp.GroupingSets, exp.Rollup, exp.Cube, exp.WithinGroup),
        *(exp.Interval, exp.AtTimeZone, exp.DataTypeParam, exp.Func),
    ),
}
_REWRITTEN: Final = frozenset({exp.DataType.Type.DECIMAL, exp.DataType.Type.BOOLEAN})
_ARROWS: Final = frozenset({TokenType.ARROW, TokenType.DARROW})
# What a reader of SQLite and SQLite itself take for the same place in a JSON text; `a.b` is one key or two.
_PATH: Final = re.compile(r"\$.+|[A-Za-z_][A-Za-z0-9_]*", re.ASCII | re.DOTALL)
_QUERY_PARTS: Final = frozenset(
    {"with_", "expressions", "from_", "joins", "where", "group", "having", "order", "limit", "offset", "distinct"}
)
_SET_PARTS: Final = frozenset({"with_", "this", "expression", "distinct", "order", "limit", "offset"})
_QUANTIFIED: Final = frozenset({"this"})
# What each node may carry; a key that is set and not here is a clause that nobody has thought about.
_PARTS: Final[dict[type[exp.Expr], frozenset[str]]] = {
    exp.Select: _QUERY_PARTS,
    exp.Union: _SET_PARTS,
    exp.Intersect: _SET_PARTS,
    exp.Except: _SET_PARTS,
    exp.Subquery: frozenset({"this", "alias"}),
    exp.CTE: frozenset({"this", "alias", "materialized"}),
    exp.With: frozenset({"expressions"}),
    exp.Table: frozenset({"this", "alias"}),
    exp.Column: frozenset({"this", "table"}),
    exp.Star: frozenset(),
    exp.Join: frozenset({"this", "on", "using", "side", "kind"}),
    exp.Group: frozenset({"expressions"}),
    exp.Rollup: frozenset({"expressions"}),
    exp.Cube: frozenset({"expressions"}),
    exp.In: frozenset({"this", "expressions", "query"}),
    exp.Any: _QUANTIFIED,
    exp.All: _QUANTIFIED,
    exp.Cast: frozenset({"this", "to"}),
    exp.Window: frozenset({"this", "partition_by", "order", "spec", "over"}),
    exp.Insert: frozenset({"this", "expression", "conflict", "returning", "alternative"}),
    exp.Update: frozenset({"this", "expressions", "where", "returning"}),
    exp.Delete: frozenset({"this", "where", "returning"}),
    exp.OnConflict: frozenset({"action", "conflict_keys", "expressions", "where"}),
    exp.Returning: frozenset({"expressions"}),
}

Statement = exp.Query | exp.Insert | exp.Update | exp.Delete


def parse(text: str, dialect: str) -> Statement | str:
    """The statement, or in one sentence why it is none that can be run."""
    if len(text) > _MAX_LENGTH:
        return f"at most {_MAX_LENGTH} characters"
    if _INVISIBLE.search(text):
        return "no control or invisible characters"
    try:
        found = [one for one in sqlglot.parse(text, read=dialect) if one is not None]
        statement = _one(found, dialect)
        trouble = _misread(sqlglot.tokenize(text, read=dialect), dialect)
    except SqlglotError as error:
        line = str(error).partition("\n")[0]
        return f"not SQL as {_CALLED[dialect]} has it: {line[:120].lower()}"
    except RecursionError:
        return "less deeply nested SQL"
    return statement if trouble is None else trouble


def strange(root: exp.Expr, dialect: str) -> str | None:
    """What in it nobody has thought about, in one sentence: of a statement as it was read, or as it was resolved."""
    for node in root.walk():
        trouble = _unknown(node, dialect) or _misplaced(node)
        if trouble is not None:
            return trouble
    return None


def _one(found: list[exp.Expr], dialect: str) -> Statement | str:
    if len(found) != 1:
        return f"exactly one statement, not {len(found)}"
    root = found[0]
    if isinstance(root, exp.Subquery):
        root = root.unnest()
    if not isinstance(root, exp.Select | exp.SetOperation | exp.Insert | exp.Update | exp.Delete):
        return "a SELECT, INSERT, UPDATE or DELETE"
    misnamed = (_misnamed(node, dialect) for node in root.walk())
    trouble = strange(root, dialect) or next((one for one in misnamed if one is not None), None)
    return root if trouble is None else trouble


def _misread(tokens: list[Token], dialect: str) -> str | None:
    """A path into a JSON text that the reader would write down as another one."""
    for arrow, path in pairwise(tokens):
        if arrow.token_type in _ARROWS and path.token_type is TokenType.STRING:
            plain = path.text if dialect == POSTGRES else _PATH.fullmatch(path.text)
            if not plain:
                return "one name, or a path like `'$.a.b'`, after `->` and `->>`"
    return None


def _unknown(node: exp.Expr, dialect: str) -> str | None:
    if isinstance(node, exp.Lambda):
        return f"brackets around `{_short(node, dialect)}`, which inside of a function could be read as one itself"
    if not isinstance(node, _KNOWN_IN[dialect]) or isinstance(node, exp.RegexpLike | exp.RegexpILike | exp.SimilarTo):
        return f"`{_short(node, dialect)}` is not supported here"
    if dialect == "sqlite" and isinstance(node, exp.DataType) and node.this in _REWRITTEN:
        return "a cast to INTEGER, REAL or TEXT"  # sqlglot writes REAL for NUMERIC, which makes 5.0 of 5
    parts = _PARTS.get(type(node))
    if parts is None:
        return None
    extra = sorted(key for key, value in node.args.items() if value and key not in parts)
    if not extra:
        return None
    if extra[0] in {"catalog", "db"}:
        return "tables without a schema prefix"
    return f"`{extra[0].strip('_')}` is not supported in `{_short(node, dialect)}`"


def _short(node: exp.Expr, dialect: str) -> str:
    return node.sql(dialect, comments=False, unsupported_level=ErrorLevel.IGNORE)[:60]


def _misnamed(node: exp.Expr, dialect: str) -> str | None:
    match node:
        case exp.Identifier() if not _NAME.fullmatch(node.name):
            return "names of ASCII letters, digits, `_`, `-`, space"
        case exp.Identifier() if dialect == POSTGRES and node.args.get("quoted") and node.name != node.name.lower():
            # Quoted it is another name than `total` to PostgreSQL, and the same one to whoever reviews the file.
            return None if isinstance(node.parent, exp.Collate) else f"`{node.name}` in lower case, as it is listed"
        case exp.Placeholder() if not isinstance(node.this, str) or not node.this:
            return "parameters with a name, like :order_id"
        case _:
            return None


def _misplaced(node: exp.Expr) -> str | None:
    match node:
        case exp.Table() if not isinstance(node.this, exp.Identifier):
            return "tables only, no table functions"
        case exp.From() | exp.Join() if not isinstance(node.this, exp.Table | exp.Subquery):
            return "tables and subqueries only after FROM and JOIN"
        case exp.Subquery() if isinstance(node.parent, exp.From | exp.Join) and not node.alias:
            return "a name for each subquery after FROM and JOIN"
        case exp.CTE() if not isinstance(node.this, exp.Query):
            return "only SELECT inside WITH"
        case exp.Any() | exp.All() if not isinstance(node.this, exp.Query | exp.Subquery):
            return "a SELECT in ANY and ALL; for a list `IN (:ids)`"
        case exp.Values() if not isinstance(node.parent, exp.Insert):
            return "VALUES only in INSERT"
        case exp.Insert() | exp.Update() | exp.Delete() if node.parent is not None:
            return "no statement inside a statement"
        case _:
            return None
