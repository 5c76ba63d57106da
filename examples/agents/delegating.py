"""An orchestrator reads a ticket, and hands a sub-agent a token for one mail: made offline, and never widened again.

    broker key agent.key > agent.pub
    broker grant support-refund --user maria --role support --agent helpdesk-1 --purpose refund --task ticket=46 \
        --holder agent.pub | tail -n 1 > agent.token
    BROKER_TOKEN_FILE=agent.token BROKER_KEY=agent.key python examples/agents/delegating.py 46
"""

import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from rich.console import Console
from rich.text import Text

from broker.agent.auth import DPoPAuth
from broker.agent.held import Held
from broker.agent.key import Key

console = Console(highlight=False, soft_wrap=True)


def say(mark: str, what: str, then: object, style: str = "") -> None:
    """One line of the story."""
    console.print(Text(f"  {mark} ", style), Text(f"{what:<30}"), Text(f"{then}".splitlines()[0], style or "dim"))


@asynccontextmanager
async def connected(held: Held) -> AsyncIterator[Client]:
    """Each request is signed with the holder's key: the token alone is of no use to anybody."""
    async with (
        httpx2.AsyncClient(auth=DPoPAuth(held), timeout=30) as http,
        Client(streamable_http_client(held.said.audience, http_client=http)) as client,
    ):
        say("·", "sees", ", ".join(tool.name for tool in (await client.list_tools()).tools))
        yield client


async def call(client: Client, what: str, tool: str, **arguments: Any) -> list[dict[str, Any]]:
    """The rows of one call, which is told as it ended; none where it was refused."""
    try:
        result = await client.call_tool(tool, arguments)
    except MCPError as error:  # no such tool, for this token
        say("✗", what, error.message, "red")
        return []
    if result.is_error:  # {"refused": code, "hint": what would work, "retryable": bool}
        say("✗", what, json.loads(result.content[0].text)["refused"], "red")
        return []
    say("✓", what, "done", "green")
    return (result.structured_content or {})["rows"]


async def orchestrate(held: Held, ticket: int, writer: Key) -> tuple[str, dict[str, Any]]:
    """Read what there is, and make a token for whoever shall write: it never goes to the broker for that."""
    console.print(f"\n[bold]{held.said.actor}[/] holds a token for ticket {ticket}, bound to its key")
    async with connected(held) as client:
        (read,) = await call(client, "reads the ticket", "shop__ticket_read", ticket_id=ticket)
        orders = await call(client, "lists orders", "shop__orders_of_customer", customer_id=read["customer_id"])
    mail = {
        "to": orders[0]["email"],
        "subject": f"Your ticket {ticket}",
        "body": f"Hello {read['name']}, we are on it.",
    }
    token = held.attenuate(
        to=writer.public,
        name="writer",
        tools={"mail__send": {"args": {"to": {"handle": ["email"]}, "subject": mail["subject"]}}},
        budget={"calls": 2},
        expires_in=300,
    )
    console.print("\nIt signs a block: mail.send alone, under this subject, two calls, five minutes")
    return token, mail


async def write(held: Held, parent: str, mail: dict[str, Any], intern: Key) -> None:
    """What the sub-agent can do, and what it tries."""
    console.print(f"\n[bold]{held.said.actor}[/] got that token, and was talked into more")
    async with connected(held) as client:
        await call(client, "pays itself", "pay__refund", order_id=1, amount=100)
        await call(client, "writes under another subject", "mail__send", **{**mail, "subject": "You have won"})
        await call(client, "writes its mail", "mail__send", **mail)
    cut = {"Authorization": f"DPoP {parent}", "DPoP": held.proof("POST", b"{}")}
    async with httpx2.AsyncClient(headers=cut) as http:
        answer = await http.post(held.said.audience, content=b"{}")
    say("✗" if answer.is_error else "✓", "cuts its block off", f"HTTP {answer.status_code}", "red")
    more: dict[str, dict[str, Any]] = {"pay__refund": {}, "mail__send": {}}
    wider = held.attenuate(to=intern.public, name="admin", tools=more, budget={"calls": 99})
    below = Held(token=wider, key=intern)
    console.print(f"\n[bold]{below.said.actor}[/] got a block that grants pay.refund and 99 calls")
    async with connected(below) as client:
        await call(client, "pays", "pay__refund", order_id=1, amount=100)
        await call(client, "writes the second mail", "mail__send", **mail)
        await call(client, "writes a third one", "mail__send", **mail)


async def main(token: str, key: Path, ticket: int) -> None:
    held, writer, intern = Held(token=token, key=Key.load(key)), Key.make(), Key.make()
    handed, mail = await orchestrate(held, ticket, writer)
    await write(Held(token=handed, key=writer), token, mail, intern)


if __name__ == "__main__":
    text = Path(os.environ["BROKER_TOKEN_FILE"]).read_text(encoding="ascii").strip()
    anyio.run(main, text, Path(os.environ["BROKER_KEY"]), int(sys.argv[1]))
