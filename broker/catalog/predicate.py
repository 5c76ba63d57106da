"""Is a value inside a constraint? Total for any JSON value, and linear in its size."""

from __future__ import annotations

from decimal import Decimal
from typing import assert_never

from broker.catalog.addresses import is_email_at, is_path_under, is_url_in
from broker.catalog.glob import matches
from broker.catalog.links import has_link
from broker.model.constraint import (
    All,
    Anything,
    Constraint,
    EmailAt,
    Fields,
    HandleOf,
    Items,
    Length,
    Like,
    NoLinks,
    OneOf,
    Param,
    PathUnder,
    Range,
    Scalar,
    TypedOnly,
    UrlIn,
)
from broker.model.label import Json

_NONE: frozenset[str] = frozenset()
_OF_TEXT = (Length, Like, EmailAt, UrlIn, PathUnder, NoLinks)


def meets(  # noqa: C901, PLR0912 - one arm for each kind of constraint
    constraint: Constraint, value: Json, handle_class: str | None, takes: frozenset[str] = _NONE
) -> bool:
    """Whether `value` is inside; with `handle_class`, whether the handle of that class is that stands in its place.

    `takes`: the classes whose handles the argument takes by itself, for `any`. An unresolved parameter meets nothing.
    """
    if handle_class is not None:
        return _admits(constraint, handle_class, takes)
    match constraint:  # the most frequent first: each arm costs what stands before it
        case All(parts=parts):
            for part in parts:  # noqa: SIM110 - a generator costs as much as what it asks
                if not meets(part, value, None):
                    return False
            return True
        case OneOf(values=values):
            for one in values:  # noqa: SIM110 - as above
                if same(one, value):
                    return True
            return False
        case Range():
            return _within(constraint, value)
        case Length(lo=lo, hi=hi):
            return isinstance(value, str) and (lo is None or len(value) >= lo) and (hi is None or len(value) <= hi)
        case Anything() | TypedOnly():
            return True
        case NoLinks():
            return _linkless(value)
        case Like(globs=globs):
            return isinstance(value, str) and any(matches(glob, value) for glob in globs)
        case Param() | HandleOf():
            return False
        case Items():
            return _items(constraint, value)
        case Fields():
            return _fields(constraint, value)
        case EmailAt():
            return isinstance(value, str) and is_email_at(constraint, value)
        case UrlIn():
            return isinstance(value, str) and is_url_in(constraint, value)
        case PathUnder():
            return isinstance(value, str) and is_path_under(constraint, value)
        case _:
            assert_never(constraint)


def same(one: Scalar | Param, value: Json) -> bool:
    """Equality of JSON: 1 and 1.0 are one number, "1" is none, and true is no number (JSON Schema 2020-12, 4.2.2).

    An unresolved parameter is like nothing.
    """
    if isinstance(one, str):
        return isinstance(value, str) and one == value
    if isinstance(one, bool) or isinstance(value, bool):
        return one is value
    left, right = exact(one), exact(value)
    return left is not None and left == right


def one_of(value: Json) -> tuple[type, Json]:
    """Of two scalars equal just where `same` holds, to be looked up: two lists are then compared in linear time."""
    if isinstance(value, bool | str) or (number := exact(value)) is None:
        return type(value), value
    return Decimal, number


def exact(value: Json) -> Decimal | None:
    """A number as the decimal it is written as; None for what is no finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    number = Decimal(value) if isinstance(value, int) else Decimal(repr(value))
    return number if number.is_finite() else None


def _within(limits: Range, value: Json) -> bool:
    number = value if type(value) is int else exact(value)  # a decimal is compared with either exactly
    if number is None:
        return False
    return (limits.lo is None or number >= limits.lo) and (limits.hi is None or number <= limits.hi)


def _items(limits: Items, value: Json) -> bool:
    if not isinstance(value, list):
        return False
    if (limits.lo is not None and len(value) < limits.lo) or (limits.hi is not None and len(value) > limits.hi):
        return False
    return limits.each is None or all(meets(limits.each, item, None) for item in value)


def _fields(limits: Fields, value: Json) -> bool:
    if not isinstance(value, dict):
        return False
    named = limits.named()
    if any(name not in named for name in value):
        return False
    return all(
        meets(one.constraint, value[name], None) if name in value else one.optional for name, one in named.items()
    )


def _linkless(value: Json) -> bool:
    """No text in it, at whatever depth, holds a link."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str(text):
                if has_link(text):
                    return False
            case list(items):
                waiting.extend(items)
            case dict(fields):
                waiting.extend(fields)
                waiting.extend(fields.values())
            case _:
                pass
    return True


def opens_inside(constraint: Constraint, clear_value: Json) -> bool:
    """Whether the value that a handle stood for meets what the scope says of texts; the handle itself was admitted."""
    parts = constraint.parts if isinstance(constraint, All) else (constraint,)
    return all(isinstance(part, HandleOf | Anything) or meets(part, clear_value, None) for part in parts)


def _admits(constraint: Constraint, kind: str, takes: frozenset[str]) -> bool:
    """Only what speaks of handles admits one. What is said of texts beside it waits for the value: `opens_inside`.

    Nothing compares a handle with a value: equal or not would be a guess answered.
    """
    match constraint:
        case HandleOf(classes=classes):
            return kind in classes
        case Anything():
            return kind in takes
        case All(parts=parts):
            rest = [part for part in parts if not isinstance(part, _OF_TEXT)]
            return bool(rest) and all(_admits(part, kind, takes) for part in rest)
        case _:
            return False
