"""A server at an address: one HTTP client in which one failed request harms no other, and nothing is endless.

The SDK's transport ends the whole connection where one request fails, reads JSON answers of any length, and tells
nobody whether a request was sent; so each request goes through `Guard`.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Final

import anyio
import anyio.to_thread
import httpx2
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.inbound import MCP_METHOD_HEADER
from mcp_types import INTERNAL_ERROR

from broker.adapters.mcp.attempt import ATTEMPT, Attempt
from broker.adapters.mcp.reach import Address, Streams
from broker.model.faults import ToolFault

_CONNECT: Final = 5.0  # seconds
_COURTESY: Final = 3.0  # for what nobody waits for: a cancellation, the end of a session
_PATIENCE: Final = 30.0  # for our own questions: the handshake, the lists
_SLACK: Final = 1.0  # beyond a call's own deadline
_POOL: Final = 100
_NEVER_SENT: Final = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
)
_NOT_FOUND: Final = 404


@dataclass(slots=True, kw_only=True)
class Line:
    """The way to one address. `ended` is told where the server knows our session no more."""

    address: Address
    largest: int
    ended: Callable[[str], None]
    words: bytes = b""  # as a child's: a server far away says nothing aside

    @asynccontextmanager
    async def streams(self) -> AsyncIterator[Streams]:
        """The two streams that the SDK wants."""
        async with (
            httpx2.AsyncClient(
                transport=Guard(address=self.address, largest=self.largest, ended=self.ended),
                timeout=httpx2.Timeout(None, connect=_CONNECT, pool=_CONNECT),  # the rest: `Guard`, by the call
                trust_env=False,
            ) as client,
            streamable_http_client(self.address.url, http_client=client, max_sse_event_size=self.largest) as streams,
        ):
            yield streams


class Guard(httpx2.AsyncBaseTransport):
    """Gives every request the address's headers and its limits; answers for the network where the network fails."""

    def __init__(self, *, address: Address, largest: int, ended: Callable[[str], None]) -> None:
        self._address = address
        self._largest = largest
        self._ended = ended
        self._origin = _origin(httpx2.URL(address.url))
        limits = httpx2.Limits(max_connections=_POOL, max_keepalive_connections=_POOL)
        self._inner = httpx2.AsyncHTTPTransport(limits=limits, trust_env=False)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        attempt = ATTEMPT.get()
        first = attempt is not None and not attempt.begun  # else: its cancellation, or its answer taken up again
        if attempt is not None:
            attempt.begun = True
        call = attempt if first else None
        if _origin(request.url) != self._origin:
            return _failure(request, call, "it sent us elsewhere")
        try:
            request.headers.update(await anyio.to_thread.run_sync(self._address.headers))
        except ToolFault as fault:
            return _failure(request, call, str(fault))
        request.headers["accept-encoding"] = "identity"  # what is counted is what is read
        if call is not None:
            request.headers.update(call.headers)
        return await self._send(request, call, _ends(request, attempt, first=first))

    async def _send(self, request: httpx2.Request, call: Attempt | None, ends: float) -> httpx2.Response:
        if call is not None:
            call.left = True
        try:
            with _until(ends):
                response = await self._inner.handle_async_request(request)
        except _NEVER_SENT as error:
            if call is not None:
                call.left = False
            return _failure(request, call, f"it cannot be reached ({type(error).__name__})")
        except (httpx2.TransportError, TimeoutError) as error:
            return _failure(request, call, f"the connection to it failed ({type(error).__name__})")
        if response.status_code == _NOT_FOUND and "mcp-session-id" in request.headers:
            if call is not None:
                call.gone = True
            self._ended("it does not know our session any more")
        if response.has_redirect_location or response.headers.get("content-encoding", "identity") != "identity":
            await response.aclose()
            return _bare(request, response)
        return httpx2.Response(
            response.status_code,
            headers=response.headers,
            stream=_Bounded(response, self._largest, ends),
            extensions=response.extensions,
        )


class _Bounded(httpx2.AsyncByteStream):
    """So many bytes, until then. StreamError is what the SDK takes as the end of one answer and not of all."""

    def __init__(self, inner: httpx2.Response, largest: int, ends: float) -> None:
        self._inner = inner
        self._left = largest
        self._ends = ends

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks = self._inner.aiter_raw()
        while True:
            try:
                with _until(self._ends):
                    chunk = await anext(chunks)
            except StopAsyncIteration:
                return
            except (httpx2.TransportError, TimeoutError) as error:
                raise httpx2.StreamError(type(error).__name__) from None
            self._left -= len(chunk)
            if self._left < 0:
                raise httpx2.StreamError("too large")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


def _ends(request: httpx2.Request, attempt: Attempt | None, *, first: bool) -> float:
    """When nobody waits for this exchange any more, by anyio's clock."""
    if attempt is not None and (first or request.method == "GET"):
        return attempt.deadline + _SLACK
    now = anyio.current_time()
    if attempt is not None or request.method == "DELETE":
        return now + _COURTESY
    is_standing = request.method == "GET" or request.headers.get(MCP_METHOD_HEADER) == "subscriptions/listen"
    return math.inf if is_standing else now + _PATIENCE


@contextmanager
def _until(ends: float) -> Iterator[None]:
    with anyio.fail_after(None if math.isinf(ends) else max(0.0, ends - anyio.current_time())):
        yield


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _failure(request: httpx2.Request, call: Attempt | None, why: str) -> httpx2.Response:
    if call is not None:
        call.why = why
    said = {"jsonrpc": "2.0", "id": None, "error": {"code": INTERNAL_ERROR, "message": why}}
    return httpx2.Response(503, request=request, json=said)


def _bare(request: httpx2.Request, response: httpx2.Response) -> httpx2.Response:
    kept = {name: value for name, value in response.headers.items() if name.lower() == "location"}
    return httpx2.Response(response.status_code if kept else 502, request=request, headers=kept)
