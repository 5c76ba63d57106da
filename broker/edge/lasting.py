"""ASGI around the MCP endpoint: what stays open for a token is cut off once the token grants nothing any more."""

from __future__ import annotations

from dataclasses import dataclass

import anyio
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from broker.edge.look import EVERY, Nothing, look
from broker.edge.seen import SEEN
from broker.model.chain import Credential
from broker.pipeline import Pipeline

_GRACE = 5.0  # seconds in which a stream whose token is over may still end by itself


@dataclass(frozen=True, slots=True)
class Lasting:
    """A call under way is none of this: its end is on record, and its time is the tool's."""

    app: ASGIApp
    pipeline: Pipeline

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _stays_open(scope):
            await self.app(scope, receive, send)
            return
        # Who reads nothing cannot be told of the end, and an older session has no word for it.
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._cut_off, scope[SEEN].credential, tasks.cancel_scope)
            await self.app(scope, receive, send)
            tasks.cancel_scope.cancel()

    async def _cut_off(self, credential: Credential, stream: anyio.CancelScope) -> None:
        while await look(self.pipeline, credential) is not Nothing.OVER:  # noqa: ASYNC110 - time passes, nobody says so
            await anyio.sleep(EVERY)
        await anyio.sleep(_GRACE)
        stream.cancel()


def _stays_open(scope: Scope) -> bool:
    """The stream of an older session, and the one that the newer protocol asks for; a header that lies is refused."""
    return scope["method"] == "GET" or Headers(scope=scope).get("mcp-method") == "subscriptions/listen"
