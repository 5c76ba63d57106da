"""Four ways into one broker: HTTP and stdio, in the older and in the newer protocol, each with a task of its own."""

import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
import httpx2
import orjson
from mcp.shared.inbound import encode_header_value

from broker.connect.address import behind
from broker.edge.ingress import UnreadableBody, message
from broker.main.build import opened
from broker.main.doors import Door, standing, unix
from broker.main.serving import application
from broker.main.visits import Visits
from tests.fuzz import shapes
from tests.fuzz.hostile import SECRETS
from tests.fuzz.wire import Answer, laid, task
from tests.peers import wired

_ACCEPT = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
_NAMED = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
_HELLO = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "f", "version": "0"}}
_COMPARED = ("kind", "reason", "tool", "status", "effect")
_BARRIER = json.dumps(
    {"jsonrpc": "2.0", "id": "barrier", "method": "tools/list", "params": {"_meta": shapes.META}}
).encode()


def written(said):
    return said if isinstance(said, bytes) else json.dumps(said).encode()


@dataclass(slots=True)
class Http:
    """One task's way in, in one era."""

    client: httpx2.AsyncClient
    token: str
    is_newer: bool
    session: dict = field(default_factory=dict)

    async def begin(self):
        if not self.is_newer:
            hello = {"jsonrpc": "2.0", "id": "i", "method": "initialize", "params": _HELLO}
            answer = await self.send(written(hello))
            self.session = {"Mcp-Session-Id": answer.headers["mcp-session-id"], "MCP-Protocol-Version": "2025-11-25"}
            await self.send(b'{"jsonrpc":"2.0","method":"notifications/initialized"}')

    async def send(self, raw):
        headers = {**_ACCEPT, "Authorization": f"Bearer {self.token}", **self.session, **self._envelope(raw)}
        found = await self.client.post("http://localhost/mcp", content=raw, headers=headers)
        return Answer(status=found.status_code, headers=dict(found.headers), body=found.content)

    def _envelope(self, raw):
        if not self.is_newer:
            return {}
        found = message(raw)
        method = "tools/call" if isinstance(found, UnreadableBody) else found["method"]
        said = {"MCP-Protocol-Version": shapes.MODERN, "Mcp-Method": encode_header_value(method)}
        name = {} if isinstance(found, UnreadableBody) else found.get("params", {}).get(_NAMED.get(method, ""))
        return {**said, "Mcp-Name": encode_header_value(name)} if isinstance(name, str) else said


@dataclass(slots=True)
class Stdio:
    agent: object
    is_newer: bool

    async def begin(self):
        if not self.is_newer:
            await self.send(written({"jsonrpc": "2.0", "id": "i", "method": "initialize", "params": _HELLO}))
            await self.send(b'{"jsonrpc":"2.0","method":"notifications/initialized"}')

    async def send(self, raw):
        found = message(raw)
        if isinstance(found, UnreadableBody) or "id" in found:
            return await self._answer(raw)
        await self._answer(raw + b"\n" + _BARRIER, "barrier")
        return Answer(status=202)

    async def _answer(self, raw, n=None):
        """The next answer, or the one to `n`. From a thread: a pipe takes less than the longest line."""
        await anyio.to_thread.run_sync(self.agent.send, raw)
        while "method" in (said := await self.agent.heard()) or (n is not None and said["id"] != n):
            pass
        return Answer(status=200, body=orjson.dumps(said))


@dataclass(slots=True)
class Lane:
    """A door and the task that goes through it."""

    name: str
    door: Http | Stdio
    task: str
    archive: object
    seen: int

    async def pass_on(self, raw):
        """What came of it: the records, in what they decide, and what was answered."""
        with anyio.fail_after(60):
            answer = await self.door.send(raw)
        new = [orjson.loads(body) for _, body in self.archive.entries(self.seen)]
        self.seen += len(new)
        mine = [tuple(one.get(name) for name in _COMPARED) for one in new if one.get("task") == self.task]
        if any(secret in answer.body for secret in SECRETS):
            mine.append("a secret in the answer")
        return mine, answer.said


@asynccontextmanager
async def house(folder):
    """A broker behind a unix socket, in this process."""
    with opened(laid(folder)) as broker, unix(folder / "s", 0o600) as listening:
        await broker.journal.recover()
        visits = Visits(application(broker))
        async with standing(visits, [Door(visits, listening)]):
            yield broker, behind(folder / "s")


async def lanes(stack, broker, address):
    """Four doors, each with a fresh task of a user of its own: what one spends is no other's."""
    client = await stack.enter_async_context(address.client())
    for era in ("older", "newer"):
        for kind in ("http", "stdio"):
            one = await task(broker, user=f"{kind}-{era}")
            if kind == "http":
                door = Http(client, one.token, era == "newer")
            else:
                door = Stdio(
                    await stack.enter_async_context(wired(address, {"BROKER_TOKEN": one.token})), era == "newer"
                )
            await door.begin()
            yield Lane(f"{kind} {era}", door, one.task.id, broker.archive, broker.archive.head().size)
