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
from anyio.abc import TaskGroup
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.inbound import MCP_METHOD_HEADER
from mcp_types import INTERNAL_ERROR

from broker.adapters.mcp.attempt import ATTEMPT, Attempt
from broker.adapters.mcp.lost import Lost
from broker.adapters.mcp.reach import Address, Streams
from broker.model.faults import ToolFault

_CONNECT: Final = 5.0  # seconds
_COURTESY: Final = 3.0  # for what nobody waits for: a cancellation, the end of a session
_PATIENCE: Final = 30.0  # for our own questions: the handshake, the lists
_SLACK: Final = 1.0  # beyond a call's own deadline
_POOL: Final = 100  # calls at once; the next ones wait
_SESSION: Final = "mcp-session-id"
_NOT_FOUND: Final = 404
_FIRST: Final = "server/discover"  # what fails here must not pass for a server that knows no newer protocol
_NEVER_SENT: Final = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
)


@dataclass(slots=True, kw_only=True)
class Line:
    """The way to one address."""

    address: Address
    largest: int  # bytes of one answer
    doubted: Callable[[str | None], None]  # something failed; None: all is well
    ended: Callable[[str], None]  # the server knows our session no more

    @asynccontextmanager
    async def streams(self) -> AsyncIterator[Streams]:
        """The two streams that the SDK wants."""
        async with anyio.create_task_group() as tasks:
            guard = Guard(self, tasks)
            # Beyond the connect, the call says how long is waited: `Guard` does.
            timeout = httpx2.Timeout(None, connect=_CONNECT, pool=_CONNECT)
            async with (
                httpx2.AsyncClient(transport=guard, timeout=timeout, trust_env=False) as client,
                streamable_http_client(
                    self.address.url, http_client=client, max_sse_event_size=self.largest
                ) as streams,
            ):
                yield streams
            tasks.cancel_scope.cancel()


class Guard(httpx2.AsyncBaseTransport):
    """Gives every request the address's headers and its limits; answers for the network where the network fails."""

    def __init__(self, line: Line, tasks: TaskGroup) -> None:
        self._line = line
        self._tasks = tasks
        self._origin = _origin(httpx2.URL(line.address.url))
        limits = httpx2.Limits(max_connections=_POOL, max_keepalive_connections=_POOL)
        self._inner = httpx2.AsyncHTTPTransport(limits=limits, trust_env=False)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        attempt = ATTEMPT.get()
        if attempt is None:
            return await self._exchange(request, None, _ends(request))
        if request.method == "POST" and attempt.begun:
            # Its cancellation. The SDK sends nothing else before that is answered, so a server could hold up all calls.
            self._tasks.start_soon(self._tell, request)
            return httpx2.Response(202, request=request)
        call = None if attempt.begun else attempt  # else its answer, taken up again where a stream broke off
        attempt.begun = True
        return await self._exchange(request, call, attempt.deadline + _SLACK)

    async def _tell(self, request: httpx2.Request) -> None:
        response = await self._exchange(request, None, anyio.current_time() + _COURTESY)
        await response.aclose()

    async def _exchange(self, request: httpx2.Request, call: Attempt | None, ends: float) -> httpx2.Response:
        if _origin(request.url) != self._origin:
            return self._failed(request, call, "it sends us elsewhere")
        try:
            request.headers.update(await anyio.to_thread.run_sync(self._line.address.headers))
        except ToolFault as fault:
            return self._failed(request, call, str(fault))
        request.headers["accept-encoding"] = "identity"  # what is counted is what is read
        if call is not None:
            request.headers.update(call.headers)
            call.left = True
            request.extensions["trace"] = _Dialling(call)
        try:
            with _until(ends):
                response = await self._inner.handle_async_request(request)
        except _NEVER_SENT as error:
            if call is not None:
                call.left = False
            return self._failed(request, call, f"it cannot be reached ({type(error).__name__})")
        except (httpx2.TransportError, TimeoutError) as error:
            return self._failed(request, call, f"the connection to it failed ({type(error).__name__})")
        return await self._received(request, response, call, ends)

    async def _received(
        self, request: httpx2.Request, response: httpx2.Response, call: Attempt | None, ends: float
    ) -> httpx2.Response:
        status, headers = response.status_code, response.headers
        if status == _NOT_FOUND and _SESSION in request.headers:  # 2025-11-25, transports, session management 3
            if call is not None:
                call.gone = True
            self._line.ended("it does not know our session any more")
        why = f"it answers with HTTP status {status}" if response.is_error else None
        self._line.doubted(why)
        if why is not None and response.is_server_error and request.headers.get(MCP_METHOD_HEADER) == _FIRST:
            await response.aclose()
            raise Lost(why)
        if response.has_redirect_location or headers.get("content-encoding", "identity") != "identity":
            await response.aclose()
            kept = {"location": headers["location"]} if response.has_redirect_location else {}
            return httpx2.Response(status if kept else 502, request=request, headers=kept)
        bounded = _Bounded(response, self._line.largest, ends)
        return httpx2.Response(status, headers=headers, stream=bounded, extensions=response.extensions)

    def _failed(self, request: httpx2.Request, call: Attempt | None, why: str) -> httpx2.Response:
        if call is not None:
            call.why = why
        self._line.doubted(why)
        if request.headers.get(MCP_METHOD_HEADER) == _FIRST:
            raise Lost(why)
        said = {"jsonrpc": "2.0", "id": None, "error": {"code": INTERNAL_ERROR, "message": why}}
        return httpx2.Response(503, request=request, json=said)


class _Dialling:
    """Hears from the HTTP client what it does next: while it dials, nothing has left; of all else that is not known."""

    def __init__(self, call: Attempt) -> None:
        self._call = call

    async def __call__(self, event: str, _about: object) -> None:
        self._call.left = not event.startswith(("connection.connect_tcp.", "connection.start_tls."))


class _Bounded(httpx2.AsyncByteStream):
    """So many bytes, until then. StreamError is what the SDK takes as the end of one answer and not of all."""

    def __init__(self, response: httpx2.Response, largest: int, ends: float) -> None:
        self._response = response
        self._left = largest
        self._ends = ends

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks = self._response.aiter_raw()
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
        await self._response.aclose()


def _ends(request: httpx2.Request) -> float:
    """When nobody waits for what we asked ourselves, by anyio's clock. Never, for what a server tells unasked."""
    if request.method == "GET" or request.headers.get(MCP_METHOD_HEADER) == "subscriptions/listen":
        return math.inf
    return anyio.current_time() + (_COURTESY if request.method == "DELETE" else _PATIENCE)


@contextmanager
def _until(ends: float) -> Iterator[None]:
    with anyio.fail_after(None if math.isinf(ends) else max(0.0, ends - anyio.current_time())):
        yield


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
