"""Constraints that must all hold as fewer that say the same: seven blocks cost a call no more than one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from broker.catalog.predicate import one_of
from broker.model.constraint import Constraint, Length, OneOf, Param, Range

T = TypeVar("T")


def together(parts: Iterable[Constraint]) -> tuple[Constraint, ...]:
    """Each kind that can be one is one; the others stand as they are, each once."""
    found: dict[Constraint | type[Constraint], Constraint] = {}
    for part in parts:
        key = type(part) if _can_be_one(part) else part
        found[key] = _both(found[key], part) if key in found else part
    return tuple(found.values())


def _can_be_one(part: Constraint) -> bool:
    match part:
        case Range() | Length():
            return True
        case OneOf(values=values):
            return not any(isinstance(value, Param) for value in values)
        case _:
            return False


def _both(one: Constraint, other: Constraint) -> Constraint:
    """What holds just where both do."""
    match one, other:
        case Range(), Range():
            return Range(_inner(max, one.lo, other.lo), _inner(min, one.hi, other.hi))
        case Length(), Length():
            return Length(_inner(max, one.lo, other.lo), _inner(min, one.hi, other.hi))
        case OneOf(values=values), OneOf(values=others):
            known = {one_of(value) for value in values}
            return OneOf(tuple(value for value in others if one_of(value) in known))
        case _:
            return one  # the same


def _inner(which: Callable[[T, T], T], one: T | None, other: T | None) -> T | None:
    """Of two ends the one further inside; None is an open end."""
    if one is None or other is None:
        return other if one is None else one
    return which(one, other)
