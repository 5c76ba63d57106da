"""MCP in, MCP out, both protocol eras. The only maker of Request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mcp import MCPError, types
from mcp.server.lowlevel import Server
from mcp.types.version import MODERN_PROTOCOL_VERSIONS

from broker.edge import names, wire
from broker.edge.announcer import Announcer
from broker.edge.connection import remembered
from broker.edge.listening import Listening, keep_token
from broker.edge.lists import Lists
from broker.edge.naming import by_argument, by_meta
from broker.edge.offers import Offering
from broker.edge.seen import Context, Seen, seen
from broker.edge.task_tools import TaskTools
from broker.edge.telling import LEVEL, told
from broker.edge.wishes import Wishes
from broker.model.call import Request
from broker.model.label import Json
from broker.model.outcome import Outcome
from broker.model.tool import Face
from broker.opening import Opening
from broker.pipeline import Pipeline
from broker.ports import Ids


def request(ids: Ids, sender: Seen, tool: str, arguments: Mapping[str, Json], face: Face = Face.TOOL) -> Request:
    return Request(id=ids.fresh(), tool=tool, arguments=arguments, credential=sender.credential, face=face)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """What goes through the pipeline: each leaves its record, whatever comes of it."""

    pipeline: Pipeline
    ids: Ids
    own: TaskTools

    async def tool(self, context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        if (own := await self.own.call(context, params)) is not None:
            return own
        ref = names.inside(params.name)
        arguments = by_argument(context, params.arguments or {})
        outcome = await self._served(context, params.name, ref, arguments, Face.TOOL)
        spec = self.pipeline.catalog.spec(ref)
        return wire.result(outcome, params.name, in_blocks=spec is not None and spec.blocks)

    async def resource(self, context: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        place = names.uri_inside(params.uri)
        ref = None if place is None else self.pipeline.catalog.at(place.source, place.uri)
        arguments = {} if place is None else {"uri": place.uri}
        # Where nothing lies no toolref is named, and the pipeline refuses it as what is not granted.
        outcome = await self._served(context, params.uri, ref or "", arguments, Face.RESOURCE)
        return wire.resource(outcome, params.uri)

    async def prompt(self, context: Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        ref = names.inside(params.name)
        outcome = await self._served(context, params.name, ref, params.arguments or {}, Face.PROMPT)
        return wire.prompt(outcome, params.name)

    async def _served(
        self, context: Context, name: str, ref: str, arguments: Mapping[str, Json], face: Face
    ) -> Outcome:
        sender = seen(context)
        if sender.outcome is not None:
            return sender.outcome
        sender.recorded = True  # from here on the pipeline answers for it
        asked = request(self.ids, sender, ref, arguments, face)
        return await told(
            context, name, lambda onlooker: self.pipeline.handle(asked, onlooker), hears_steps=_hears_steps(context)
        )


def _hears_steps(context: Context) -> bool:
    """Whether the caller asked for every message there is: by this request, or in the older protocol by an earlier."""
    if context.protocol_version in MODERN_PROTOCOL_VERSIONS:
        return context.meta is not None and context.meta.get(types.LOG_LEVEL_META_KEY) == LEVEL
    return remembered(context).level == LEVEL


def server(
    pipeline: Pipeline, ids: Ids, announcer: Announcer, version: str, opening: Opening | None = None
) -> Server[Any]:
    """Which tools there are and what a call may do follows from this request's token alone: no session decides.

    `opening`: by which a static token opens tasks; without one it opens none.
    """
    own = TaskTools(pipeline=pipeline, opening=opening, announcer=announcer)
    calls, lists, wishes = Calls(pipeline=pipeline, ids=ids, own=own), Lists(pipeline), Wishes(pipeline)
    listening = Listening(announcer)
    made = Offering(
        "toolbroker",
        version=version,
        on_call_tool=_guarded(calls.tool),
        on_list_tools=_guarded(lists.tools),
        on_read_resource=_guarded(calls.resource),
        on_list_resources=_guarded(lists.resources),
        on_list_resource_templates=_guarded(lists.templates),
        on_get_prompt=_guarded(calls.prompt),
        on_list_prompts=_guarded(lists.prompts),
        on_completion=_guarded(wishes.complete),
        on_subscribe_resource=_guarded(wishes.subscribe),
        on_unsubscribe_resource=_guarded(wishes.unsubscribe),
        on_subscriptions_listen=_guarded(listening.stream),
        get_tool_input_schema=lambda _name: None,  # no Mcp-Param headers; unset, the SDK would run tools/list per call
    )
    # Not by its own argument: that one warns of a method that the newer protocol does not have.
    made.add_request_handler("logging/setLevel", types.SetLevelRequestParams, _guarded(wishes.set_level))
    made.add_notification_handler("notifications/initialized", types.NotificationParams, listening.session)
    made.middleware.append(_leaves_a_mark(pipeline, ids))
    return made


def _guarded(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Only MCPError leaves: on the older wire the SDK would send the text of any other exception to the agent."""

    async def answer(context: Context, params: Any) -> Any:
        try:
            return await handler(context, params)
        except MCPError:
            raise
        except Exception:  # noqa: BLE001 - the pipeline has its own; this is for the wire's code around it
            raise MCPError(types.INTERNAL_ERROR, "Internal error") from None

    return answer


def _leaves_a_mark(pipeline: Pipeline, ids: Ids) -> Any:
    """A request that the SDK refuses by itself, behind the gate, is put on record too."""

    async def middleware(context: Context, call_next: Callable[[Context], Any]) -> Any:
        keep_token(context)
        by_meta(context)
        try:
            return await call_next(context)
        except Exception:
            sender = seen(context)
            if not sender.recorded:
                sender.recorded = True
                await pipeline.unreadable(request(ids, sender, "", {}), "refused by the protocol")
            raise

    return middleware
