"""An Outcome in MCP's shapes. The one place that decides what an agent reads."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import assert_never

import orjson
from mcp import MCPError, types

from broker.model.decision import Reason
from broker.model.label import Json
from broker.model.outcome import Outcome, Pending, Refused, Served
from broker.model.tool import Effect, ToolSpec
from broker.pipeline import Shown

HINTS: Mapping[Reason, tuple[str, bool]] = MappingProxyType(
    {
        Reason.BAD_TOKEN: ("the token is not one of this broker; ask your operator for one", False),
        Reason.TOKEN_EXPIRED: ("the token has run out; ask your operator for a fresh one", False),
        Reason.TASK_ENDED: ("the task is over, or its scope changed; ask your operator for a new one", False),
        Reason.UNKNOWN_TOOL: ("no such tool; tools/list shows those that this task has", False),
        Reason.ARGUMENTS_INVALID: ("{about} does not fit the tool's input schema; see tools/list", False),
        Reason.VALUE_NOT_ALLOWED: ("{about} is outside what this task may do; tools/list shows the limits", False),
        Reason.ROW_OUT_OF_REACH: ("no such record within this task", False),
        Reason.HANDLE_NOT_ACCEPTED: (
            "{about} takes a handle that this task was given, unchanged",
            False,
        ),
        Reason.UNPROVEN_VALUE: ("{about} must come from where tools/list says", False),
        Reason.FLOW_NEVER: ("what this task has seen must not go there", False),
        Reason.APPROVAL_PENDING: ("a person was asked; retry the same call later", True),
        Reason.APPROVAL_DENIED: ("a person said no", False),
        Reason.BUDGET_SPENT: ("this task has used up what it may do here", False),
        Reason.BUDGET_BUSY: ("other calls of this task hold what is left; retry when they have ended", True),
        Reason.CONTEXT_NOT_MET: ("not at this hour", True),
        Reason.EFFECT_UNKNOWN: ("an identical call may already have had its effect; a person must look first", False),
        Reason.SOURCE_UNAVAILABLE: ("the system behind this tool cannot be reached; retry later", True),
        Reason.SOURCE_FAILED: ("the tool failed; nothing of its answer can be shown", True),
        Reason.RESULT_WITHHELD: ("the call was made, but its result may not be shown", False),
        Reason.BROKER_UNAVAILABLE: ("the broker cannot serve now; retry later", True),
    }
)
"""Reason -> hint and whether a retry may help. The one slot is filled with the name of an argument that was shown."""


def result(outcome: Outcome, name: str) -> types.CallToolResult:
    """`name`: the tool as the agent named it. Raises MCPError -32602 for a tool that is not there for it."""
    match outcome:
        case Served(masked=masked):
            return _said(masked.content, is_error=False)
        case Pending():
            return _refused(Reason.APPROVAL_PENDING, "")
        case Refused(reason=Reason.UNKNOWN_TOOL):
            # One answer for absent and not granted (the specification's own code for an unknown tool).
            raise MCPError(types.INVALID_PARAMS, f"Unknown tool: {name[:80]}")
        case Refused(reason=reason, about=about):
            return _refused(reason, about)
        case _:
            assert_never(outcome)


def refusal(reason: Reason, about: str = "") -> Mapping[str, Json]:
    hint, retryable = HINTS[reason]
    said = hint.format(about=f"`{about}`" if about else "an argument")
    return {"refused": reason.value, "hint": said, "retryable": retryable}


def tool(shown: Shown) -> types.Tool:
    return types.Tool(
        name=outside(shown.spec.name),
        description=shown.spec.description,
        input_schema=dict(shown.input_schema),
        output_schema=None if shown.output_schema is None else dict(shown.output_schema),
        annotations=_annotations(shown.spec),
    )


def outside(toolref: str) -> str:
    return toolref.replace(".", "__", 1)


def inside(name: str) -> str:
    """The toolref that an agent means by a name of tools/list; any other name, a toolref too, becomes none that exists.

    Two names for one tool would be two spellings of one thing in every log and rule on the agent's side.
    """
    source, mark, rest = name.partition("__")
    return f"{source}.{rest}" if mark and "." not in name else outside(name)


def _annotations(spec: ToolSpec) -> types.ToolAnnotations:
    destroys = bool(spec.effects & {Effect.DELETE, Effect.MONEY, Effect.EXECUTE})
    return types.ToolAnnotations(
        read_only_hint=not spec.has_effect, destructive_hint=destroys, open_world_hint=spec.is_sink
    )


def _refused(reason: Reason, about: str) -> types.CallToolResult:
    return _said(refusal(reason, about), is_error=True)


def _said(content: Json, *, is_error: bool) -> types.CallToolResult:
    text = types.TextContent(type="text", text=orjson.dumps(content).decode())
    return types.CallToolResult(content=[text], structured_content=None if is_error else content, is_error=is_error)
