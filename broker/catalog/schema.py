"""A constraint as the JSON Schema that an agent reads: the same as the predicate, or wider where it cannot say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import assert_never

from broker.catalog.glob import body, literal
from broker.catalog.merge import merged
from broker.catalog.scalars import number
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
    TypedOnly,
    UrlIn,
)
from broker.model.label import Json
from broker.model.tool import Argument

Schema = dict[str, Json]
NOTHING: Mapping[str, Json] = {"enum": []}


def schema_of(constraint: Constraint, argument: Argument) -> Schema:
    """What `meets` permits of the argument's own values; `anyOf` where handles may stand in their place."""
    if _is_handle(constraint):
        classes = _classes(constraint)
        return handle_schema(classes) if classes and not _is_typed(constraint) else dict(NOTHING)
    typed = merged(argument.schema, _narrow(constraint, argument))
    if argument.handles and _is_open(constraint):
        return {"anyOf": [typed, handle_schema(argument.handles)]}
    return typed


def handle_schema(classes: frozenset[str]) -> Schema:
    kinds = sorted(classes)
    return {
        "type": "string",
        "pattern": f"^hdl-({'|'.join(kinds)})-[a-z2-7]{{26}}$",
        "description": f"a handle of class {' or '.join(kinds)}, as another tool's result gave it",
    }


def _is_open(constraint: Constraint) -> bool:
    return isinstance(constraint, Anything) or (
        isinstance(constraint, All) and all(isinstance(part, Anything | NoLinks) for part in constraint.parts)
    )


def _is_handle(constraint: Constraint) -> bool:
    return isinstance(constraint, HandleOf) or (
        isinstance(constraint, All) and any(isinstance(part, HandleOf) for part in constraint.parts)
    )


def _is_typed(constraint: Constraint) -> bool:
    return isinstance(constraint, All) and TypedOnly() in constraint.parts


def _classes(constraint: Constraint) -> frozenset[str]:
    match constraint:
        case HandleOf(classes=classes):
            return classes
        case All(parts=parts):
            named = [part.classes for part in parts if isinstance(part, HandleOf)]
            return frozenset.intersection(*named)
        case _:
            return frozenset()


def _narrow(  # noqa: C901, PLR0912 - one arm for each kind of constraint
    constraint: Constraint, argument: Argument
) -> Schema:
    """The constraint's own keywords."""
    match constraint:
        case Anything() | TypedOnly():
            return {}
        case Param() | HandleOf():
            return dict(NOTHING)
        case OneOf(values=values):
            known = [value for value in values if not isinstance(value, Param)]
            return {"const": known[0]} if len(known) == 1 else {"enum": known}
        case Range(lo=lo, hi=hi):
            return _given(minimum=_number(lo), maximum=_number(hi))
        case Length(lo=lo, hi=hi):
            return _given(minLength=lo, maxLength=hi)
        case Like(globs=globs):
            return {"pattern": _any_of([body(glob) for glob in globs])}
        case Items():
            return _items(constraint, argument)
        case Fields():
            return _fields(constraint, argument)
        case EmailAt(domains=domains):
            ends = "|".join(literal(domain) for domain in domains) if domains else "[a-z0-9.\\-]+"
            return {"format": "email", "pattern": f"^[^@\\s]+@({ends})$"}
        case UrlIn():
            return {"format": "uri", "pattern": _url(constraint)}
        case PathUnder(folder=folder):
            start = "" if folder == "." else f"{literal(folder)}\\/"
            return {"pattern": f"^{start}[^\\/\\\\]", "description": "a relative path without `..`"}
        case NoLinks():
            return {"description": "no links"}
        case All(parts=parts):
            together: Schema = {}
            for part in parts:
                together = merged(together, _narrow(part, argument))
            return together
        case _:
            assert_never(constraint)


def _items(limits: Items, argument: Argument) -> Schema:
    found = _given(minItems=limits.lo, maxItems=limits.hi)
    if limits.each is not None:
        inner = inside(argument, argument.schema.get("items", {}))
        found["items"] = schema_of(limits.each, inner)
    return found


def _fields(limits: Fields, argument: Argument) -> Schema:
    known = argument.schema.get("properties", {})
    return {
        "properties": {
            name: schema_of(one.constraint, inside(argument, known.get(name, {}))) for name, one in limits.fields
        },
        "required": [name for name, one in limits.fields if not one.optional],
        "additionalProperties": False,
    }


def inside(argument: Argument, schema: Mapping[str, Json]) -> Argument:
    """An item or a field of an argument as an argument of its own; handles stand for whole arguments alone."""
    return replace(argument, schema=schema, required=True, handles=frozenset())


def _url(limits: UrlIn) -> str:
    schemes = "|".join(literal(scheme) for scheme in limits.schemes)
    hosts = "[a-z0-9.\\-]+" if limits.hosts is None else "|".join(literal(one) for one in limits.hosts)
    return f"^({schemes}):\\/\\/({hosts})([:\\/?#]|$)"


def _any_of(bodies: list[str]) -> str:
    return f"^{bodies[0]}$" if len(bodies) == 1 else f"^({'|'.join(bodies)})$"


def _number(limit: Decimal | None) -> int | float | None:
    return None if limit is None else number(float(limit))


def _given(**limits: float | None) -> Schema:
    return {key: limit for key, limit in limits.items() if limit is not None}
