"""One connection's life: opened, listed, tended until it ends. Entered and left in one task."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, assert_never

import anyio
from mcp import MCPError
from mcp.client import Client, ClientSession, IncomingMessage
from mcp.client.subscriptions import SubscriptionLost
from mcp_types import (
    Implementation,
    PromptListChangedNotification,
    ResourceListChangedNotification,
    ToolListChangedNotification,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from broker.adapters.mcp.attempt import Attempt
from broker.adapters.mcp.http import Line
from broker.adapters.mcp.listing import Definitions, Listing
from broker.adapters.mcp.lost import Lost
from broker.adapters.mcp.patience import Patience
from broker.adapters.mcp.reach import Address, Launch, Reach
from broker.adapters.mcp.stdio import Child

_NAME: Final = Implementation(name="toolbroker", version="0")  # what a server may know of us: the product
_DUTY: Final = 5  # times as long as a reading took, until the next: a server may tell of changes all day
_CHANGES: Final = (ToolListChangedNotification, ResourceListChangedNotification, PromptListChangedNotification)


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A connection that can be used, what it listed, and the calls that are under way on it."""

    session: ClientSession
    definitions: Definitions
    calls: set[Attempt] = field(repr=False)
    closed: anyio.Event = field(default_factory=anyio.Event)


@dataclass(slots=True, kw_only=True)
class Connection:
    """`listed` is told whenever the lists were read, `ended` the moment that nothing more can come."""

    reach: Reach
    is_second: bool  # the first way of opening failed: shake hands as ever, or by the transport of 2024-11-05
    largest: int  # bytes of one message
    patience: Patience
    heard: bytearray  # the end of what a child says on standard error
    listed: Callable[[Live], None]
    ended: Callable[[str], None]
    over: str | None = None  # why
    is_turned_away: bool = False  # from where streamable HTTP would be
    _calls: set[Attempt] = field(default_factory=set)
    _saw: str | None = None  # what went wrong last on the way there
    _stirred: anyio.Event = field(default_factory=anyio.Event)  # something is to be looked at
    _scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)

    async def hold(self) -> str:
        """Live. Why it ended, whatever ended it: only a cancellation leaves otherwise."""
        why = f"no handshake and lists within {self.patience.handshake:g} s"
        try:
            # What a server sends may make the SDK raise anything. All of it leaves a task group as a group; if it went
            # on from here, one server could end the broker.
            async with anyio.create_task_group():
                with self._scope:
                    self._scope.deadline = anyio.current_time() + self.patience.handshake
                    await self._live()
        except ExceptionGroup as group:
            why = _reason(group) if self._saw is None else self._saw
        return why if self.over is None else self.over

    def end(self, why: str) -> None:
        """From any task: nothing more comes of it."""
        if self.over is None:
            self.over = why
            self.ended(why)
            self._scope.cancel()

    def doubt(self, why: str | None) -> None:
        """From any task: something went wrong on the way there, so look whether it still lists. None: all went well."""
        self._saw = why
        if why is not None:
            self._stirred.set()

    def turned_away(self) -> None:
        self.is_turned_away = not self.is_second

    async def _live(self) -> None:
        client = Client(
            self._way().streams(),
            mode="legacy" if self.is_second else "auto",  # of the newest protocol first
            cache=None,
            client_info=_NAME,
            message_handler=self._notice,
        )
        async with client:
            try:
                await self._list(client)
                self._scope.deadline = math.inf
                await self._tend(client)
            finally:
                self.ended("it is being closed")  # which takes a while: no call must meet it meanwhile

    def _way(self) -> Child | Line:
        match self.reach:
            case Launch():
                return Child(launch=self.reach, largest=self.largest, heard=self.heard, ended=self.end)
            case Address():
                return Line(
                    address=self.reach,
                    largest=self.largest,
                    is_older=self.is_second,
                    doubted=self.doubt,
                    ended=self.end,
                    turned_away=self.turned_away,
                )
            case _:
                assert_never(self.reach)

    async def _list(self, client: Client) -> None:
        definitions = await Listing(client=client).read()
        if self.over is None:
            self.listed(Live(session=client.session, definitions=definitions, calls=self._calls))

    async def _notice(self, message: IncomingMessage) -> None:
        """Everything a server says unasked; but for the kind of it, nothing is read."""
        if isinstance(message, _CHANGES):
            self._stirred.set()

    async def _tend(self, client: Client) -> None:
        async with anyio.create_task_group() as tasks:
            if client.protocol_version in MODERN_PROTOCOL_VERSIONS:
                tasks.start_soon(self._listen, client)
            while True:
                with anyio.move_on_after(self.patience.refresh):
                    await self._stirred.wait()
                self._stirred = anyio.Event()
                await self._list_again(client)

    async def _list_again(self, client: Client) -> None:
        asked = anyio.current_time()
        try:
            with anyio.fail_after(self.patience.listing):
                await self._list(client)
        except TimeoutError:
            # A server that does one thing at a time answers once it is done; what it does has its own deadline.
            if not any(call.began < asked for call in self._calls):
                self.end(f"it does not list within {self.patience.listing:g} s")
        except MCPError as refused:
            self.end(self._saw or f"it refuses to list what it has (code {refused.code})")
        took = anyio.current_time() - asked
        await anyio.sleep(max(self.patience.apart, min(_DUTY * took, self.patience.refresh)))

    async def _listen(self, client: Client) -> None:
        """Of 2026-07-28. What changed while nobody listened is read before it is listened again."""
        while True:
            began = anyio.current_time()
            try:
                async with client.listen(
                    tools_list_changed=True, prompts_list_changed=True, resources_list_changed=True
                ) as changes:
                    async for _ in changes:
                        self._stirred.set()
            except SubscriptionLost:
                pass
            except MCPError:
                return  # it tells nobody: what changes is found by reading again and again
            self._stirred.set()
            lived = anyio.current_time() - began
            await anyio.sleep(self.patience.apart if lived > self.patience.steady else self.patience.refresh)


def _reason(error: BaseException) -> str:
    match error:
        case ExceptionGroup():
            return _reason(error.exceptions[0])
        case Lost():
            return str(error)
        case MCPError():
            return f"it refuses the handshake (code {error.code})"
        case ValidationError():
            return "it speaks against the protocol"
        case _:
            return f"the connection broke ({type(error).__name__})"
