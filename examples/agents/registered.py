"""An agent that opens its task by itself: by its own key, and by the word of the user it works for, if it has one.

BROKER_URL=http://127.0.0.1:8750/mcp BROKER_KEY=agent.key python examples/agents/registered.py

With USER_TOKEN_FILE=maria.token it works for the user of that access token, which is for the broker: docs/identity.md.
"""

import os
from pathlib import Path

import anyio
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from broker.agent.key import Key
from broker.agent.registered import Registered
from broker.agent.renewing import task


async def main(url: str, key: Path, user: Path | None) -> None:
    word = None if user is None else lambda: user.read_text(encoding="utf-8").strip()  # fresh whenever it is asked for
    me = Registered(broker=url, name="analyst-1", key=Key.load(key), user=word)
    async with (
        task(me, scope="sales-questions", purpose="reporting") as http,
        Client(streamable_http_client(url, http_client=http)) as client,
    ):
        found = await client.call_tool("shop__query", {"sql": "SELECT count(*) AS n FROM orders"})
        print(found.content[0].text)


told = os.environ.get("USER_TOKEN_FILE")
anyio.run(main, os.environ["BROKER_URL"], Path(os.environ["BROKER_KEY"]), None if told is None else Path(told))
