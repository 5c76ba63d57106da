"""Which words, numbers, names and types a guarded SELECT may hold, and what may be called with what."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from sqlglot import exp

from broker.adapters.sql.select.functions import ALLOWED, CALL, POSTGRES_FIELD_FIRST, POSTGRES_FIELDS, SQLITE_DATES
from broker.adapters.sql.select.hints import no_function, said

MAX_NAME: Final = 63  # bytes: PostgreSQL cuts longer names off, and two could become one
_MAX_DIGITS: Final = 18
_MAX_SIZE: Final = 1_000  # of a type: char(n) fills up with n spaces
_MAX_MODIFIER: Final = 64  # characters of a date's modifier
_NUMBER: Final = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_COUNT: Final = re.compile(r"-?[0-9]+")
_SPAN: Final = re.compile(r"[A-Za-z0-9 :.+-]+")
_UNSAFE_IN_NAMES: Final = re.compile(r'["`\[\]\\~]')
_UNITS: Final = frozenset({"microsecond", "millisecond", "second", "minute", "hour", "day", "week", "month", "year"})
_FIELDS: Final = frozenset(field.upper() for field in POSTGRES_FIELDS)
_COLLATIONS: Final[Mapping[str, frozenset[str]]] = {
    "sqlite": frozenset({"nocase", "binary", "rtrim"}),
    "postgres": frozenset({"c"}),
}
_FRAMES: Final = frozenset({"ROWS", "RANGE", "GROUPS"})
_EDGES: Final = frozenset({"UNBOUNDED", "CURRENT ROW"})
_EDGE_SIDES: Final = frozenset({"PRECEDING", "FOLLOWING"})
_EXCLUDED: Final = frozenset({"CURRENT ROW", "GROUP", "TIES", "NO OTHERS"})
_T: Final = exp.DType
_TEXTS: Final = frozenset({_T.TEXT, _T.VARCHAR, _T.CHAR, _T.NVARCHAR})
_NUMBERS: Final = frozenset({_T.INT, _T.BIGINT, _T.SMALLINT, _T.DECIMAL, _T.DOUBLE, _T.FLOAT, _T.BOOLEAN})
_TYPES: Final[Mapping[str, frozenset[exp.DType]]] = {
    "sqlite": _TEXTS | _NUMBERS | {_T.TINYINT},
    "postgres": _TEXTS | _NUMBERS | {_T.DATE, _T.TIME, _T.TIMESTAMP, _T.TIMESTAMPTZ, _T.INTERVAL, _T.UUID},
}
_SIZED: Final = frozenset({_T.VARCHAR, _T.CHAR, _T.NVARCHAR, _T.DECIMAL})
_SQLITE_DATES: Final = frozenset({_T.DATE, _T.TIME, _T.TIMESTAMP, _T.TIMESTAMPTZ, _T.DATETIME})
# What SUBSTRING may count with in PostgreSQL: of a text it makes a regular expression.
_COUNTED: Final = (exp.Neg, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.StrPosition)
_COUNTING: Final = frozenset({"length", "char_length", "strpos", "octet_length"})
Rule = Callable[[exp.Expr, str], str | None]
"""(part, dialect) -> the hint, where this part is not one that can be here."""


def _anonymous(node: exp.Expr, dialect: str) -> str | None:
    marked = node.args.get("this")
    if not isinstance(marked, str) or not marked.startswith(CALL):
        return str(no_function(marked.name if isinstance(marked, exp.Expr) else str(marked)))
    name = marked.removeprefix(CALL)
    if name not in ALLOWED[dialect]:
        return str(no_function(name))
    node.set("this", name)
    least, most = ALLOWED[dialect][name]
    _apart(node)
    arguments = list(_arguments(node.expressions))
    if not least <= len(arguments) <= most:
        return f"function {said(name + '()')} takes another number of arguments"
    if dialect == "sqlite" and name in SQLITE_DATES:
        return _sqlite_modifiers(arguments[2 if name == "strftime" else 1 :])
    if name in POSTGRES_FIELD_FIRST and not _is_field(arguments[0]):
        return f"the first argument of {said(name + '()')} is a field in quotes, such as 'month'"
    return None


def _apart(call: exp.Expr) -> None:
    """`string_agg(DISTINCT x, ', ' ORDER BY x)` as it was written: sqlglot makes one argument of both, a row."""
    written = call.expressions
    if not written:
        return
    order = written[-1] if isinstance(written[-1], exp.Order) else None
    first = written[0] if order is None or len(written) > 1 else order.this
    if isinstance(first, exp.Distinct) and len(first.expressions) > 1:
        apart: list[exp.Expr] = [exp.Distinct(expressions=first.expressions[:1]), *first.expressions[1:]]
        if order is not None:
            apart[-1] = exp.Order(this=apart[-1], expressions=order.expressions)
        call.set("expressions", apart)


def _arguments(written: list[exp.Expr]) -> Iterator[exp.Expr]:
    """Without the DISTINCT and the ORDER BY around them."""
    for one in written:
        inner = one.this if isinstance(one, exp.Order) else one
        yield from inner.expressions if isinstance(inner, exp.Distinct) else (inner,)


def _sqlite_modifiers(modifiers: list[exp.Expr]) -> str | None:
    for one in modifiers:
        text = one.name.lower() if isinstance(one, exp.Literal) and one.is_string else None
        if text is None or len(text) > _MAX_MODIFIER or "local" in text or "utc" in text:
            return "a modifier of a date is a text in quotes such as '-7 days', and not the local time"
    return None


def _is_field(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and node.is_string and node.name.lower() in POSTGRES_FIELDS


def _identifier(node: exp.Expr, _dialect: str) -> str | None:
    name = node.args["this"]
    if not isinstance(name, str):
        return "names only"
    if name.startswith(CALL):
        # What looked like a call was a name with a list behind it, as in WITH total (a, b).
        name = name.removeprefix(CALL)
        node.set("this", name)
    fits = 0 < len(name.encode("utf-8", "replace")) <= MAX_NAME and name.isprintable()
    return None if fits and not _UNSAFE_IN_NAMES.search(name) else f"{said(name)} is no name that can be used here"


def _literal(node: exp.Expr, _dialect: str) -> str | None:
    if node.args.get("is_string") or _NUMBER.fullmatch(node.name):
        return None
    return f"{said(node.name)} is no number that can be used here"


def _frame(node: exp.Expr, _dialect: str) -> str | None:
    said_words = (
        (node.args.get("kind"), _FRAMES),
        (node.args.get("start_side"), _EDGE_SIDES),
        (node.args.get("end_side"), _EDGE_SIDES),
    )
    known = all(word is None or (isinstance(word, str) and word.upper() in words) for word, words in said_words)
    for key in ("start", "end"):
        edge = node.args.get(key)
        known = known and (edge is None or isinstance(edge, exp.Literal | exp.Interval) or edge in _EDGES)
    excluded = node.args.get("exclude")
    word = excluded.name if isinstance(excluded, exp.Expr) else excluded
    return None if known and (word is None or str(word).upper() in _EXCLUDED) else "this window frame is not possible"


def _var(node: exp.Expr, dialect: str) -> str | None:
    word = node.name
    match node.parent:
        case exp.Interval():
            known = word.lower().removesuffix("s") in _UNITS
        case exp.Extract():
            known = word.upper() in _FIELDS
        case exp.Collate():
            known = word.lower() in _COLLATIONS[dialect]
        case exp.WindowSpec():
            known = word.upper() in _EXCLUDED
        case _:
            known = False
    return None if known else f"{said(word)} is not possible here"


def _collate(node: exp.Expr, dialect: str) -> str | None:
    named = node.expression
    known = isinstance(named, exp.Var | exp.Identifier) and named.name.lower() in _COLLATIONS[dialect]
    return None if known else f"collations: {', '.join(sorted(_COLLATIONS[dialect]))}"


def _interval(node: exp.Expr, _dialect: str) -> str | None:
    text, unit = node.this, node.args.get("unit")
    if not isinstance(text, exp.Literal):
        return "an interval is written out: interval '7 days'"
    # `interval '1.5' day` is a day and `interval '1.5 day'` is more: the tree does not tell them apart.
    form = _SPAN if unit is None else _COUNT
    fits = form.fullmatch(text.name) is not None and (unit is None or isinstance(unit, exp.Var))
    return None if fits else "an interval is written with whole numbers: interval '7 days'"


def _extract(node: exp.Expr, _dialect: str) -> str | None:
    known = isinstance(node.this, exp.Var) or _is_field(node.this)
    return None if known else "EXTRACT(field FROM x)"


def _substring(node: exp.Expr, _dialect: str) -> str | None:
    counted = all(_counts(node.args.get(key)) for key in ("start", "length"))
    return None if counted else "SUBSTRING(x FROM n FOR m) takes numbers: use substr(x, n, m)"


def _counts(node: exp.Expr | None) -> bool:
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.Literal):
        return not node.is_string
    called = isinstance(node, exp.Anonymous) and node.name.removeprefix(CALL) in _COUNTING
    return node is None or called or isinstance(node, _COUNTED)


def _cast(node: exp.Expr, dialect: str) -> str | None:
    to = node.args["to"]
    kind = to.this if isinstance(to, exp.DataType) else None
    if dialect == "sqlite" and kind in _SQLITE_DATES:
        return "SQLite has no dates: a date is a text such as '2024-01-31'; use date(x)"
    if kind not in _TYPES[dialect] or (to.expressions and kind not in _SIZED):
        return f"{said(to.sql(dialect))} is no type that can be cast to"
    sizes = [one.this.name if isinstance(one, exp.DataTypeParam) else "" for one in to.expressions]
    if any(not size.isdecimal() or len(size) > _MAX_DIGITS or int(size) > _MAX_SIZE for size in sizes):
        return f"{said(to.sql(dialect))} is too large a type"
    if dialect == "sqlite" and kind in {_T.DECIMAL, _T.BOOLEAN}:
        # sqlglot writes REAL and INTEGER for them. SQLite makes a number of whatever kind of both, 5 and not 5.0.
        to.replace(exp.DataType(this=_T.USERDEFINED, kind="NUMERIC"))
    return None


def _trim(node: exp.Expr, _dialect: str) -> str | None:
    return None if node.args.get("position") in {None, "", "BOTH", "LEADING", "TRAILING"} else "TRIM(BOTH x FROM y)"


RULES: Final[Mapping[type[exp.Expr], Rule]] = {
    exp.Anonymous: _anonymous,
    exp.Identifier: _identifier,
    exp.Literal: _literal,
    exp.WindowSpec: _frame,
    exp.Var: _var,
    exp.Collate: _collate,
    exp.Interval: _interval,
    exp.Extract: _extract,
    exp.Substring: _substring,
    exp.Cast: _cast,
    exp.Trim: _trim,
}
