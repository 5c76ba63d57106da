"""A server built on the SDK: `python -m tests.upstreams.real NOTES` speaks on its standard streams, with a port HTTP.

With a further `legacy` it knows no protocol after 2025-11-25. NOTES is a file that tells what was done to it.
"""

import sys
from pathlib import Path

import anyio
import uvicorn
from mcp.server.mcpserver import Context, MCPServer
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS
from pydantic import BaseModel


class Answer(BaseModel):
    yes: bool


def echo(text: str) -> str:
    return text


async def slow(seconds: float) -> str:
    await anyio.sleep(seconds)
    return "rested"


async def ask(ctx: Context) -> str:
    return str(await ctx.elicit("your password?", Answer))


def fail() -> str:
    raise ValueError("SECRET")


def built(notes):
    server = MCPServer("real", log_level="CRITICAL")
    for one in (echo, slow, ask, fail):
        server.add_tool(one)

    def note(text):
        with notes.open("a") as file:
            file.write(text + "\n")

    @server.tool()
    async def steps(ctx: Context) -> str:
        for number in (1, 2):
            await ctx.report_progress(number, 2, "SECRET")
            await anyio.sleep(0.15)
        return "stepped"

    @server.tool()
    async def hang(mark: str) -> str:
        note(f"began {mark}")
        try:
            await anyio.sleep_forever()
        except anyio.get_cancelled_exc_class():
            note(f"cancelled {mark}")
            raise
        return "never"

    @server.tool()
    async def grow(ctx: Context) -> str:
        server.add_tool(echo, name="grown")
        await ctx.session.send_tool_list_changed()  # to clients of before 2026-07-28
        await ctx.notify_tools_changed()  # to the others
        return "grown"

    return server


def legacy(app):
    """The same, in front of which nobody has heard of the newest protocol."""

    async def gate(scope, receive, send):
        version = dict(scope.get("headers", ())).get(b"mcp-protocol-version", b"2025-11-25").decode()
        if scope["type"] != "http" or version in HANDSHAKE_PROTOCOL_VERSIONS:
            await app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 400, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return gate


def main(notes, port=None, era="both"):
    server = built(Path(notes))
    if port is None:
        server.run("stdio")
        return
    app = server.streamable_http_app()
    uvicorn.run(legacy(app) if era == "legacy" else app, host="127.0.0.1", port=int(port), log_level="critical")


if __name__ == "__main__":
    main(*sys.argv[1:])
