"""A server that is the SDK and nothing else, one tool that answers from memory; prints its URL."""

import socket
import sys
from contextlib import asynccontextmanager

import uvicorn
from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from starlette.applications import Starlette
from starlette.routing import Route

ROW = {"id": 1, "owner": "psn-person-" + "a" * 32, "email": "hdl-email-" + "a" * 26, "phone": None, "card": "****0001"}
ANSWER = {"rows": [{**ROW, "diary": "[free-text]"}], "truncated": False}
TEXT = str(ANSWER)


async def call_tool(_context, _params):
    content = [types.TextContent(type="text", text=TEXT)]
    return types.CallToolResult(content=content, structured_content=ANSWER, is_error=False)


async def list_tools(_context, _params):
    return types.ListToolsResult(tools=[], ttl_ms=0, cache_scope="private")


def main():
    server = Server("bare", on_call_tool=call_tool, on_list_tools=list_tools, get_tool_input_schema=lambda _name: None)
    manager = StreamableHTTPSessionManager(app=server)

    @asynccontextmanager
    async def lifespan(_app):
        async with manager.run():
            yield

    app = Starlette(lifespan=lifespan, routes=[Route("/mcp", StreamableHTTPASGIApp(manager))])
    listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sys.stdout.write(f"http://127.0.0.1:{listening.getsockname()[1]}/mcp\n")
    sys.stdout.flush()
    uvicorn.Server(uvicorn.Config(app, lifespan="on", access_log=False, log_level="critical")).run([listening])


if __name__ == "__main__":
    main()
