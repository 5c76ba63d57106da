"""What an agent may set of a tool: a closed, typed subset of JSON Schema (FORMATS 3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from broker.catalog.classes import ClassRule, class_in
from broker.catalog.grammar import boolean, decimal, length, name
from broker.catalog.report import At, Wrong, listed, one_of
from broker.catalog.scalars import number, scalar
from broker.catalog.source_keys import ARGUMENT
from broker.catalog.tree import Text
from broker.model.label import Json
from broker.model.tool import Argument, Policy

TYPES: Final = ("integer", "number", "string", "boolean", "array", "object")
FORMATS: Final = ("date", "time", "date-time", "email", "uri", "uuid", "hostname", "ipv4", "ipv6")
_FITS: Final[Mapping[str, tuple[str, ...]]] = {
    "minimum": ("integer", "number"),
    "maximum": ("integer", "number"),
    "minLength": ("string",),
    "maxLength": ("string",),
    "format": ("string",),
    "enum": ("integer", "number", "string"),
    "items": ("array",),
    "properties": ("object",),
    "handle": ("string",),
    "policy": ("string", "array", "object"),
}


def arguments(at: At, classes: Mapping[str, ClassRule]) -> dict[str, Argument]:
    """The `args` of a tool; what is wrong is reported and left out."""
    found: dict[str, Argument] = {}
    for entry in at.entries("expected `{name: {type: ...}}`", empty=True) or ():
        match name(entry.word):
            case Wrong(expected=expected, mend=mend):
                entry.wrong_key(expected, mend)
            case _:
                one = argument(entry, classes)
                if one is not None:
                    found[entry.word] = one
    return found


def argument(at: At, classes: Mapping[str, ClassRule]) -> Argument | None:
    keys = at.keyed(ARGUMENT, "expected `{type: ...}`")
    if keys is None:
        return None
    schema = _schema(at, keys)
    if schema is None:
        return None
    has_text = _has_text(schema)
    policy: str | None = Policy.TEXT if has_text else None
    if "policy" in keys:
        policy = keys["policy"].read(one_of(*Policy))
        if not has_text:
            keys["policy"].wrong_key("`policy` is of text", "take it out")
            return None
    required = keys["required"].read(boolean) if "required" in keys else True
    handles = (
        keys["handle"].reads(lambda text: class_in(classes, text), "expected a list of classes")
        if "handle" in keys
        else ()
    )
    if required is None or handles is None or (has_text and policy is None):
        return None
    return Argument(
        schema=schema,
        required=required,
        policy=None if policy is None else Policy(policy),
        handles=frozenset(handles),
    )


def _schema(at: At, keys: Mapping[str, At]) -> dict[str, Json] | None:
    """The JSON Schema of one value; always with a type, objects closed."""
    kind = keys["type"].read(one_of(*TYPES)) if "type" in keys else None
    if kind is None:
        return None
    unfit = [key for key, types in _FITS.items() if key in keys and kind not in types]
    for key in unfit:
        keys[key].wrong_key(f"`{key}` is of {listed(_FITS[key])}, not of `{kind}`", "take it out")
    if unfit:
        return None
    schema: dict[str, Json] = {"type": kind, **_limits(keys)}
    if kind == "array":
        schema |= _items(at, keys)
    if kind == "object":
        schema |= _properties(at, keys)
    _orderly(at, schema)
    return schema


def _limits(keys: Mapping[str, At]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for key in ("minimum", "maximum"):
        limit = keys[key].read(decimal) if key in keys else None
        if limit is not None:
            found[key] = number(float(limit))
    for key in ("minLength", "maxLength"):
        size = keys[key].read(length) if key in keys else None
        if size is not None:
            found[key] = size
    if "format" in keys and (form := keys["format"].read(one_of(*FORMATS))) is not None:
        found["format"] = form
    if "enum" in keys and "type" in keys and isinstance(keys["type"].node, Text):
        own = {"type": keys["type"].node.value}
        found["enum"] = list(keys["enum"].reads(lambda text: scalar(text, own), "expected a list of values") or ())
    return found


def _items(at: At, keys: Mapping[str, At]) -> dict[str, Json]:
    if "items" not in keys:
        at.wrong("expected the key `items`", "say what each item is, as in `items: {type: string}`")
        return {}
    one = _inner(keys["items"])
    return {} if one is None else {"items": one[0]}


def _properties(at: At, keys: Mapping[str, At]) -> dict[str, Json]:
    if "properties" not in keys:
        at.wrong("expected the key `properties`", "name the fields, as in `properties: {city: {type: string}}`")
        return {}
    properties: dict[str, Json] = {}
    required: list[str] = []
    for entry in keys["properties"].entries("expected `{field: {type: ...}}`") or ():
        one = _inner(entry)
        if one is not None:
            properties[entry.word] = one[0]
            if one[1]:
                required.append(entry.word)
    return {"properties": properties, "required": required, "additionalProperties": False}


def _inner(at: At) -> tuple[dict[str, Json], bool] | None:
    """A schema below an argument, and whether it must be there; policy and handles stand on the argument itself."""
    keys = at.keyed(ARGUMENT, "expected `{type: ...}`")
    if keys is None:
        return None
    for key in ("policy", "handle"):
        if key in keys:
            keys[key].wrong_key(f"`{key}` stands on the argument itself", "move it up")
    required = keys["required"].read(boolean) if "required" in keys else True
    schema = _schema(at, keys)
    return None if schema is None or required is None else (schema, required)


def _orderly(at: At, schema: Mapping[str, Json]) -> None:
    for low, high in (("minimum", "maximum"), ("minLength", "maxLength")):
        if low in schema and high in schema and schema[low] > schema[high]:
            at.wrong(f"expected `{low}` no greater than `{high}`", "no value fits")


def _has_text(schema: Mapping[str, Json]) -> bool:
    match schema.get("type"):
        case "string":
            return True
        case "array":
            return _has_text(schema.get("items", {}))
        case "object":
            return any(_has_text(one) for one in schema.get("properties", {}).values())
        case _:
            return False
