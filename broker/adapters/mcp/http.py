"""A server at an address: by streamable HTTP, or by the two endpoints of 2024-11-05."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import anyio
import httpx2
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client

from broker.adapters.mcp.guard import Guard, Watch
from broker.adapters.mcp.reach import Address, Streams

_CONNECT: Final = 5.0  # seconds


@dataclass(slots=True, kw_only=True)
class Line:
    """The way to one address."""

    address: Address
    largest: int  # bytes of one answer
    is_older: bool
    doubted: Callable[[str | None], None]  # something failed; None: all is well
    ended: Callable[[str], None]  # nothing more can come
    turned_away: Callable[[], None]  # it may be one of the older ones

    @asynccontextmanager
    async def streams(self) -> AsyncIterator[Streams]:
        """The two streams that the SDK wants."""
        watch = Watch(doubted=self.doubted, ended=self.ended, turned_away=self.turned_away, is_older=self.is_older)
        async with anyio.create_task_group() as tasks:
            client = httpx2.AsyncClient(
                transport=Guard(self.address, self.largest, watch, tasks),
                timeout=httpx2.Timeout(None, connect=_CONNECT, pool=_CONNECT),  # the call says the rest; `Guard` knows
                trust_env=False,
            )
            async with self._older(client) if self.is_older else self._newer(client) as streams:
                yield streams
            tasks.cancel_scope.cancel()

    @asynccontextmanager
    async def _newer(self, client: httpx2.AsyncClient) -> AsyncIterator[Streams]:
        async with (
            client,
            streamable_http_client(self.address.url, http_client=client, max_sse_event_size=self.largest) as streams,
        ):
            yield streams

    @asynccontextmanager
    async def _older(self, client: httpx2.AsyncClient) -> AsyncIterator[Streams]:
        def ours(
            headers: dict[str, str] | None = None,  # noqa: ARG001 - this and the rest is `Guard`'s
            timeout: httpx2.Timeout | None = None,  # noqa: ARG001
            auth: httpx2.Auth | None = None,  # noqa: ARG001
        ) -> httpx2.AsyncClient:
            return client

        async with sse_client(self.address.url, httpx_client_factory=ours) as streams:
            yield streams
