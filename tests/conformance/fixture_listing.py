"""One tool and one prompt of the fixture that come and go, so that what it lists really changes."""

from mcp import MCPError, types
from mcp.server.subscriptions import PromptsListChanged, ToolsListChanged

from tests.conformance.fixture_faces import reading

_TRIGGERS = {
    "test_trigger_tool_change": "Takes a tool away, or brings it back.",
    "test_trigger_prompt_change": "Takes a prompt away, or brings it back.",
}
_EMPTY = {"type": "object", "properties": {}}
_COMING = reading("test_coming_and_going", "Is there, or is not.", _EMPTY)
_COMING_PROMPT = types.Prompt(name="test_coming_and_going_prompt", description="Is there, or is not.")


class Listing:
    def __init__(self, bus):
        self._bus = bus
        self._tool = self._prompt = True

    def tools(self):
        hints = types.ToolAnnotations(destructive_hint=False)
        triggers = [
            types.Tool(name=name, description=about, input_schema=_EMPTY, annotations=hints)
            for name, about in _TRIGGERS.items()
        ]
        return [*triggers, _COMING] if self._tool else triggers

    def prompts(self):
        return [_COMING_PROMPT] if self._prompt else []

    async def call(self, context, name):
        """Raises MCPError for a name that is no tool now."""
        match name:
            case "test_trigger_tool_change":
                self._tool = not self._tool
                await context.session.send_tool_list_changed()  # to whoever asked, on the older wire
                await self._bus.publish(ToolsListChanged())
            case "test_trigger_prompt_change":
                self._prompt = not self._prompt
                await context.session.send_prompt_list_changed()
                await self._bus.publish(PromptsListChanged())
            case "test_coming_and_going" if self._tool:
                pass
            case _:
                raise MCPError(types.INVALID_PARAMS, "Unknown tool")
        return "Done."
