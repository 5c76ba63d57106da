"""What every client program does with a broker, one JSON line a step; needs `anyio` alone, which all of them bring.

A program says how its client connects, lists and calls, and hands that to `tell`. The steps, and what is said of each,
are those of `story.mjs`. Nothing is judged here: `tests/clients/expect.py` knows what must come out.
"""

import asyncio  # noqa: TID251 - see `_cancel`
import json
import os
import sys
from dataclasses import dataclass, field
from typing import Any

URL = os.environ["BROKER_URL"]
TOKEN = os.environ["BROKER_TOKEN"]
ERA = os.environ["BROKER_ERA"]  # "legacy" or "modern", for clients that can be told
AMOUNT = os.environ["BROKER_AMOUNT"]  # of this run alone, so that its payment can be found
STDIO = json.loads(os.environ["BROKER_STDIO"])  # words of the connector's command; none: over HTTP
WAY = os.environ["BROKER_WAY"]  # "oauth", "static" or "stdio"
HEADERS = {} if WAY == "oauth" else {"Authorization": f"Bearer {TOKEN}"}
BEGINS = {"scope": "desk", "purpose": "service"}
CONNECTOR_ENV = {"BROKER_TOKEN": TOKEN}


@dataclass(frozen=True)
class Answer:
    """What the client hands to its user. `kind`: served, refused (a tool's error) or error (of the protocol)."""

    kind: str
    text: str
    structured: Any = field(default=None)  # where the client passes it on


class Client:
    """What a program makes of its client."""

    protocol: str | None  # the version that was agreed on, where the client says it

    async def tools(self) -> dict[str, Any]:
        """Name -> input schema."""
        raise NotImplementedError

    async def call(self, name: str, arguments: dict[str, Any]) -> Answer:
        raise NotImplementedError

    async def give_up(self, call: asyncio.Task[Answer]) -> None:
        call.cancel()


def say(step: str, **facts: Any) -> None:
    sys.stdout.write(json.dumps({"step": step, **facts}) + "\n")
    sys.stdout.flush()


async def tell(client: Client) -> None:
    named: dict[str, Any] = {}
    if WAY == "static":
        begun = await client.call("begin_task", BEGINS)
        named = {"broker_task": json.loads(begun.text)["task"]}
    tools = await client.tools()
    say("list", protocol=client.protocol, tools=tools)

    async def call(step: str, name: str, arguments: dict[str, Any]) -> Answer:
        answer = await client.call(name, {**arguments, **named})
        say(step, kind=answer.kind, text=answer.text, structured=answer.structured)
        return answer

    await call("call", "bank__pay", {"account_id": 1, "amount": float(AMOUNT)})
    await call("refusal", "bank__pay", {"account_id": 2, "amount": float(AMOUNT)})
    await call("unknown", "bank__whole_bank", {})
    read = await call("masked", "bank__account_read", {"account_id": 1})
    shown = json.loads(read.text) if read.structured is None else read.structured
    address = shown["rows"][0]["email"]
    await call("handle", "bank__write", {"to": address, "subject": f"about {AMOUNT}"})
    await _cancel(client, named)
    await call("after", "bank__account_read", {"account_id": 1})


async def _cancel(client: Client, named: dict[str, Any]) -> None:
    """Give up a call that the broker has begun. Whoever reads our lines knows when it has begun, and when it ended.

    Until then nothing else is done: a session that is left would end the call too, and prove nothing.
    """
    # As users of these clients give up: one native cancel. Some cannot bear the repeated ones of anyio's scopes.
    waiting = asyncio.create_task(client.call("bank__count_slowly", {"base": 0, **named}))
    say("begun")
    await _told_to_go_on()
    await client.give_up(waiting)
    try:
        ended = f"answered: {(await waiting).text}"
    except asyncio.CancelledError:
        ended = "given up"
    say("cancel", ended=ended)
    await _told_to_go_on()


async def _told_to_go_on() -> None:
    await asyncio.to_thread(sys.stdin.readline)
