"""The fixture's tools that answer by themselves: every kind of content, errors, logs, progress, odd schemas."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import anyio
from mcp import types

from tests.conformance.fixture_faces import PICTURE, SOUND, embedded, reading, said

_BEAT = 0.05  # seconds between two notifications, as the suite describes them
_EMPTY = {"type": "object", "properties": {}}
_DIALECT = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}
_MIRRORED = {
    "type": "object",
    "properties": {"region": {"type": "string", "x-mcp-header": "Region"}, "query": {"type": "string"}},
    "required": ["region"],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """A tool, and what it does with its context and its arguments."""

    tool: types.Tool
    run: Callable[[Any, dict], Awaitable[types.CallToolResult]]


def _tool(name, about, run, schema=_EMPTY):
    return Answering(tool=reading(name, about, schema), run=run)


async def _text(_context, _arguments):
    return said("This is a simple text response for testing.")


async def _image(_context, _arguments):
    return types.CallToolResult(content=[PICTURE])


async def _audio(_context, _arguments):
    return types.CallToolResult(content=[SOUND])


async def _resource(_context, _arguments):
    return types.CallToolResult(content=[embedded("test://embedded-resource", "This is an embedded resource content.")])


async def _mixed(_context, _arguments):
    words = types.TextContent(type="text", text="Multiple content types test:")
    json = embedded("test://mixed-content-resource", '{"test":"data","value":123}', "application/json")
    return types.CallToolResult(content=[words, PICTURE, json])


async def _logs(context, _arguments):
    for words in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await _log(context, words)
        await anyio.sleep(_BEAT)
    return said("Logged three times.")


async def _progress(context, _arguments):
    for done in (0.0, 50.0, 100.0):
        await context.session.report_progress(done, 100.0, None)
        await anyio.sleep(_BEAT)
    return said("Counted to a hundred.")


async def _error(_context, _arguments):
    words = types.TextContent(type="text", text="This tool intentionally returns an error for testing")
    return types.CallToolResult(content=[words], is_error=True)


async def _reconnection(context, _arguments):
    if context.close_sse_stream is not None:
        await context.close_sse_stream()
    await anyio.sleep(_BEAT)
    return said("Still here.")


async def _once(context, _arguments):
    await _log(context, "Called")
    return said("Logged, where somebody asked for it.")


async def _echo(_context, arguments):
    return said(f"Called with {sorted(arguments)}.")


async def _log(context, words):
    params = types.LoggingMessageNotificationParams(level="info", data=words)
    if context.protocol_version < "2026" or (context.meta or {}).get("io.modelcontextprotocol/logLevel"):
        await context.session.send_notification(
            types.LoggingMessageNotification(params=params), related_request_id=context.request_id
        )


TOOLS = (
    _tool("test_simple_text", "Gives a text.", _text),
    _tool("test_image_content", "Gives a picture.", _image),
    _tool("test_audio_content", "Gives a sound.", _audio),
    _tool("test_embedded_resource", "Gives a resource.", _resource),
    _tool("test_multiple_content_types", "Gives a text, a picture and a resource.", _mixed),
    _tool("test_tool_with_logging", "Logs three times while it runs.", _logs),
    _tool("test_tool_with_progress", "Says three times how far it has come.", _progress),
    _tool("test_error_handling", "Fails.", _error),
    _tool("test_reconnection", "Closes its stream while it runs.", _reconnection),
    _tool("test_logging_tool", "Logs where that was asked for.", _once),
    _tool("json_schema_2020_12_tool", "Has a schema with many keywords.", _echo, _DIALECT),
    _tool("test_x_mcp_header", "Has an argument that is sent as a header too.", _echo, _MIRRORED),
)
