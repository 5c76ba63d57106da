"""LangChain's MCP adapters: tools as an agent calls them, each call in a session of its own; the older protocol."""

import anyio
import oauth
import story
from langchain_mcp_adapters.client import MultiServerMCPClient
from mcp import McpError


class Adapters(story.Client):
    def __init__(self, tools):
        self._tools = {tool.name: tool for tool in tools}
        self.protocol = None

    async def tools(self):
        return {name: tool.args_schema for name, tool in self._tools.items()}

    async def call(self, name, arguments):
        if name not in self._tools:
            return story.Answer("absent", "")
        try:
            said = await self._tools[name].ainvoke({"type": "tool_call", "id": "1", "name": name, "args": arguments})
        except McpError as error:
            return story.Answer("error", f"{error.error.code} {error.error.message}")
        (block,) = said.content
        kind = "refused" if said.status == "error" else "served"
        return story.Answer(kind, block["text"], said.artifact and said.artifact["structured_content"])


async def main():
    if story.STDIO:
        command, *words = story.STDIO
        how = {"transport": "stdio", "command": command, "args": words, "env": story.CONNECTOR_ENV}
    else:
        how = {"transport": "streamable_http", "url": story.URL, "headers": story.HEADERS, "auth": oauth.auth()}
    await story.tell(Adapters(await MultiServerMCPClient({"broker": how}).get_tools()))


anyio.run(main)
