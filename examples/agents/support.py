"""A support agent in plain MCP: it reads one ticket, lists the customer's orders and writes to the customer.

BROKER_URL=http://127.0.0.1:8750/mcp BROKER_TOKEN=... python examples/agents/support.py 42
"""

import json
import os
import sys
from typing import Any

import anyio
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client


async def call(client: Client, tool: str, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """Make one call and print both sides of it; the rows, or none where the broker refused."""
    print(f"\n> {tool} {json.dumps(arguments)}")
    result = await client.call_tool(tool, arguments)
    if result.is_error:  # {"refused": code, "hint": what would work, "retryable": bool}
        print(f"< refused: {result.content[0].text}")
        return []
    rows = (result.structured_content or {})["rows"]
    for row in rows:
        print(f"< {json.dumps(row)}")
    return rows


async def main(url: str, token: str, ticket: int) -> None:
    headers = {"Authorization": f"Bearer {token}"}  # it says who, for whom and what for: nothing else is needed
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as http,
        Client(streamable_http_client(url, http_client=http)) as client,
    ):
        print("tools:", ", ".join(tool.name for tool in (await client.list_tools()).tools))
        for read in await call(client, "shop__ticket_read", {"ticket_id": ticket}):
            orders = await call(client, "shop__orders_of_customer", {"customer_id": read["customer_id"]})
            # The address is an opaque handle: the broker puts the real one in, this program never sees it.
            body = f"Hello {read['name']}, we have your message about order {read['order_id']} and look into it."
            for order in orders[:1]:
                await call(client, "mail__send", {"to": order["email"], "subject": "Your ticket", "body": body})


if __name__ == "__main__":
    anyio.run(main, os.environ["BROKER_URL"], os.environ["BROKER_TOKEN"], int(sys.argv[1]))
