"""A scalar of a file, read by the type of the argument it is for; a call's value is never converted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from broker.catalog.grammar import boolean, decimal, integer
from broker.catalog.report import Wrong
from broker.catalog.tree import Map, Node, Seq, Text
from broker.model.constraint import Scalar
from broker.model.label import Json


def scalar(text: str, schema: Mapping[str, Json]) -> Scalar | Wrong:
    match schema.get("type"):
        case "integer":
            return integer(text)
        case "number":
            value = decimal(text)
            return value if isinstance(value, Wrong) else number(float(value))
        case "boolean":
            return boolean(text)
        case "string":
            return text
        case other:
            return Wrong(f"a scalar is no value of type `{other}`", "narrow it with `each`, `fields` or `any`")


def number(value: float) -> int | float:
    """Whole numbers as such, so that a schema says 100 and not 100.0."""
    return int(value) if value == int(value) else value


def typed(node: Node, schema: Mapping[str, Json] | None) -> Json:
    """A value as JSON. Quoted scalars are text; of plain ones the schema's type decides, else their look."""
    known = {} if schema is None else schema
    match node:
        case Text(value=text, plain=plain):
            if not plain:
                return text
            value = scalar(text, known) if "type" in known else _looks(text)
            return _looks(text) if isinstance(value, Wrong) else value
        case Seq(items=items):
            return [typed(item, known.get("items")) for item in items]
        case Map(entries=entries):
            properties = known.get("properties", {})
            return {key.value: typed(value, properties.get(key.value)) for key, value in entries}
        case _:
            assert_never(node)


def _looks(text: str) -> Json:
    if text in {"", "null", "~"}:
        return None
    for rule in (boolean, integer, decimal):
        value = rule(text)
        if not isinstance(value, Wrong):
            return value if isinstance(value, bool | int) else number(float(value))
    return text
