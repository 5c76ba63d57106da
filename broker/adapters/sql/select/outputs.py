"""What the columns of a result are called: as the query says, else as PostgreSQL would call them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from sqlglot import exp

from broker.adapters.sql.flow import Flow
from broker.adapters.sql.select.flows import Flows
from broker.adapters.sql.select.hints import UnfitError, said

MAX_COLUMNS: Final = 300
_NAMELESS: Final = "column"
_ASCII: Final = {ord(upper): upper.lower() for upper in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
# PostgreSQL calls a value after what made it (`FigureColname` in its parser).
_MADE_BY: Final[Mapping[type[exp.Expr], str]] = {
    exp.Exists: "exists",
    exp.Extract: "extract",
    exp.Substring: "substring",
    exp.StrPosition: "position",
    exp.CurrentDate: "current_date",
    exp.CurrentTime: "current_time",
    exp.CurrentTimestamp: "current_timestamp",
    exp.Localtimestamp: "localtimestamp",
}
_TRIMS: Final = {"LEADING": "ltrim", "TRAILING": "rtrim"}


class Named(NamedTuple):
    """One column of a result. `name`: folded, as others may call it; `spelled`: as it stands in what runs."""

    name: str
    spelled: str
    said: str  # in the letters of the query or of the source file, which SQLite keeps however deep it was said
    flow: Flow


class Found(NamedTuple):
    columns: tuple[Named, ...]
    names: Mapping[str, str | None]  # those that ORDER BY and GROUP BY can call, as they are spelled; None: two of them


def fold(name: str) -> str:
    """As both engines do, of ASCII alone: other letters keep their case, so that no two become one (as the Kelvin sign
    and k would).
    """
    return name.translate(_ASCII) if name.isascii() is False else name.lower()


def name(select: exp.Select, names: Sequence[str], flows: Flows, dialect: str, *, root: bool) -> Found:
    """Gives each column its name in the tree. `names`: from the list behind a WITH or a subquery."""
    if len(names) > len(select.expressions):
        raise UnfitError("more names than columns")
    if len(select.expressions) > MAX_COLUMNS:
        raise UnfitError(f"a SELECT has at most {MAX_COLUMNS} columns")
    columns: list[Named] = []
    called: dict[str, str | None] = {}
    first: dict[str, tuple[str, exp.Expr]] = {}  # folded -> as it is said, and what it is
    taken: set[str] = set()
    for at, one in enumerate(select.expressions):
        value = one.this if isinstance(one, exp.Alias) else one
        own = names[at] if at < len(names) else _said(one, flows, dialect)
        given = _made(value) if own is None else own
        folded = fold(given)
        if root and ("." in given or "*" in given):
            raise UnfitError(f"{said(given)} is a column's name with `.` or `*`: give it another by AS")
        spelled = _free(given if root else folded, taken)
        taken.add(fold(spelled))
        columns.append(Named(fold(spelled), spelled, given + spelled[len(given) :], flows.of(value)))
        before, same = first.setdefault(folded, (given, value))
        if before != given and dialect == "postgres" and not root:
            raise UnfitError(f"{said(before)} and {said(given)} differ by upper and lower case alone: rename one by AS")
        # SQLite's own name of `count(*)` is `count(*)`: there only what the query calls by a name can be called by it.
        if dialect == "postgres" or own is not None:
            called[folded] = called.get(folded, spelled) if value is same or value == same else None
    written = zip(select.expressions, columns, strict=True)
    select.set("expressions", [_named(one, column.spelled) for one, column in written])
    return Found(tuple(columns), called)


def distinct(names: Sequence[str]) -> Sequence[str]:
    if len(set(names)) < len(names):
        raise UnfitError("two columns have one name: give one another")
    return names


def _named(one: exp.Expr, name: str) -> exp.Expr:
    return exp.Alias(this=one.this if isinstance(one, exp.Alias) else one, alias=exp.to_identifier(name, quoted=True))


def _said(one: exp.Expr, flows: Flows, dialect: str) -> str | None:
    """What the query itself says; PostgreSQL folds what is not in quotes. SQLite calls a column as it is listed."""
    match one:
        case exp.Alias():
            alias = one.args["alias"]
            return str(alias.name) if dialect == "sqlite" or alias.args.get("quoted") else fold(alias.name)
        case exp.Column():
            return str(one.name) if dialect == "postgres" else flows.spelled(one)
        case _:
            return None


def _made(value: exp.Expr) -> str:
    match value:
        case exp.Paren() | exp.Window() | exp.Filter() | exp.WithinGroup() | exp.Collate():
            return _made(value.this)
        case exp.Column():
            return str(value.name)
        case exp.Anonymous():
            return str(value.this)
        case exp.Trim():
            return _TRIMS.get(value.args.get("position") or "", "btrim")
        case exp.Cast():
            return _made(value.this)
        case exp.Case():
            default = value.args.get("default")
            inner = _NAMELESS if default is None else _made(default)
            return "case" if inner == _NAMELESS else inner
        case exp.Subquery() | exp.Select():
            selects = value.selects
            return str(selects[0].alias) or _NAMELESS if selects else _NAMELESS
        case _:
            return _MADE_BY.get(type(value), _NAMELESS)


def _free(name: str, taken: set[str]) -> str:
    if fold(name) not in taken:
        return name
    number = 2
    while f"{fold(name)}_{number}" in taken:
        number += 1
    return f"{name}_{number}"
