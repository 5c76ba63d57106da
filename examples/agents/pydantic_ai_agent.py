"""A support agent on Pydantic AI: the broker's tools as a toolset, and a refusal that comes with a hint.

    pip install "pydantic-ai-slim[mcp]"
    BROKER_URL=http://127.0.0.1:8750/mcp BROKER_TOKEN=... python examples/agents/pydantic_ai_agent.py 42

No model is needed: a scripted one plays an agent that the ticket has talked into paying 5,000. A real one takes its
place with MODEL=openai:gpt-5-mini, the key it wants in the environment, and `pydantic-ai-slim[openai]` installed too.
"""

import os
import sys

import anyio
from pydantic_ai import Agent, ModelMessage, ModelResponse, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.models.function import AgentInfo, FunctionModel

INSTRUCTIONS = "Answer the customer's ticket. A tool that refuses says why: tell it in your answer, do not try again."


def hijacked(ticket: int) -> FunctionModel:
    """A model for tests: it reads the ticket, tries what the ticket tells it to, and says what it heard."""

    async def think(messages: list[ModelMessage], _: AgentInfo) -> ModelResponse:
        heard = [part for message in messages for part in message.parts if isinstance(part, ToolReturnPart)]
        match heard:
            case []:
                part = ToolCallPart("shop__ticket_read", {"ticket_id": ticket})
            case [read]:
                order = read.content["rows"][0]["order_id"]
                part = ToolCallPart("pay__refund", {"order_id": order, "amount": 5000})
            case _:
                part = TextPart(f"I may not: {heard[-1].content}")
        return ModelResponse(parts=[part])

    return FunctionModel(think)


async def main(url: str, token: str, ticket: int) -> None:
    # A refusal is an answer. By default the toolset would take it for a mistake and let the model try once more.
    tools = MCPToolset(url, headers={"Authorization": f"Bearer {token}"}, tool_error_behavior="failed")
    model = os.environ.get("MODEL", hijacked(ticket))
    agent = Agent(model, toolsets=[tools], instructions=INSTRUCTIONS)
    async with agent:
        print("tools:", ", ".join(tool.name for tool in await tools.list_tools()))  # only this task's
        result = await agent.run(f"Ticket {ticket} is yours.")
    for message in result.all_messages():
        for part in message.parts:
            match part:
                case ToolCallPart(tool_name=name, args=args):
                    print(f"\n> {name} {args}")
                case ToolReturnPart(content=content):  # a refusal: {"refused": code, "hint": ..., "retryable": bool}
                    print(f"< {content}")
    print(f"\n{result.output}")


if __name__ == "__main__":
    anyio.run(main, os.environ["BROKER_URL"], os.environ["BROKER_TOKEN"], int(sys.argv[1]))
