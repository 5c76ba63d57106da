"""Pydantic AI's MCP toolset, by itself: no model is asked."""

import anyio
import oauth
import story
from fastmcp.client import Client
from fastmcp.client.transports import StdioTransport, StreamableHttpTransport
from pydantic_ai import ModelRetry
from pydantic_ai.mcp import MCPError, MCPToolset

MODES = {"legacy": "legacy", "modern": "auto"}


class Toolset(story.Client):
    def __init__(self, toolset, protocol):
        self._toolset = toolset
        self.protocol = protocol

    async def tools(self):
        return {tool.name: tool.input_schema for tool in await self._toolset.list_tools()}

    async def call(self, name, arguments):
        try:
            said = await self._toolset.direct_call_tool(name, arguments)
        except ModelRetry as refusal:
            return story.Answer("refused", refusal.message)
        except MCPError as error:
            return story.Answer("error", f"{error.code} {error.message}")
        return story.Answer("served", "", said)


async def main():
    if story.STDIO:
        command, *words = story.STDIO
        transport = StdioTransport(command, words, env=story.CONNECTOR_ENV)
    else:
        transport = StreamableHttpTransport(story.URL, headers=story.HEADERS, auth=oauth.auth())
    client = Client(transport, mode=MODES[story.ERA])  # left to itself, it finds the newest that both sides speak
    async with MCPToolset(client) as toolset:
        await story.tell(Toolset(toolset, client.protocol_version))


anyio.run(main)
