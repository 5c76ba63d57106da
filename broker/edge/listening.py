"""How an agent comes to be told of changes: a session of the older protocol by being one, the newer one by asking."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final, assert_never

from mcp import MCPError, types
from mcp.server.connection import Connection
from mcp.server.subscriptions import (
    InMemorySubscriptionBus,
    ListenHandler,
    PromptsListChanged,
    ResourcesListChanged,
    ServerEvent,
    ToolsListChanged,
)
from mcp.types.version import MODERN_PROTOCOL_VERSIONS

from broker.edge import wire
from broker.edge.announcer import Announcer, Listener
from broker.edge.connection import connection, remembered
from broker.edge.seen import Context, seen
from broker.model.decision import Reason
from broker.model.tool import Face

STREAMS: Final = 16  # of one token at a time; a client needs one
ALL: Final = 1024  # streams and sessions of everyone together

_EVENTS: Final[Mapping[Face, ServerEvent]] = MappingProxyType(
    {Face.TOOL: ToolsListChanged(), Face.RESOURCE: ResourcesListChanged(), Face.PROMPT: PromptsListChanged()}
)


@dataclass(frozen=True, slots=True)
class Listening:
    announcer: Announcer

    async def stream(
        self, context: Context, params: types.SubscriptionsListenRequestParams
    ) -> types.SubscriptionsListenResult:
        """One stream, until its client goes or its token is over. What happens to a resource is told to nobody, so the
        acknowledgement leaves that out.
        """
        bus = InMemorySubscriptionBus()
        made = ListenHandler(bus, max_subscriptions=1)  # of this stream alone: each is told of its own lists

        async def tell(changed: Collection[Face]) -> None:
            for face in changed:
                await bus.publish(_EVENTS[face])

        listener = Listener(credential=seen(context).credential, tell=tell, over=made.close)
        self._has_room(listener.credential.token)
        try:
            await self.announcer.joined(listener)
            wanted = params.notifications.model_copy(update={"resource_subscriptions": None})
            return await made(context, params.model_copy(update={"notifications": wanted}))
        finally:
            self.announcer.left(listener)

    async def session(self, context: Context, _params: types.NotificationParams) -> None:
        """A session that has begun is told as long as it lives."""
        line, kept = connection(context), remembered(context)
        if kept.listener is not None or self.announcer.count() >= ALL:
            return
        kept.listener = Listener(credential=seen(context).credential, tell=partial(_tell, line), over=_stays)
        line.exit_stack.callback(self.announcer.left, kept.listener)
        await self.announcer.joined(kept.listener)

    def _has_room(self, token: str) -> None:
        if self.announcer.count(token) >= STREAMS or self.announcer.count() >= ALL:
            said = wire.refusal(Reason.BUDGET_BUSY)
            raise MCPError(wire.REFUSED, said["hint"], dict(said))


def keep_token(context: Context) -> None:
    """A session is of one task, and goes on with the token that it bore last."""
    if context.protocol_version in MODERN_PROTOCOL_VERSIONS:
        return
    listener, credential = remembered(context).listener, seen(context).credential
    if listener is not None and credential.token:
        listener.credential = credential


async def _tell(line: Connection, changed: Collection[Face]) -> None:
    """On the session's own stream, or nowhere where it has none. Never raises."""
    for face in changed:
        match face:
            case Face.TOOL:
                await line.send_tool_list_changed()
            case Face.RESOURCE:
                await line.send_resource_list_changed()
            case Face.PROMPT:
                await line.send_prompt_list_changed()
            case _:
                assert_never(face)


def _stays() -> None:
    """A session may go on with a fresh token; how long its stream stays open is the gate's to say."""
