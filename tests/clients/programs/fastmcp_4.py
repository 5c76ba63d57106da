"""FastMCP's client, both protocol eras."""

import anyio
import oauth
import story
from fastmcp import Client
from fastmcp.client.transports import StdioTransport, StreamableHttpTransport
from fastmcp.exceptions import McpError, ToolError

MODES = {"legacy": "legacy", "modern": "2026-07-28"}


class FastMcp(story.Client):
    def __init__(self, client):
        self._client = client
        self.protocol = client.protocol_version

    async def tools(self):
        return {tool.name: tool.input_schema for tool in await self._client.list_tools()}

    async def call(self, name, arguments):
        try:
            result = await self._client.call_tool(name, arguments)
        except ToolError as refusal:
            return story.Answer("refused", str(refusal))
        except McpError as error:
            return story.Answer("error", f"{error.error.code} {error.error.message}")
        return story.Answer("served", result.content[0].text, result.structured_content)


async def main():
    if story.STDIO:
        command, *words = story.STDIO
        transport = StdioTransport(command, words, env=story.CONNECTOR_ENV)
    else:
        transport = StreamableHttpTransport(story.URL, headers=story.HEADERS, auth=oauth.auth())
    async with Client(transport, mode=MODES[story.ERA]) as client:
        await story.tell(FastMcp(client))


anyio.run(main)
