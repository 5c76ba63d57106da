"""How the tools of tasks are offered, and what their arguments say once they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mcp import types

from broker.grants.bearer import is_static
from broker.model.bearer import ARGUMENT
from broker.model.chain import Credential
from broker.model.label import Json

BEGIN: Final = "begin_task"
ACCESS: Final = "request_access"
END: Final = "end_task"
NAMES: Final = frozenset({BEGIN, ACCESS, END})

_LONGEST: Final = 400  # characters of one text
_MOST: Final = 32  # parameters of a task


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The task that is asked for. `parameters`: as written; the scope says their type."""

    scope: str
    purpose: str
    parameters: Mapping[str, str] = field(repr=False)
    with_token: bool


def beside(credential: Credential) -> tuple[types.Tool, ...]:
    """The tools that stand in the list of a static token before those of its tasks."""
    if not is_static(credential.token) or credential.task:
        return ()
    return (
        _tool(
            BEGIN,
            f"Begin a task. Its tools are listed from then on; each call names it as `{ARGUMENT}`.",
            _of_wish(),
            "scope",
            "purpose",
        ),
        _tool(
            ACCESS,
            "What you could be granted: scopes with their purposes, parameters and tools; and your open tasks. "
            "With `scope` and `purpose` it begins that task.",
            _of_wish(),
        ),
        _tool(
            END,
            "End a task for good, once its work is done.",
            {ARGUMENT: {"type": "string", "description": "as begin_task said"}},
            ARGUMENT,
        ),
    )


def wish(arguments: Mapping[str, Json]) -> Wish | str:
    """Or which argument is wrong; empty where one stands there that is not known."""
    if not arguments.keys() <= _of_wish().keys():
        return ""
    for name in ("scope", "purpose"):
        if not _is_text(arguments.get(name)):
            return name
    said = arguments.get("parameters", {})
    if not isinstance(said, dict) or len(said) > _MOST:
        return "parameters"
    written = {name: _written(value) for name, value in said.items()}
    known = {name: value for name, value in written.items() if value is not None}
    if known.keys() != said.keys():
        return "parameters"
    with_token = arguments.get("with_token", False)
    if not isinstance(with_token, bool):
        return "with_token"
    return Wish(
        scope=str(arguments["scope"]), purpose=str(arguments["purpose"]), parameters=known, with_token=with_token
    )


def _of_wish() -> dict[str, Any]:
    return {
        "scope": {"type": "string", "description": "one of those that request_access lists"},
        "purpose": {"type": "string", "description": "what for: one of the scope's purposes"},
        "parameters": {
            "type": "object",
            "description": "what the scope wants to be told, such as the ticket that it is about",
            "additionalProperties": {"type": ["string", "number"]},
        },
        "with_token": {
            "type": "boolean",
            "description": "also give a bearer token of the task, for a client that can use one in place of its own",
        },
    }


def _written(value: Json) -> str | None:
    """As a person would write it; the scope reads it by its own type."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    is_whole = isinstance(value, float) and value.is_integer()  # 42.0 is 42 (JSON Schema 2020-12, 4.2.2)
    return str(int(value) if is_whole else value)


def _is_text(value: Json) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST


def _tool(name: str, description: str, properties: Mapping[str, Any], *required: str) -> types.Tool:
    schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return types.Tool(
        name=name,
        description=description,
        input_schema={**schema, "required": list(required)} if required else schema,
        annotations=types.ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False),
    )
