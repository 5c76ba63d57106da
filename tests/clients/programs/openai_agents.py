"""The OpenAI Agents SDK's connection to an MCP server, by itself: no model is asked."""

import anyio
import oauth
import story
from agents.mcp import MCPServerStdio, MCPServerStreamableHttp
from mcp import MCPError


class Agents(story.Client):
    def __init__(self, server):
        self._server = server
        self.protocol = server.session.protocol_version

    async def tools(self):
        return {tool.name: tool.input_schema for tool in await self._server.list_tools()}

    async def call(self, name, arguments):
        try:
            result = await self._server.call_tool(name, arguments)
        except MCPError as error:
            return story.Answer("error", f"{error.error.code} {error.error.message}")
        kind = "refused" if result.is_error else "served"
        return story.Answer(kind, result.content[0].text, result.structured_content)


async def main():
    if story.STDIO:
        command, *words = story.STDIO
        params = {"command": command, "args": words, "env": story.CONNECTOR_ENV}
        server = MCPServerStdio(params, client_session_timeout_seconds=30)
    else:
        params = {"url": story.URL, "headers": story.HEADERS, "auth": oauth.auth(), "timeout": 30}
        server = MCPServerStreamableHttp(params, client_session_timeout_seconds=30)
    async with server:
        await story.tell(Agents(server))


anyio.run(main)
