"""MCP in, MCP out, both protocol eras. The only maker of Request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mcp import MCPError, types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server

from broker.edge import wire
from broker.model.call import Request
from broker.model.label import Json
from broker.pipeline import Pipeline
from broker.ports import Ids

Context = ServerRequestContext[Any, Any]
SEEN = "broker.seen"
"""Where the gate keeps, in the ASGI scope of one HTTP request, whether the pipeline has had it."""


@dataclass(slots=True)
class Seen:
    """One HTTP request on its way: who sent it, and whether it has left its mark on the log."""

    token: str
    recorded: bool = False
    answered: bool = False  # as far as HTTP goes


def request(ids: Ids, seen: Seen, tool: str, arguments: Mapping[str, Json]) -> Request:
    return Request(id=ids.fresh(), tool=tool, arguments=arguments, token=seen.token)


def server(pipeline: Pipeline, ids: Ids, version: str) -> Server[Any]:
    """Which tools there are and what a call may do follows from this request's token alone: no session decides."""

    async def call_tool(context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        seen = _seen(context)
        seen.recorded = True  # from here on the pipeline answers for it
        outcome = await pipeline.handle(request(ids, seen, wire.inside(params.name), params.arguments or {}))
        return wire.result(outcome, params.name)

    async def list_tools(context: Context, _params: object) -> types.ListToolsResult:
        shown = await pipeline.visible(_seen(context).token)
        return types.ListToolsResult(tools=[wire.tool(one) for one in shown], ttl_ms=0, cache_scope="private")

    made: Server[Any] = Server(
        "toolbroker",
        version=version,
        on_call_tool=_guarded(call_tool),
        on_list_tools=_guarded(list_tools),
        get_tool_input_schema=lambda _name: None,  # no Mcp-Param headers; unset, the SDK would run tools/list per call
    )
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
        try:
            return await call_next(context)
        except Exception:
            seen = _seen(context)
            if not seen.recorded:
                seen.recorded = True
                await pipeline.unreadable(request(ids, seen, "", {}), "refused by the protocol")
            raise

    return middleware


def _seen(context: Context) -> Seen:
    found = context.request.scope.get(SEEN) if context.request is not None else None
    return found if isinstance(found, Seen) else Seen(token="")
