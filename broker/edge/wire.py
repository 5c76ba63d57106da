"""An Outcome in MCP's shapes. The one place that decides what an agent reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, assert_never

import orjson
from mcp import MCPError, types

from broker.edge.blocks import block, blocks, content
from broker.model.decision import Reason
from broker.model.label import Json
from broker.model.outcome import Outcome, Pending, Refused, Served

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
        Reason.CONTEXT_NOT_MET: ("not at this hour, or stopped by an operator for now", True),
        Reason.EFFECT_UNKNOWN: ("an identical call may already have had its effect; a person must look first", False),
        Reason.SOURCE_UNAVAILABLE: ("the system behind this tool cannot be reached; retry later", True),
        Reason.SOURCE_FAILED: ("the tool failed; nothing of its answer can be shown", True),
        Reason.RESULT_WITHHELD: ("the call was made, but its result may not be shown", False),
        Reason.BROKER_UNAVAILABLE: ("the broker cannot serve now; retry later", True),
    }
)
"""Reason -> hint and whether a retry may help. The one slot is filled with the name of an argument that was shown."""


REFUSED: Final = -31002
"""The JSON-RPC error of a refused resource or prompt, whose results have no `isError`. Codes of applications lie
outside -32768..-32000 (JSON-RPC 2.0, 5.1)."""


def result(outcome: Outcome, name: str, *, in_blocks: bool = False) -> types.CallToolResult:
    """`name`: the tool as the agent named it; `in_blocks`: its result is texts and media in turn, not one JSON object.

    Raises MCPError -32602 for a tool that is not there for it.
    """
    match outcome:
        case Served(masked=masked) if in_blocks:
            return types.CallToolResult(content=list(blocks(masked.content.get("content", ()))))
        case Served(masked=masked):
            return said(masked.content, is_error=False)
        case Pending():
            return refused(Reason.APPROVAL_PENDING, "")
        case Refused(reason=Reason.UNKNOWN_TOOL, hint=""):
            # One answer for absent and never to be had (the specification's own code for an unknown tool).
            raise MCPError(types.INVALID_PARAMS, f"Unknown tool: {name[:80]}")
        case Refused(reason=reason, about=about, hint=hint):
            return refused(reason, about, hint)
        case _:
            assert_never(outcome)


def resource(outcome: Outcome, uri: str) -> types.ReadResourceResult:
    """`uri`: the one that was asked for, under which every part is shown. Raises MCPError."""
    if isinstance(outcome, Served):
        parts = outcome.masked.content.get("contents", ())
        return types.ReadResourceResult(contents=[content(one, uri) for one in parts], ttl_ms=0, cache_scope="private")
    raise _error(outcome, no_resource(uri))


def prompt(outcome: Outcome, name: str) -> types.GetPromptResult:
    """`name`: the prompt as the agent named it. Raises MCPError."""
    if isinstance(outcome, Served):
        found = outcome.masked.content
        about = found.get("about")
        return types.GetPromptResult(
            description=about if isinstance(about, str) else None, messages=list(_messages(found.get("messages", ())))
        )
    raise _error(outcome, MCPError(types.INVALID_PARAMS, f"Unknown prompt: {name[:80]}"))


def no_resource(uri: str) -> MCPError:
    """One answer for absent and not granted."""
    return MCPError(types.INVALID_PARAMS, "Resource not found", {"uri": uri})


def refusal(reason: Reason, about: str = "", hint: str = "") -> Mapping[str, Json]:
    """`hint`: what stands in place of the reason's own, and says how to ask instead of asking again."""
    usual, retryable = HINTS[reason]
    said = hint or usual.format(about=f"`{about}`" if about else "an argument")
    return {"refused": reason.value, "hint": said, "retryable": retryable and not hint}


def _messages(found: Iterable[Json]) -> Iterator[types.PromptMessage]:
    for place, one in enumerate(found, start=1):
        said = block(one.get("content"), place)
        if said is not None:
            # Whoever is not plainly the assistant is the user: a stranger's words must not pass for the model's own.
            yield types.PromptMessage(role="assistant" if one.get("role") == "assistant" else "user", content=said)


def _error(outcome: Pending | Refused, unknown: MCPError) -> MCPError:
    match outcome:
        case Refused(reason=Reason.UNKNOWN_TOOL):
            return unknown
        case Pending():
            said = refusal(Reason.APPROVAL_PENDING)
        case Refused(reason=reason, about=about, hint=hint):
            said = refusal(reason, about, hint)
        case _:
            assert_never(outcome)
    return MCPError(REFUSED, said["hint"], dict(said))


def refused(reason: Reason, about: str = "", hint: str = "") -> types.CallToolResult:
    return said(refusal(reason, about, hint), is_error=True)


def said(content: Json, *, is_error: bool) -> types.CallToolResult:
    text = types.TextContent(type="text", text=orjson.dumps(content).decode())
    return types.CallToolResult(content=[text], structured_content=None if is_error else content, is_error=is_error)
