"""The arguments of a tool by its approved definition, where the source file names none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import jsonschema_rs

from broker.model.label import Json
from broker.model.tool import Argument, Policy

_OURS: Final = frozenset({"type", "properties", "required", "additionalProperties", "title", "description"})
_HEADER: Final = "x-mcp-header"
_DEPTH: Final = 24
_NODES: Final = 4_000
_LONGEST: Final = 16_384  # characters of a prompt's argument


class UnusableError(ValueError):
    """Why the schema cannot be shown and held to."""


def arguments(schema: Json) -> tuple[Mapping[str, Argument], Mapping[str, Json]]:
    """Its arguments, and the keywords beside them that they lean on. Raises UnusableError.

    A server's schema decides what agents may send, so it is read closely: nothing is fetched, nothing is endless.
    """
    if not isinstance(schema, Mapping) or schema.get("type") != "object":
        raise UnusableError("its input schema is not of an object")
    bare = _bare(schema, 0, [_NODES])
    properties, required = bare.get("properties", {}), bare.get("required", [])
    if not isinstance(properties, Mapping) or not isinstance(required, list):
        raise UnusableError("its input schema is no JSON Schema")
    try:
        jsonschema_rs.Draft202012Validator(bare, pattern_options=jsonschema_rs.RegexOptions(), validate_formats=True)
    except ValueError:
        raise UnusableError("its input schema is no JSON Schema") from None
    dialect = {key: value for key, value in bare.items() if key not in _OURS}
    found = {
        name: Argument(
            schema=one if isinstance(one, Mapping) else ({"enum": []} if one is False else {}),
            required=name in required,
            policy=Policy.TEXT,
            handles=frozenset(),
        )
        for name, one in properties.items()
    }
    return found, dialect


def names(schema: Json) -> tuple[frozenset[str], frozenset[str]]:
    """Every argument that the definition takes, and those without which it does not run."""
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    required = schema.get("required") if isinstance(schema, Mapping) else None
    return (
        frozenset(properties if isinstance(properties, Mapping) else ()),
        frozenset(one for one in (required if isinstance(required, list) else ()) if isinstance(one, str)),
    )


def _bare(value: Json, depth: int, left: list[int]) -> Json:
    """Without what asks agents for headers; small, and with references to itself alone."""
    left[0] -= 1
    if depth > _DEPTH or left[0] < 0:
        raise UnusableError("its input schema is too large")
    match value:
        case Mapping():
            for key in ("$ref", "$dynamicRef"):
                if isinstance(value.get(key), str) and not value[key].startswith("#"):
                    raise UnusableError(f"its input schema leads elsewhere by `{key}`")
            if "$id" in value:
                raise UnusableError("its input schema moves its own base by `$id`")
            return {key: _bare(one, depth + 1, left) for key, one in value.items() if key != _HEADER}
        case list():
            return [_bare(one, depth + 1, left) for one in value]
        case _:
            return value


def of_prompt(definition: Mapping[str, Json]) -> Mapping[str, Argument]:
    """A prompt's arguments are texts."""
    listed = definition.get("arguments")
    found = [one for one in (listed if isinstance(listed, list) else ()) if isinstance(one, Mapping)]
    return {
        one["name"]: Argument(
            schema={"type": "string", "maxLength": _LONGEST},
            required=one.get("required") is True,
            policy=Policy.TEXT,
            handles=frozenset(),
        )
        for one in found
        if isinstance(one.get("name"), str)
    }
