"""One MCP server behind the broker: one task owns its connection, all calls share it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import anyio
import stamina
from mcp import MCPError
from mcp.shared.inbound import mcp_param_headers, x_mcp_header_map
from mcp_types import CallToolRequest, CompleteRequest, GetPromptRequest, ReadResourceRequest
from pydantic import ValidationError

from broker.adapters.mcp.answer import Raw, judged
from broker.adapters.mcp.attempt import ATTEMPT, Attempt
from broker.adapters.mcp.connection import Connection, Live
from broker.adapters.mcp.listing import Definitions
from broker.adapters.mcp.lost import Lost
from broker.adapters.mcp.reach import Reach
from broker.adapters.mcp.steps import Steps
from broker.model.faults import Effect, ToolFault
from broker.model.label import Json
from broker.ports import Progress

LARGEST: Final = 8 << 20  # bytes of one message of a server

_WAIT: Final = 5.0  # seconds that a call waits for a connection
_STEADY: Final = 10.0  # a connection that lived so long earns a reconnect at once
_FIRST_PAUSE: Final = 0.2
_LONGEST_PAUSE: Final = 30.0
_REQUESTS: Final = {
    "tools/call": CallToolRequest,
    "resources/read": ReadResourceRequest,
    "prompts/get": GetPromptRequest,
    "completion/complete": CompleteRequest,
}


class Upstream:
    """`changed` is called after `definitions` or `trouble` differ from before."""

    def __init__(self, name: str, reach: Reach, changed: Callable[[], None], *, largest: int = LARGEST) -> None:
        self.name = name
        self.definitions: Definitions | None = None  # what the live, or the last, connection listed
        self.trouble: str | None = "not connected yet"  # for operators: why there is no connection now
        self._reach = reach
        self._changed = changed
        self._largest = largest
        self._mode = "auto"
        self._live: Live | None = None
        self._up = anyio.Event()

    async def run(self) -> None:
        """Own the connection until cancelled: connect, list, publish, wait for its end, back off, again."""
        while True:
            async for attempt in stamina.retry_context(
                on=Lost, attempts=None, timeout=None, wait_initial=_FIRST_PAUSE, wait_max=_LONGEST_PAUSE
            ):
                with attempt:
                    await self._live_once()

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

        `expects`: why the definitions of the very connection that will carry the call are not as pinned.
        Sent once at most. `timeout`: seconds; `max_bytes`: of the result as JSON.
        """
        attempt = Attempt(deadline=anyio.current_time() + timeout)
        token = ATTEMPT.set(attempt)
        try:
            with anyio.fail_after(timeout):
                live = await self._reached()
                why = expects(live.definitions)
                if why is not None:
                    raise ToolFault(why, effect=Effect.NONE)
                attempt.headers = _mirrored(method, params, live.definitions)
                result = await live.session.send_request(
                    _REQUESTS[method](params=params),
                    Raw,
                    progress_callback=Steps(attempt=attempt, tell=progress),
                )
        except TimeoutError:
            raise attempt.fault(f"no answer within {timeout:g} s") from None
        except MCPError as error:
            raise attempt.fault(f"it answered with error {error.code}") from None
        except ValidationError:
            raise attempt.fault("it answered against the protocol") from None
        finally:
            attempt.over = True
            ATTEMPT.reset(token)
        return judged(result.root, max_bytes)

    async def _reached(self) -> Live:
        with anyio.move_on_after(_WAIT):
            while self._live is None:
                await self._up.wait()
        if self._live is None:
            raise ToolFault(f"not connected: {self.trouble}", effect=Effect.NONE, is_unreachable=True)
        return self._live

    async def _live_once(self) -> None:
        began = anyio.current_time()
        connection = Connection(
            reach=self._reach, mode=self._mode, largest=self._largest, listed=self._listed, ended=self._ended
        )
        why = "it ended"
        try:
            await connection.hold()
        except Lost as lost:
            why = str(lost)
        except (MCPError, RuntimeError, ValidationError, ExceptionGroup) as error:
            why = connection.over or f"it broke the protocol ({type(error).__name__})"
        self._ended(why)
        if anyio.current_time() - began < _STEADY:
            raise Lost(why)

    def _listed(self, live: Live) -> None:
        before = (self.definitions, self.trouble)
        self._live, self.definitions, self.trouble = live, live.definitions, None
        self._up.set()
        if before != (self.definitions, self.trouble):
            self._changed()

    def _ended(self, why: str) -> None:
        if self._live is not None:
            self._live, self._up = None, anyio.Event()
        if self.trouble != why:
            self.trouble = why
            self._changed()


def _mirrored(method: str, params: Mapping[str, Json], definitions: Definitions) -> Mapping[str, str]:
    """The arguments that a server of 2026-07-28 wants to read in headers too; over stdio nobody looks."""
    tool = definitions.tools.get(str(params.get("name"))) if method == "tools/call" else None
    if tool is None:
        return {}
    return mcp_param_headers(x_mcp_header_map(tool.get("inputSchema", {})), params.get("arguments") or {})
