"""Two JSON Schemas that must both hold as one that a person still reads."""

from __future__ import annotations

from collections.abc import Mapping

from broker.catalog.predicate import one_of
from broker.model.label import Json


def merged(one: Mapping[str, Json], other: Mapping[str, Json]) -> dict[str, Json]:
    """A schema that holds exactly where both hold."""
    found = dict(one)
    both: list[Json] = []
    for key, value in other.items():
        if key in {"const", "enum"}:
            found = _among(found, [value] if key == "const" else value)
        elif key not in found or found[key] == value:
            found[key] = value
        elif (joined := _joined(key, found[key], value)) is not None:
            found[key] = joined
        else:
            both.append({key: value})
    if both:
        found["allOf"] = [*found.get("allOf", []), *both]
    return found


def _joined(key: str, one: Json, other: Json) -> Json | None:
    """One value that says both; None where the keyword cannot."""
    match key:
        case "minimum" | "minLength" | "minItems":
            return max(one, other)
        case "maximum" | "maxLength" | "maxItems":
            return min(one, other)
        case "items":
            return merged(one, other)
        case "properties":  # beside closed objects: what only one side names could never hold
            return {name: merged(inner, other[name]) for name, inner in one.items() if name in other}
        case "required":
            return list(dict.fromkeys([*one, *other]))
        case "description":
            return f"{one}; {other}"
        case _:
            return None


def _among(schema: dict[str, Json], values: list[Json]) -> dict[str, Json]:
    """`const` or `enum`, with what stood there before taken into account."""
    before = [schema["const"]] if "const" in schema else schema.get("enum")
    rest = {key: value for key, value in schema.items() if key not in {"const", "enum"}}
    known = None if before is None else {one_of(old) for old in before}
    left = values if known is None else [value for value in values if one_of(value) in known]
    return {**rest, "const": left[0]} if len(left) == 1 else {**rest, "enum": left}
