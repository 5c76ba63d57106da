"""Who only listens holds nobody up: such streams end when the broker does, while calls under way get their grace."""

from __future__ import annotations

from dataclasses import dataclass, field

import anyio
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send


@dataclass(frozen=True, slots=True, eq=False)
class Listeners:
    """ASGI around the application. A stream for what the broker says by itself has no end of its own."""

    app: Starlette
    _open: set[anyio.CancelScope] = field(default_factory=set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _only_listens(scope):
            await self.app(scope, receive, send)
            return
        with anyio.CancelScope() as one:
            self._open.add(one)
            try:
                await self.app(scope, receive, send)
            finally:
                self._open.discard(one)

    def end(self) -> None:
        for one in tuple(self._open):
            one.cancel()


def _only_listens(scope: Scope) -> bool:
    """The standing stream of an older session, or a subscription of the newer protocol."""
    return scope["method"] == "GET" or Headers(scope=scope).get("mcp-method") == "subscriptions/listen"
