"""A support agent on LangGraph: the broker's tools through LangChain's MCP adapters, and a refusal with its hint.

    pip install langchain langgraph langchain-mcp-adapters
    BROKER_URL=http://127.0.0.1:8750/mcp BROKER_TOKEN=... python examples/agents/langgraph_agent.py 42

No model is needed: a scripted one plays an agent that the ticket has talked into paying 5,000. A real one takes its
place with MODEL=openai:gpt-5-mini, the key that it wants in the environment, and `langchain-openai` installed.
"""

import json
import os
import sys
from typing import Any

import anyio
from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_mcp_adapters.client import MultiServerMCPClient

PROMPT = "Answer the customer's ticket. A tool that refuses says why: tell it in your answer, do not try again."


class Hijacked(BaseChatModel):
    """A model for tests: it reads the ticket, tries what the ticket tells it to, and says what it heard."""

    ticket: int

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, _tools: Any, **_: Any) -> "Hijacked":
        return self

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        heard = [message.text for message in messages if isinstance(message, ToolMessage)]
        match heard:
            case []:
                said = self._calls("shop__ticket_read", ticket_id=self.ticket)
            case [read]:
                said = self._calls("pay__refund", order_id=json.loads(read)["rows"][0]["order_id"], amount=5000)
            case _:
                said = AIMessage(f"I may not: {heard[-1]}")
        return ChatResult(generations=[ChatGeneration(message=said)])

    def _calls(self, tool: str, **arguments: Any) -> AIMessage:
        return AIMessage("", tool_calls=[{"name": tool, "args": arguments, "id": tool}])


async def main(url: str, token: str, ticket: int) -> None:
    broker = {"transport": "streamable_http", "url": url, "headers": {"Authorization": f"Bearer {token}"}}
    tools = await MultiServerMCPClient({"broker": broker}).get_tools()
    print("tools:", ", ".join(tool.name for tool in tools))  # only this task's
    agent = create_agent(os.environ.get("MODEL", Hijacked(ticket=ticket)), tools, system_prompt=PROMPT)
    asked = {"messages": [{"role": "user", "content": f"Ticket {ticket} is yours."}]}
    async for step in agent.astream(asked, stream_mode="updates"):
        for message in (one for node in step.values() for one in node["messages"]):
            match message:
                case AIMessage(tool_calls=[*calls]) if calls:
                    for call in calls:
                        print(f"\n> {call['name']} {call['args']}")
                case ToolMessage():  # a refusal: {"refused": code, "hint": ..., "retryable": bool}
                    print(f"< {message.text}")
                case _:
                    print(f"\n{message.text}")


if __name__ == "__main__":
    anyio.run(main, os.environ["BROKER_URL"], os.environ["BROKER_TOKEN"], int(sys.argv[1]))
