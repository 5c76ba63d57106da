"""One MCP server behind the broker: one task owns its connection, all calls share it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, assert_never

import anyio
import stamina
from mcp import MCPError
from mcp.shared.inbound import mcp_param_headers, x_mcp_header_map
from mcp_types import CONNECTION_CLOSED, CallToolRequest, CompleteRequest, GetPromptRequest, ReadResourceRequest
from pydantic import ValidationError

from broker.adapters.mcp.answer import Raw, judged, size
from broker.adapters.mcp.attempt import ATTEMPT, Attempt
from broker.adapters.mcp.connection import Connection, Live
from broker.adapters.mcp.lines import UNREAD
from broker.adapters.mcp.listing import Definitions
from broker.adapters.mcp.lost import Lost
from broker.adapters.mcp.patience import Patience
from broker.adapters.mcp.reach import Address, Launch, Reach
from broker.adapters.mcp.steps import Steps
from broker.model.faults import Effect, ToolFault
from broker.model.label import Json
from broker.ports import Progress

LARGEST: Final = 8 << 20  # bytes of one message of a server, whatever a call allows

_CLOSED: Final = "the connection ended before it answered"
_ENDED: Final = ("Connection closed", "SSE stream")  # how the SDK's own words for that begin; it has no other sign
_Request = CallToolRequest | CompleteRequest | GetPromptRequest | ReadResourceRequest
_REQUESTS: Final[Mapping[str, type[_Request]]] = {
    "tools/call": CallToolRequest,
    "resources/read": ReadResourceRequest,
    "prompts/get": GetPromptRequest,
    "completion/complete": CompleteRequest,
}


class Upstream:
    """`changed` is called after `definitions` or `trouble` differ from before; it must not raise."""

    def __init__(
        self,
        name: str,
        reach: Reach,
        changed: Callable[[], None],
        *,
        largest: int = LARGEST,
        patience: Patience | None = None,
    ) -> None:
        self.name = name
        self.definitions: Definitions | None = None  # what the live, or the last, connection listed
        self.trouble: str | None = "not connected yet"  # for operators: why there is no connection now
        self._reach = reach
        self._changed = changed
        self._largest = largest
        self._patience = Patience() if patience is None else patience
        self._heard = bytearray()
        self._second = False  # the way of opening a connection that is tried next
        self._has_listed = False  # it has listed what it has
        self._live: Live | None = None
        self._up = anyio.Event()

    @property
    def words(self) -> str:
        """The end of what its command said on standard error, in one line: for an operator's eyes, never for a log."""
        said = self._heard.decode(errors="replace")
        return " ".join("".join(char if char.isprintable() else " " for char in said).split())

    async def run(self) -> None:
        """Own the connection until cancelled: connect, list, publish, wait for its end, back off, again."""
        patience = self._patience
        try:
            while True:
                async for attempt in stamina.retry_context(
                    on=Lost,
                    attempts=None,
                    timeout=None,
                    wait_initial=patience.first_pause,
                    wait_max=patience.longest_pause,
                ):
                    with attempt:
                        await self._connect()
        finally:
            self._live = None

    async def ask(
        self,
        method: str,
        params: Mapping[str, Json],
        *,
        timeout: float,  # noqa: ASYNC109 - it bounds more than the wait: the transport is told too
        max_bytes: int,
        progress: Progress,
        expects: Callable[[Definitions], str | None],
    ) -> Mapping[str, Json]:
        """The result as it came over the wire. Raises ToolFault alone, or the caller's own cancellation.

        `method`: tools/call, resources/read, prompts/get, completion/complete. `timeout`: seconds, until the answer.
        `max_bytes`: of the result as JSON. `expects`: why the definitions of the very connection that is about to carry
        the call are not as pinned. It is sent once at most.
        """
        request = _request(method, params)
        now = anyio.current_time()
        attempt = Attempt(began=now, deadline=now + timeout)
        token = ATTEMPT.set(attempt)
        try:
            with anyio.fail_after(timeout):
                result = await self._carried(request, attempt, Steps(attempt=attempt, tell=progress), expects)
        except TimeoutError:
            raise attempt.fault(f"no answer within {timeout:g} s") from None
        except MCPError as error:
            if error.code == CONNECTION_CLOSED and error.message.startswith(_ENDED) and attempt.why is None:
                attempt.why = _CLOSED
            raise attempt.fault(UNREAD.get(error.code, f"it answered with error {error.code}")) from None
        except ValidationError:
            raise attempt.fault("it answered against the protocol") from None
        except RuntimeError:  # the SDK's, while the connection is being closed
            raise attempt.fault(_CLOSED) from None
        finally:
            attempt.over = True
            ATTEMPT.reset(token)
        return judged(result, max_bytes)

    async def _carried(
        self, request: _Request, attempt: Attempt, steps: Steps, expects: Callable[[Definitions], str | None]
    ) -> dict[str, Json]:
        while True:
            live = await self._reached()
            why = expects(live.definitions)
            if why is not None:
                raise ToolFault(why, effect=Effect.NONE)
            if isinstance(self._reach, Address) and isinstance(request, CallToolRequest):
                attempt.headers = _mirrored(request, live.definitions)
            live.calls.add(attempt)
            try:
                return (await live.session.send_request(request, Raw, progress_callback=steps)).root
            except MCPError as error:
                if error.code != CONNECTION_CLOSED or attempt.begun:
                    raise
                # It ended, its owner has not heard of it yet, and the transport has not even seen the request.
                await live.closed.wait()
            finally:
                live.calls.discard(attempt)

    async def _reached(self) -> Live:
        with anyio.move_on_after(self._patience.wait):
            while self._live is None:
                await self._up.wait()
        if self._live is None:
            raise ToolFault(f"not connected: {self.trouble}", effect=Effect.NONE, is_unreachable=True)
        return self._live

    async def _connect(self) -> None:
        began, self._has_listed = anyio.current_time(), False
        connection = Connection(
            reach=self._reach,
            is_second=self._second,
            largest=self._largest,
            patience=self._patience,
            heard=self._heard,
            listed=self._listed,
            ended=self._ended,
        )
        why = await connection.hold()
        self._ended(why)
        match self._reach:
            case Launch():  # some servers end when the first message is not the handshake that they know
                self._second = not self._has_listed and not self._second
            case Address() if not self._has_listed:
                self._second = connection.is_turned_away
            case Address():
                pass
            case _:
                assert_never(self._reach)
        if anyio.current_time() - began < self._patience.steady:
            raise Lost(why)

    def _listed(self, live: Live) -> None:
        before = self.definitions, self.trouble
        self._live, self._has_listed = live, True
        self.definitions, self.trouble = live.definitions, None
        self._up.set()
        if before != (self.definitions, self.trouble):
            self._changed()

    def _ended(self, why: str) -> None:
        if self._live is not None:
            self._live.closed.set()
            self._live, self._up = None, anyio.Event()
        if self.trouble != why:
            self.trouble = why
            self._changed()


def _request(method: str, params: Mapping[str, Json]) -> _Request:
    try:
        size(params)
        return _REQUESTS[method].model_validate({"method": method, "params": params}, by_name=False)
    except ValueError:  # pydantic's too
        raise ToolFault("the arguments cannot be sent", effect=Effect.NONE) from None


def _mirrored(request: CallToolRequest, definitions: Definitions) -> Mapping[str, str]:
    """The arguments that a server of 2026-07-28 wants to read in headers too."""
    tool = definitions.tools.get(request.params.name, {})
    return mcp_param_headers(x_mcp_header_map(tool.get("inputSchema", {})), request.params.arguments or {})
