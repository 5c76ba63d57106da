"""The agent's session of the older protocol: how it was opened, so that it can be opened again."""

from __future__ import annotations

from dataclasses import dataclass, field

import anyio
from httpx2 import Response

from broker.connect.answers import Message
from broker.connect.spoken import Request

_ID = "Mcp-Session-Id"


@dataclass(slots=True)
class Session:
    """Who opens, closes or replaces it holds `turn`."""

    id: str | None = None
    version: str | None = None  # as the broker answered
    opening: Request | None = None  # the agent's own `initialize`
    ready: bytes | None = field(default=None, repr=False)  # its `notifications/initialized`
    tells_of_tools: bool = False  # the broker said that it tells when the list of tools changes
    turn: anyio.Lock = field(default_factory=anyio.Lock)

    async def settled(self) -> str | None:
        """Its id, once nobody is opening it."""
        async with self.turn:
            return self.id

    def headers(self) -> dict[str, str]:
        found = {_ID: self.id, "MCP-Protocol-Version": None if self.id is None else self.version}
        return {name: value for name, value in found.items() if value is not None}

    def opened(self, by: Request, response: Response, answer: Message) -> bool:
        """Learns from the answer to `initialize`. False for an error: that opens nothing."""
        result = answer.said.get("result")
        if not isinstance(result, dict):
            return False
        version, can = result.get("protocolVersion"), result.get("capabilities")
        tools = can.get("tools") if isinstance(can, dict) else None
        self.id = response.headers.get(_ID)
        self.version = version if isinstance(version, str) else None
        self.opening = by
        self.tells_of_tools = isinstance(tools, dict) and tools.get("listChanged") is True
        return True
