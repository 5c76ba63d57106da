"""Every HTTP request to a server: with its headers and its limits, and an answer of ours where the network fails.

The SDK's transports end the whole connection where one request fails, read JSON answers of any length, and tell nobody
whether a request was sent; so they get this in the place of the network.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import anyio
import anyio.to_thread
import httpx2
import orjson
from anyio.abc import TaskGroup
from mcp.shared.inbound import MCP_METHOD_HEADER
from mcp_types import INTERNAL_ERROR

from broker.adapters.mcp.attempt import ATTEMPT, Attempt
from broker.adapters.mcp.lost import Lost
from broker.adapters.mcp.reach import Address
from broker.model.faults import ToolFault

_COURTESY: Final = 3.0  # seconds for what nobody waits for: a cancellation, the end of a session
_PATIENCE: Final = 30.0  # for our own questions: the handshake, the lists
_SLACK: Final = 1.0  # beyond a call's own deadline
_POOL: Final = 100  # calls at once; the next ones wait
_SESSION: Final = "mcp-session-id"
_NOT_FOUND: Final = 404
_ELSEWHERE: Final = frozenset({400, 404, 405})  # 2025-11-25, transports, backwards compatibility
_FIRST: Final = "server/discover"  # what fails here must not pass for a server that knows no newer protocol
_NEVER_SENT: Final = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Who is told of what is seen on the way to an address."""

    doubted: Callable[[str | None], None]  # something failed; None: all is well
    ended: Callable[[str], None]  # nothing more can come of this connection
    turned_away: Callable[[], None]  # it does not take what is posted there
    is_older: bool = False  # the transport of 2024-11-05: one stream carries all answers, one refusal ends it


class Guard(httpx2.AsyncBaseTransport):
    """`largest`: bytes of one answer. `tasks` sends what nobody waits for."""

    def __init__(self, address: Address, largest: int, watch: Watch, tasks: TaskGroup) -> None:
        self._headers = address.headers
        self._origin = _origin(httpx2.URL(address.url))
        self._largest = largest
        self._watch = watch
        self._tasks = tasks
        limits = httpx2.Limits(max_connections=_POOL, max_keepalive_connections=_POOL)
        self._inner = httpx2.AsyncHTTPTransport(limits=limits, trust_env=False)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        attempt = ATTEMPT.get()
        if attempt is None:
            return await self._borne(request, await self._exchange(request, None, _ends(request)))
        if attempt.begun and await _cancels(request):
            # The SDK sends nothing else before this is answered, so a server could hold up all calls.
            self._tasks.start_soon(self._tell, request)
            return httpx2.Response(202, request=request)
        # Not the first: it was sent on to another path, or its answer is taken up again where a stream broke off.
        call = None if attempt.begun else attempt
        attempt.begun = True
        return await self._borne(request, await self._exchange(request, call, attempt.deadline + _SLACK))

    async def _tell(self, request: httpx2.Request) -> None:
        response = await self._exchange(request, None, anyio.current_time() + _COURTESY)
        await response.aclose()

    async def _borne(self, request: httpx2.Request, response: httpx2.Response) -> httpx2.Response:
        """The response, where the connection bears it. Raises Lost."""
        is_first = response.is_server_error and request.headers.get(MCP_METHOD_HEADER) == _FIRST
        if not is_first and not (response.is_error and self._watch.is_older):
            return response
        await response.aclose()
        why = response.extensions.get("why", f"it answers with HTTP status {response.status_code}")
        self._watch.ended(why)
        raise Lost(why)

    async def _exchange(self, request: httpx2.Request, call: Attempt | None, ends: float) -> httpx2.Response:
        if _origin(request.url) != self._origin:
            return self._failed(request, call, "it sends us elsewhere")
        try:
            request.headers.update(await anyio.to_thread.run_sync(self._headers, abandon_on_cancel=True))
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
            self._watch.ended("it does not know our session any more")
        self._watch.doubted(f"it answers with HTTP status {status}" if response.is_error else None)
        if request.method == "POST" and status in _ELSEWHERE and _SESSION not in request.headers:
            self._watch.turned_away()
        if response.has_redirect_location or headers.get("content-encoding", "identity") != "identity":
            await response.aclose()
            kept = {"location": headers["location"]} if response.has_redirect_location else {}
            return httpx2.Response(status if kept else 502, request=request, headers=kept)
        return httpx2.Response(
            status, headers=headers, stream=self._bounded(request, response, ends), extensions=response.extensions
        )

    def _bounded(self, request: httpx2.Request, response: httpx2.Response, ends: float) -> _Bounded:
        if self._watch.is_older and request.method == "GET":
            return _Bounded(response, math.inf, ends, self._watch.ended)
        return _Bounded(response, self._largest, ends)

    def _failed(self, request: httpx2.Request, call: Attempt | None, why: str) -> httpx2.Response:
        if call is not None:
            call.why = why
        self._watch.doubted(why)
        said = {"jsonrpc": "2.0", "id": None, "error": {"code": INTERNAL_ERROR, "message": why}}
        return httpx2.Response(503, request=request, json=said, extensions={"why": why})


class _Dialling:
    """Hears from the HTTP client what it does next: while it dials, nothing has left; of all else that is not known."""

    def __init__(self, call: Attempt) -> None:
        self._call = call

    async def __call__(self, event: str, _about: Mapping[str, object]) -> None:
        self._call.left = not event.startswith(("connection.connect_tcp.", "connection.start_tls."))


class _Bounded(httpx2.AsyncByteStream):
    """So many bytes, until then. StreamError is what the SDK takes as the end of one answer and not of all."""

    def __init__(
        self, response: httpx2.Response, left: float, ends: float, ended: Callable[[str], None] | None = None
    ) -> None:
        self._response = response
        self._left = left
        self._ends = ends
        self._ended = ended

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks = self._response.aiter_raw()
        while True:
            try:
                with _until(self._ends):
                    chunk = await anext(chunks, None)
            except (httpx2.TransportError, TimeoutError) as error:
                self._over()
                raise httpx2.StreamError(type(error).__name__) from None
            if chunk is None:
                self._over()
                return
            self._left -= len(chunk)
            if self._left < 0:
                raise httpx2.StreamError("too large")
            yield chunk

    def _over(self) -> None:
        if self._ended is not None:
            self._ended("it closed its stream")

    async def aclose(self) -> None:
        await self._response.aclose()


async def _cancels(request: httpx2.Request) -> bool:
    sent = await request.aread()
    return bool(sent) and orjson.loads(sent).get("method") == "notifications/cancelled"


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
