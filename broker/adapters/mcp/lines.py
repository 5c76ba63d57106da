"""A child's output into lines, and lines into messages: bounded, whatever the child writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from mcp_types import ErrorData, JSONRPCError, JSONRPCMessage, jsonrpc_message_adapter
from pydantic_core import from_json

from broker.adapters.mcp.lost import Lost

UNREAD: Final = {  # codes of ours, outside what JSON-RPC and MCP use -> what they stand for
    -31901: "it answered with more than is read",
    -31902: "it answered with what is not JSON-RPC",
}

_ENDLESS: Final = 16  # times the longest line: a line this long is no message any more
_JUNK: Final = 1_000  # lines of one connection that are no messages: servers print there what they should not
_EDGE: Final = 256  # bytes kept of both ends of a line that is too long

# In JSON, a number right before the last brace, or after the first, is a member of the outermost object: inside a text
# the quotes around `id` would be escaped. So the answer that is thrown away is known to be the one to this request.
_FIRST: Final = re.compile(rb'\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d{1,15})\s*,')
_LAST: Final = re.compile(rb'[,{]\s*"id"\s*:\s*(\d{1,15})\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$')


@dataclass(slots=True)
class Lines:
    """`largest`: bytes of one line. Raises Lost where the child does not speak the protocol."""

    largest: int
    junk: int = 0
    _held: bytearray = field(default_factory=bytearray)
    _dropped: int = 0  # bytes of the line under way that are kept no more

    def feed(self, chunk: bytes) -> Iterator[JSONRPCMessage]:
        *ended, rest = chunk.split(b"\n")
        for part in ended:
            self._hold(part)
            line, was_cut = bytes(self._held), self._dropped > 0
            self._held.clear()
            self._dropped = 0
            messages = _too_large(line) if was_cut else _messages(line)
            yield from messages
            if not messages and line.strip():
                self.junk += 1
                if self.junk > _JUNK:
                    raise Lost(f"it wrote more than {_JUNK} lines that are no messages")
        self._hold(rest)

    def _hold(self, part: bytes) -> None:
        self._held += part
        if self._dropped or len(self._held) > self.largest:
            self._dropped += max(0, len(self._held) - 2 * _EDGE)
            del self._held[_EDGE : max(_EDGE, len(self._held) - _EDGE)]
            if self._dropped > _ENDLESS * self.largest:
                raise Lost(f"it wrote a line of more than {_ENDLESS * self.largest} bytes")


def _messages(line: bytes) -> list[JSONRPCMessage]:
    try:
        if line.startswith(b"["):  # a batch, which whoever speaks 2025-03-26 must be able to receive (basic, batching)
            return [jsonrpc_message_adapter.validate_python(one, by_name=False) for one in from_json(line)]
        return [jsonrpc_message_adapter.validate_json(line, by_name=False)]
    except ValueError:  # pydantic's too
        return _failed(line, -31902)


def _too_large(line: bytes) -> list[JSONRPCMessage]:
    return _failed(line, -31901)


def _failed(line: bytes, code: int) -> list[JSONRPCMessage]:
    found = _FIRST.match(line) or _LAST.search(line)
    if found is None:
        return []
    return [JSONRPCError(jsonrpc="2.0", id=int(found[1]), error=ErrorData(code=code, message=UNREAD[code]))]
