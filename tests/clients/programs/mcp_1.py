"""The Python SDK, version 1: `mcp.ClientSession`, the older protocol."""

from contextlib import asynccontextmanager

import anyio
import httpx
import oauth
import story
from mcp import ClientSession, McpError, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CancelledNotification, CancelledNotificationParams, ClientNotification


class Sdk(story.Client):
    def __init__(self, session, protocol):
        self._session = session
        self.protocol = protocol

    async def tools(self):
        return {tool.name: tool.inputSchema for tool in (await self._session.list_tools()).tools}

    async def call(self, name, arguments):
        try:
            result = await self._session.call_tool(name, arguments)
        except McpError as error:
            return story.Answer("error", f"{error.error.code} {error.error.message}")
        kind = "refused" if result.isError else "served"
        return story.Answer(kind, result.content[0].text, result.structuredContent)

    async def give_up(self, call):
        """Version 1 tells the server nothing when a wait is cancelled, so it has to be said; ids count up from 0."""
        params = CancelledNotificationParams(requestId=self._session._request_id - 1)
        await self._session.send_notification(ClientNotification(CancelledNotification(params=params)))
        call.cancel()


@asynccontextmanager
async def streams():
    if story.STDIO:
        command, *words = story.STDIO
        async with stdio_client(StdioServerParameters(command=command, args=words, env=story.CONNECTOR_ENV)) as both:
            yield both
        return
    async with (
        httpx.AsyncClient(headers=story.HEADERS, auth=oauth.auth(), timeout=30) as http,
        streamable_http_client(story.URL, http_client=http) as (read, write, _),
    ):
        yield read, write


async def main():
    async with streams() as (read, write), ClientSession(read, write) as session:
        began = await session.initialize()
        await story.tell(Sdk(session, began.protocolVersion))


anyio.run(main)
