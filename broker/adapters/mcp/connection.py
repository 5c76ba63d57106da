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

from broker.adapters.mcp.http import Line
from broker.adapters.mcp.listing import Definitions, Listing
from broker.adapters.mcp.lost import Lost
from broker.adapters.mcp.reach import Address, Launch, Reach
from broker.adapters.mcp.stdio import Child

_NAME: Final = Implementation(name="toolbroker", version="0")  # what a server may know of us: the product
_HANDSHAKE: Final = 45.0  # seconds until everything is listed; the SDK alone waits 10 for its first probe
_LISTING: Final = 30.0
_REFRESH: Final = 60.0  # not every server tells when its lists change, and none tells that it hangs
_APART: Final = 1.0  # between two readings: a server may tell of changes all day
_CHANGES: Final = (ToolListChangedNotification, ResourceListChangedNotification, PromptListChangedNotification)


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A connection that can be used, and what it listed."""

    session: ClientSession
    definitions: Definitions


@dataclass(slots=True, kw_only=True)
class Connection:
    """`listed` is told whenever the lists were read, `ended` the moment that nothing more can come."""

    reach: Reach
    mode: str  # the SDK's: `auto` asks for the newest protocol first, `legacy` shakes hands as ever
    largest: int  # bytes of one message
    listed: Callable[[Live], None]
    ended: Callable[[str], None]
    over: str | None = None  # why
    _stirred: anyio.Event = field(default_factory=anyio.Event)

    def end(self, why: str) -> None:
        """From any task: nothing more comes of it."""
        if self.over is None:
            self.over = why
            self.ended(why)
        self._stirred.set()

    async def hold(self) -> None:
        """Raises Lost, whatever ended it, and what the SDK raises where it did not bear what the server sent."""
        with anyio.CancelScope(deadline=anyio.current_time() + _HANDSHAKE) as scope:
            client = Client(
                self._way().streams(), mode=self.mode, cache=None, client_info=_NAME, message_handler=self._notice
            )
            async with client:
                await self._list(client)
                scope.deadline = math.inf
                await self._tend(client)
        raise Lost(self.over or f"no handshake and lists within {_HANDSHAKE:g} s")

    def _way(self) -> Child | Line:
        match self.reach:
            case Launch():
                return Child(launch=self.reach, largest=self.largest, ended=self.end)
            case Address():
                return Line(address=self.reach, largest=self.largest, ended=self.end)
            case _:
                assert_never(self.reach)

    async def _list(self, client: Client) -> None:
        definitions = await Listing(client=client).read()
        if self.over is None:
            self.listed(Live(session=client.session, definitions=definitions))

    async def _notice(self, message: IncomingMessage) -> None:
        if isinstance(message, _CHANGES):
            self._stirred.set()

    async def _tend(self, client: Client) -> None:
        async with anyio.create_task_group() as tasks:
            if client.protocol_version in MODERN_PROTOCOL_VERSIONS:
                tasks.start_soon(self._listen, client)
            while self.over is None:
                with anyio.move_on_after(_REFRESH):
                    await self._stirred.wait()
                if self.over is None:
                    self._stirred = anyio.Event()
                    await self._list_again(client)
            tasks.cancel_scope.cancel()

    async def _list_again(self, client: Client) -> None:
        try:
            with anyio.fail_after(_LISTING):
                await self._list(client)
        except TimeoutError:
            self.end(f"its lists do not come within {_LISTING:g} s")
        except MCPError as refused:
            self.end(f"its lists cannot be read any more (code {refused.code})")
        await anyio.sleep(_APART)

    async def _listen(self, client: Client) -> None:
        """Of 2026-07-28. A subscription that ends is asked for anew, once the lists have been read again."""
        while True:
            try:
                async with client.listen(
                    tools_list_changed=True, prompts_list_changed=True, resources_list_changed=True
                ) as changes:
                    async for _ in changes:
                        self._stirred.set()
            except SubscriptionLost:
                pass
            except MCPError:
                return  # it tells nobody: `_REFRESH` is how we notice
            self._stirred.set()
            await anyio.sleep(_APART)
