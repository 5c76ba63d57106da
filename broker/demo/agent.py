"""A scripted agent: it speaks MCP like any other client and knows nothing but its token."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import stamina
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.types import INVALID_PARAMS, CallToolResult, TextContent

from broker.demo.events import Answered
from broker.demo.steps import NO_ROWS, SERVED, Blank, Step, Value
from broker.model.decision import Reason

_UP_WITHIN = 60.0  # seconds, on a slow machine


class _NotUpError(Exception):
    """The system behind the tool cannot be reached yet."""

    def __init__(self, result: CallToolResult) -> None:
        super().__init__()
        self.result = result


@dataclass(slots=True)
class Agent:
    """What it has read so far, and every word that it was sent."""

    client: Client
    known: dict[Blank, Value]
    received: list[str] = field(default_factory=list)
    rows: Sequence[Mapping[str, Any]] = ()  # of the last answer
    taken: int = 0

    async def tools(self) -> Mapping[str, Mapping[str, str]]:
        """Tool -> argument -> the limits that its schema states."""
        listed = (await self.client.list_tools()).tools
        self.received += [tool.model_dump_json() for tool in listed]
        return {
            tool.name: {name: _limits(schema) for name, schema in tool.input_schema.get("properties", {}).items()}
            for tool in listed
        }

    async def take(self, step: Step) -> Answered:
        """Make the call of this step, whatever comes of it."""
        self.taken += 1
        arguments = step.filled(self.known)
        rows: list[dict[str, Any]] = []
        hint = ""
        try:
            result = await self._called(step.tool, arguments)
        except MCPError as error:
            self.received.append(str(error))
            came, hint = (Reason.UNKNOWN_TOOL, str(error)) if error.code == INVALID_PARAMS else (f"{error.code}", "")
        except RuntimeError as error:  # the client's own: the answer broke the schema that the broker published
            came, hint = "client_error", str(error)
        else:
            self.received.append(result.model_dump_json())
            came, hint, rows = _read(result)
        self.rows = rows
        self._learn(step, rows)
        first = rows[0] if rows else {}
        return Answered(
            number=self.taken,
            wants=step.wants,
            tool=step.tool,
            arguments=arguments,
            expected=str(step.expects),
            came=str(came),
            hint=hint,
            rows=len(rows),
            shown={column: first[column] for column in step.shows if column in first},
        )

    async def _called(self, tool: str, arguments: Mapping[str, Any]) -> CallToolResult:
        """As its hint says, a call is made again where the system behind the tool is not up yet."""
        patient = stamina.AsyncRetryingCaller(attempts=10, timeout=_UP_WITHIN).on(_NotUpError)
        try:
            return await patient(self._once, tool, arguments)
        except _NotUpError as error:
            return error.result

    async def _once(self, tool: str, arguments: Mapping[str, Any]) -> CallToolResult:
        result = await self.client.call_tool(tool, dict(arguments))
        if _read(result)[0] == Reason.SOURCE_UNAVAILABLE:
            raise _NotUpError(result)
        return result

    def _learn(self, step: Step, rows: list[dict[str, Any]]) -> None:
        """From the row of the order that the task is about; where there is none, from the first."""
        for row in sorted(rows, key=lambda row: row.get("id") != self.known.get(Blank.ORDER))[:1]:
            self.known |= {blank: row[column] for blank, column in step.learns.items() if column in row}


@asynccontextmanager
async def connected(url: str, token: str, known: Mapping[Blank, Value]) -> AsyncIterator[Agent]:
    """An agent that bears `token`."""
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=30) as http,
        Client(streamable_http_client(url, http_client=http), cache=None) as client,
    ):
        yield Agent(client=client, known=dict(known))


def _read(result: CallToolResult) -> tuple[str, str, list[dict[str, Any]]]:
    """How the call ended, the hint, and the rows."""
    if result.is_error:
        text = "".join(part.text for part in result.content if isinstance(part, TextContent))
        try:
            said = json.loads(text)
            return said["refused"], said["hint"], []
        except (ValueError, TypeError, KeyError):
            return "unreadable_error", text, []
    if result.structured_content is None:  # a tool that answers in texts
        return SERVED, "", [{"text": part.text} for part in result.content if isinstance(part, TextContent)]
    rows = result.structured_content["rows"]
    return SERVED if rows else NO_ROWS, "", rows


def _limits(schema: Mapping[str, Any]) -> str:
    """The limits of one argument in a line: what a reader of its JSON Schema would say they are."""
    if "const" in schema:
        return f"only {schema['const']}"
    said = [schema["description"]] if "description" in schema else []
    said += [f"one of {', '.join(map(str, schema['enum']))}"] if "enum" in schema else []
    said += [f"{_span(schema, 'minimum', 'maximum')}"] if {"minimum", "maximum"} & set(schema) else []
    said += [f"{_span(schema, 'minLength', 'maxLength')} characters"] if "maxLength" in schema else []
    return ", ".join(said)


def _span(schema: Mapping[str, Any], lowest: str, highest: str) -> str:
    low, high = schema.get(lowest, ""), schema.get(highest, "")
    return f"{low}" if low == high else f"{low}..{high}"
