"""An MCP server with everything that the conformance suite asks of one, in both eras, over stdio or HTTP."""

import logging
import secrets
import sys

import anyio
import uvicorn
from mcp import types
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.server.stdio import stdio_server
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler

from tests.conformance import fixture_faces as faces
from tests.conformance.fixture_asking import ASKING, PROMPT, replied
from tests.conformance.fixture_listing import Listing
from tests.conformance.fixture_tools import TOOLS

_NAME = "conformance-fixture"


class _Speaking(Server):
    """What changes is said on the older wire too: over HTTP the SDK asks without options."""

    def create_initialization_options(self, notification_options=None, *more, **named):
        options = notification_options or NotificationOptions(tools_changed=True, prompts_changed=True)
        return super().create_initialization_options(options, *more, **named)


class _Offer:
    """Every tool and prompt, by name."""

    def __init__(self, listing):
        self._listing = listing
        self._plain = {one.tool.name: one for one in TOOLS}
        self._asking = {one.tool.name: one for one in ASKING}

    def tools(self):
        return [*(one.tool for one in (*TOOLS, *ASKING)), *self._listing.tools()]

    def schema(self, name):
        return next((one.input_schema for one in self.tools() if one.name == name), None)

    async def list_tools(self, _context, _params):
        return types.ListToolsResult(tools=self.tools(), ttl_ms=0, cache_scope="private")

    async def call_tool(self, context, params):
        if params.name in self._plain:
            return await self._plain[params.name].run(context, params.arguments or {})
        if params.name in self._asking:
            answer = await replied(context, params, self._asking[params.name].rounds)
        else:
            answer = await self._listing.call(context, params.name)
        return answer if isinstance(answer, types.InputRequiredResult) else faces.said(answer)

    async def list_prompts(self, _context, _params):
        prompts = [*faces.PROMPTS, PROMPT.prompt, *self._listing.prompts()]
        return types.ListPromptsResult(prompts=prompts, ttl_ms=0, cache_scope="private")

    async def get_prompt(self, context, params):
        if params.name != PROMPT.prompt.name:
            return faces.prompt(params.name, params.arguments or {})
        answer = await replied(context, params, PROMPT.rounds)
        return answer if isinstance(answer, types.InputRequiredResult) else faces.spoken(answer)


def server():
    bus = InMemorySubscriptionBus()
    offer = _Offer(Listing(bus))
    made = _Speaking(
        _NAME,
        version="1",
        on_list_tools=offer.list_tools,
        on_call_tool=offer.call_tool,
        on_list_prompts=offer.list_prompts,
        on_get_prompt=offer.get_prompt,
        on_list_resources=faces.list_resources,
        on_list_resource_templates=faces.list_templates,
        on_read_resource=faces.read_resource,
        on_completion=faces.complete,
        on_subscribe_resource=faces.subscribed,
        on_unsubscribe_resource=faces.subscribed,
        on_subscriptions_listen=ListenHandler(bus),
        get_tool_input_schema=offer.schema,
    )
    # By its name, for the SDK warns of what the newer wire has no more where it is an argument.
    made.add_request_handler("logging/setLevel", types.SetLevelRequestParams, faces.level_set)
    security = RequestStateSecurity(keys=[secrets.token_bytes(32)])
    made.middleware.append(RequestStateBoundary(security, default_audience=_NAME))
    return made


async def _stdio():
    one = server()
    async with stdio_server() as (reads, writes):
        await one.run(reads, writes, one.create_initialization_options())


def main(how, port="0"):
    logging.basicConfig(level=logging.ERROR)
    if how == "http":
        uvicorn.run(server().streamable_http_app(), host="127.0.0.1", port=int(port), log_level="error")
    else:
        anyio.run(_stdio)


if __name__ == "__main__":
    main(*sys.argv[1:])
