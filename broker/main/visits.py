"""Every request under way: who only listens is sent off when the broker ends, calls after their grace or at a word."""

from __future__ import annotations

from dataclasses import dataclass, field

import anyio
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send


@dataclass(frozen=True, slots=True, eq=False)
class Visits:
    """ASGI around the application. A stream for what the broker says by itself has no end of its own."""

    app: Starlette
    _open: dict[anyio.CancelScope, bool] = field(default_factory=dict)  # -> whether it only listens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with anyio.CancelScope() as one:
            self._open[one] = _only_listens(scope)
            try:
                await self.app(scope, receive, send)
            finally:
                del self._open[one]

    def end_listening(self) -> None:
        for one in [one for one, only_listens in self._open.items() if only_listens]:
            one.cancel()

    def end_all(self) -> None:
        """A call that is cut off has its end on record all the same."""
        for one in tuple(self._open):
            one.cancel()


def _only_listens(scope: Scope) -> bool:
    """The standing stream of an older session, or a subscription of the newer protocol."""
    return scope["method"] == "GET" or Headers(scope=scope).get("mcp-method") == "subscriptions/listen"
