"""The Python SDK, version 2: `mcp.Client`, both protocol eras."""

import anyio
import httpx2
import oauth
import story
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

MODES = {"legacy": "legacy", "modern": "2026-07-28"}


class Sdk(story.Client):
    def __init__(self, client):
        self._client = client
        self.protocol = client.protocol_version

    async def tools(self):
        return {tool.name: tool.input_schema for tool in (await self._client.list_tools()).tools}

    async def call(self, name, arguments):
        try:
            result = await self._client.call_tool(name, arguments)
        except MCPError as error:
            return story.Answer("error", f"{error.error.code} {error.error.message}")
        kind = "refused" if result.is_error else "served"
        return story.Answer(kind, result.content[0].text, result.structured_content)


async def main():
    async with httpx2.AsyncClient(headers=story.HEADERS, auth=oauth.auth(), timeout=30) as http:
        if story.STDIO:
            command, *words = story.STDIO
            server = StdioServerParameters(command=command, args=words, env=story.CONNECTOR_ENV)
        else:
            server = streamable_http_client(story.URL, http_client=http)
        async with Client(server, mode=MODES[story.ERA]) as client:
            await story.tell(Sdk(client))


anyio.run(main)
