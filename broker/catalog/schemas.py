"""JSON Schemas (Draft 2020-12) that editors check and complete files by; made from the parsers' own keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from broker.catalog import keys, source_keys
from broker.catalog.arguments import FORMATS, TYPES
from broker.catalog.classes import ACTIONS
from broker.catalog.grammar import DEEPEST
from broker.catalog.keys import Table
from broker.model.decision import Reason
from broker.model.label import Json, Writer
from broker.model.scope import Per
from broker.model.tool import Effect, Policy, State

Shape = dict[str, Json]

KINDS: Final = ("sql", "mcp", "python")
FILES: Final[Mapping[str, tuple[Table, ...]]] = {
    "source": tuple(source_keys.of_source(kind) for kind in KINDS),
    "scope": (keys.SCOPE,),
    "cases": (keys.CASES,),
}


def schema(kind: str) -> Shape:
    """The schema of `source`, `scope` or `cases` files. Raises KeyError for another word."""
    forms = [_closed(table) for table in FILES[kind]]
    if kind == "source":
        forms = [_of_kind(form, one) for form, one in zip(forms, KINDS, strict=True)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A {kind} file of the broker",
        **(forms[0] if len(forms) == 1 else {"oneOf": forms}),
        "$defs": _shapes(),
    }


def _closed(table: Table) -> Shape:
    """An object of these keys alone; those that are not built yet are left out, as they are refused."""
    known = {name: key for name, key in table.items() if not key.later and not key.of}
    return {
        "type": "object",
        "properties": {name: {"$ref": f"#/$defs/{key.form}", "description": key.about} for name, key in known.items()},
        "required": [name for name, key in known.items() if key.required and key.instead not in known],
        **_one_of_two(known),
        "additionalProperties": False,
    }


def _two(known: Table) -> set[str]:
    """Keys of which one is needed, and either will do."""
    return {name for name, key in known.items() if key.instead in known}


def _one_of_two(known: Table) -> Shape:
    either = sorted(_two(known))
    return {"oneOf": [{"required": [name]} for name in either]} if either else {}


def _of_kind(form: Shape, kind: str) -> Shape:
    return {**form, "properties": {**form["properties"], "kind": {"const": kind}, "tools": _ref(f"tools_{kind}")}}


def _ref(form: str) -> Shape:
    return {"$ref": f"#/$defs/{form}"}


def _list(form: str) -> Shape:
    return {"type": "array", "items": _ref(form), "minItems": 1}


def _map(form: str, pattern: str | None = None) -> Shape:
    found: Shape = {"type": "object", "additionalProperties": _ref(form)}
    return found if pattern is None else {**found, "propertyNames": {"pattern": pattern}}


def _words(*words: str) -> Shape:
    return {"type": "string", "enum": sorted(words)}


def _either(*shapes: Shape) -> Shape:
    return {"anyOf": list(shapes)}


_NAME: Final = "^[a-z][a-z0-9]*(_[a-z0-9]+)*$"
_SLUG: Final = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
_PLAIN: Final[tuple[str, ...]] = ("string", "number", "boolean")


def _shapes() -> Mapping[str, Shape]:
    return {**_small(), **_of_sources(), **_of_scopes(), **_of_cases()}


def _small() -> Mapping[str, Shape]:
    return {
        "any": {},
        "true": {"const": True},
        "bool": {"type": "boolean"},
        "text": {"type": list(_PLAIN), "minLength": 1},
        "texts": _list("text"),
        "text_or_texts": _either(_ref("text"), _list("text")),
        "name": {"type": "string", "pattern": _NAME, "maxLength": 40},
        "slug": {"type": "string", "pattern": _SLUG, "maxLength": 64},
        "slugs": _list("slug"),
        "toolref": {"type": "string", "pattern": f"{_NAME[:-1]}\\.{_NAME[1:]}", "maxLength": 63},
        "param": {"type": "string", "pattern": f"^\\${_NAME[1:]}"},
        "count": {"type": "integer", "minimum": 1},
        "count0": {"type": "integer", "minimum": 0},
        "depth": {"type": "integer", "minimum": 0, "maximum": DEEPEST},
        "dec": {"type": "number"},
        "scalar": {"type": list(_PLAIN)},
        "scalars": _list("scalar"),
        "duration": {"type": "string", "pattern": "^[0-9]{1,9}(ms|s|m|h|d)$"},
        "date": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        "sums": {"type": "object", "additionalProperties": {"type": "number", "exclusiveMinimum": 0}},
    }


def _of_sources() -> Mapping[str, Shape]:
    return {
        "kind": _words(*KINDS),
        "risk": _words("low", "medium", "high"),
        "state": _words(*State),
        "boundary": _words("internal", "external"),
        "trust": _words("internal", "untrusted"),
        **{f"tools_{kind}": _map(f"tool_{kind}", _NAME) for kind in KINDS},
        **{f"tool_{kind}": _closed(source_keys.of_tool(kind)) for kind in KINDS},
        "ref": {"type": "string", "pattern": "^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$"},
        "refs": _map("ref"),
        "vendor": _closed(source_keys.VENDOR),
        "auth": _closed(source_keys.AUTH),
        "auth_kind": _words("bearer", "basic", "header"),
        "faces": _map("face", _NAME),
        "face": _closed(source_keys.FACE),
        "tables": _map("leaves"),
        "select": _closed(source_keys.SELECT),
        "leaves": _map("leaf"),
        "leaf": _either(_ref("slug"), _closed(source_keys.LEAF)),
        "writer": _words(*Writer),
        "owner_key": _map("text"),
        "effects": _either(_words(*Effect), {"type": "array", "items": _words(*Effect), "minItems": 1}),
        "authority": _either(_words("none"), _list("name")),
        "bind": _map("param", _NAME),
        "arguments": _map("argument", _NAME),
        "argument": _closed(source_keys.ARGUMENT),
        "json_type": _words(*TYPES),
        "policy": _words(*Policy),
        "format": _words("json", "yaml", "csv", "table", "text"),
        "json_format": _words(*FORMATS),
    }


def _of_scopes() -> Mapping[str, Shape]:
    return {
        "for": _closed(keys.FOR),
        "task": _map("parameter", _NAME),
        "parameter": _either(_ref("text"), _closed(keys.LOOKUP), _closed(keys.CONSTRAINT)),
        "when": _closed(keys.WHEN),
        "grants": {"type": "object", "additionalProperties": _ref("grant")},
        "grant": _closed(keys.GRANT),
        "resource_grants": _map("resource_grant"),
        "resource_grant": _closed(keys.RESOURCE_GRANT),
        "prompt_grants": _map("prompt_grant"),
        "prompt_grant": _closed(keys.PROMPT_GRANT),
        "rows": _either(_ref("param"), _closed(keys.ROWS_ANY), _map("text")),
        "media": {"type": "array", "items": _words("image", "audio", "blob"), "minItems": 1},
        "constraints": _map("constraint"),
        "constraint": _either(_ref("scalar"), _list("scalar"), _closed(keys.CONSTRAINT)),
        "param_type": _words("integer", "number", "text"),
        "globs": _ref("text_or_texts"),
        "links": _words("none"),
        "email": _closed(keys.EMAIL),
        "url": _closed(keys.URL),
        "path": _closed(keys.PATH),
        "ports": _either(_ref("count"), _list("count")),
        "mask": {"type": "object", "additionalProperties": _ref("mask_row")},
        "mask_row": {
            "type": "object",
            "additionalProperties": _words(*ACTIONS),
            "required": ["else"],
        },
        "budget": _closed(keys.BUDGET),
        "grant_budget": _closed(keys.GRANT_BUDGET),
        "block_budget": _closed(keys.BLOCK_BUDGET),
        "ceiling": _closed(keys.CEILING),
        "per": _words(*Per),
    }


def _of_cases() -> Mapping[str, Shape]:
    return {
        "cases": {"type": "array", "items": _closed(keys.CASE), "minItems": 1},
        "values": {"type": "object"},
        "seen": {"type": "array", "items": _closed(keys.SEEN)},
        "expect": _words("permit", "ask", "deny"),
        "reason": _words(*Reason),
    }
