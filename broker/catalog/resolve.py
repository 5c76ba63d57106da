"""A constraint with the task's own parameters in place of their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from broker.model.constraint import (
    All,
    Anything,
    Constraint,
    EmailAt,
    Field,
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
from broker.model.task import Parameter


def resolved(constraint: Constraint, parameters: Mapping[str, Parameter]) -> Constraint:
    """No `Param` is left. A parameter that the task does not have equals nothing."""
    match constraint:
        case Param(name=name):
            return OneOf(_value(name, parameters))
        case OneOf(values=values):
            if not any(isinstance(one, Param) for one in values):
                return constraint
            found: list[Scalar | Param] = []
            for one in values:
                found.extend(_value(one.name, parameters) if isinstance(one, Param) else (one,))
            return OneOf(tuple(found))
        case Range() | Length() | Like() | Anything() | NoLinks() | TypedOnly():
            return constraint
        case Items(each=each):
            return constraint if each is None else replace(constraint, each=resolved(each, parameters))
        case Fields(fields=fields):
            return Fields(tuple((name, resolved_field(one, parameters)) for name, one in fields))
        case All(parts=parts):
            return All(tuple(resolved(part, parameters) for part in parts))
        case EmailAt() | UrlIn() | PathUnder() | HandleOf():
            return constraint
        case _:
            assert_never(constraint)


def parameters_in(constraint: Constraint) -> frozenset[str]:
    """The names of the task parameters that it speaks of."""
    match constraint:
        case Param(name=name):
            return frozenset({name})
        case OneOf(values=values):
            return frozenset(one.name for one in values if isinstance(one, Param))
        case Items(each=each):
            return frozenset() if each is None else parameters_in(each)
        case Fields(fields=fields):
            return frozenset(name for _, one in fields for name in parameters_in(one.constraint))
        case All(parts=parts):
            return frozenset(name for part in parts for name in parameters_in(part))
        case (
            Anything()
            | Range()
            | Like()
            | Length()
            | EmailAt()
            | UrlIn()
            | PathUnder()
            | HandleOf()
            | NoLinks()
            | TypedOnly()
        ):
            return frozenset()
        case _:
            assert_never(constraint)


def resolved_field(one: Field, parameters: Mapping[str, Parameter]) -> Field:
    return Field(resolved(one.constraint, parameters), one.optional)


def _value(name: str, parameters: Mapping[str, Parameter]) -> tuple[Scalar, ...]:
    return (parameters[name].value,) if name in parameters else ()
