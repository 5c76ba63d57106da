"""The arguments of a tool by its approved definition, where the source file names none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import jsonschema_rs

from broker.model.label import Json
from broker.model.tool import Argument, Policy

_OURS: Final = frozenset({"type", "properties", "required", "additionalProperties", "title", "description", "default"})
_SHELVES: Final = ("$defs", "definitions")
_AWAY: Final = ("$id", "$dynamicAnchor", "$dynamicRef", "$recursiveRef", "$recursiveAnchor", "$vocabulary")
_DIALECT: Final = re.compile(r"https?://json-schema\.org/draft[\w./-]{1,40}#?")
_NEWEST: Final = "https://json-schema.org/draft/2020-12/schema"  # what values are held against
_HEADER: Final = "x-mcp-header"
_DEPTH: Final = 24
_NODES: Final = 4_000
_LONGEST: Final = 16_384  # characters of a prompt's argument
_NULL: Final[Mapping[str, Json]] = {"type": "null"}
_ABOUT: Final = frozenset({"title", "description"})
_TEXTLESS: Final = frozenset({"integer", "number", "boolean", "null"})


class UnusableError(ValueError):
    """Why the schema cannot be shown and held to."""


def arguments(schema: Json) -> tuple[Mapping[str, Argument], Mapping[str, Json]]:
    """Its arguments, and the keywords beside them that hold between them. Raises UnusableError.

    A server's schema decides what agents may send, so it is read closely: nothing is fetched, nothing is endless, and
    each argument stands by itself, for a scope takes single ones of them.
    """
    if not isinstance(schema, Mapping) or schema.get("type") != "object":
        raise UnusableError("its input schema is not of an object")
    if "patternProperties" in schema:  # it would let pass arguments that a scope does not name
        raise UnusableError("its input schema takes arguments that it does not name")
    bare = _Reader(shelves={key: schema[key] for key in _SHELVES if isinstance(schema.get(key), Mapping)}).read(schema)
    properties, required = bare.get("properties", {}), bare.get("required", [])
    if not isinstance(properties, Mapping) or not isinstance(required, list):
        raise UnusableError("its input schema is no JSON Schema")
    try:
        jsonschema_rs.Draft202012Validator(bare, pattern_options=jsonschema_rs.RegexOptions(), validate_formats=True)
    except ValueError:
        raise UnusableError("its input schema is no JSON Schema") from None
    dialect = {key: value for key, value in bare.items() if key not in _OURS}
    return {name: _argument(one, name in required) for name, one in properties.items()}, dialect


def _argument(said: Json, required: bool) -> Argument:  # noqa: FBT001 - of one argument there is no more to say
    schema = _whole(said) if isinstance(said, Mapping) else ({"enum": []} if said is False else {})
    policy = None if schema.get("type") in _TEXTLESS else Policy.TEXT
    return Argument(schema=schema, required=required, policy=policy, handles=frozenset())


def _whole(schema: Mapping[str, Json]) -> Mapping[str, Json]:
    """Without `null`, for which an argument is left out: then it has one type, and a scope can narrow it."""
    rest = {key: value for key, value in schema.items() if not (key == "default" and value is None)}
    for key in ("anyOf", "oneOf", "allOf"):
        others = [one for one in _listed(rest.get(key)) if one != _NULL]
        beside = {name: value for name, value in rest.items() if name != key}
        if len(others) == 1 and isinstance(others[0], Mapping) and not set(others[0]) & set(beside) - _ABOUT:
            return {**others[0], **beside}
    match rest.get("type"):
        case [one, "null"] | ["null", one]:
            return {**rest, "type": one}
        case _:
            return rest


def names(schema: Json) -> tuple[frozenset[str], frozenset[str]]:
    """Every argument that the definition takes, and those without which it does not run."""
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    required = schema.get("required") if isinstance(schema, Mapping) else None
    return (
        frozenset(properties if isinstance(properties, Mapping) else ()),
        frozenset(one for one in (required if isinstance(required, list) else ()) if isinstance(one, str)),
    )


@dataclass(slots=True, kw_only=True)
class _Reader:
    """Puts what a reference names in its place. What a server repeats counts each time: a few references to each other
    are a schema that takes years to hold a value against.
    """

    shelves: Mapping[str, Mapping[str, Json]]
    _left: int = _NODES
    _within: set[str] = field(default_factory=set)  # the references that are being put in place

    def read(self, schema: Mapping[str, Json]) -> dict[str, Json]:
        """The shelves are shown as they are, though nothing leads there any more."""
        found: dict[str, Json] = self._bare({key: one for key, one in schema.items() if key not in _SHELVES}, 0)
        shelves = {
            key: {name: self._shelved(one) for name, one in shelf.items()} for key, shelf in self.shelves.items()
        }
        dialect = {"$schema": _NEWEST} if schema.get("$schema") == _NEWEST else {}
        return {**dialect, **shelves, **found}

    def _shelved(self, one: Json) -> Json:
        read = self._bare(one, 1)
        anchor = one.get("$anchor") if isinstance(one, Mapping) else None
        return {"$anchor": anchor, **read} if isinstance(anchor, str) else read

    def _bare(self, value: Json, depth: int) -> Json:
        self._left -= 1
        if depth > _DEPTH or self._left < 0:
            raise UnusableError("its input schema is too large")
        match value:
            case Mapping():
                found = {key: self._bare(one, depth + 1) for key, one in _said(value, depth).items() if key != "$ref"}
                ref = value.get("$ref")
                if ref is None:
                    return found
                if not isinstance(ref, str):  # an argument of this name
                    return {**found, "$ref": self._bare(ref, depth + 1)}
                named = self._named(ref, depth)
                return named if not found else {**found, "allOf": [*_listed(found.get("allOf")), named]}
            case list():
                return [self._bare(one, depth + 1) for one in value]
            case _:
                return value

    def _named(self, ref: str, depth: int) -> Json:
        """Only what lies on a shelf of its own: elsewhere a scope may have taken it out, or narrowed it."""
        steps = ref.split("/")
        found = self.shelves.get(steps[1], {}).get(steps[2]) if steps[0] == "#" and len(steps) == 3 else None  # noqa: PLR2004
        if found is None:
            raise UnusableError("its input schema leads elsewhere by `$ref`")
        if ref in self._within:
            raise UnusableError("its input schema refers to itself")
        self._within.add(ref)
        try:
            return self._bare(found, depth + 1)
        finally:
            self._within.discard(ref)


def _said(schema: Mapping[str, Json], depth: int) -> dict[str, Json]:
    """Its keys without what asks agents for headers, without its dialect, which names a file on the network, and
    without an anchor, for nothing may lead to it.
    """
    for key in _AWAY:
        if isinstance(schema.get(key), str | bool):
            raise UnusableError(f"its input schema leads elsewhere by `{key}`")
    dialect = schema.get("$schema")
    if isinstance(dialect, str) and (depth > 0 or not _DIALECT.fullmatch(dialect)):
        raise UnusableError("its input schema leads elsewhere by `$schema`")
    dropped = {_HEADER, *(key for key in ("$schema", "$anchor") if isinstance(schema.get(key), str))}
    return {key: one for key, one in schema.items() if key not in dropped}


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


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
