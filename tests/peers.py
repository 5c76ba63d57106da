"""A peer on the wire that does what a test says: answers, breaks off, or is silent; and a connector in this process."""

import json
import os
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
from anyio.streams.buffered import BufferedByteReceiveStream

from broker.connect.bearer import taken
from broker.connect.pipes import lines
from broker.connect.relay import relay
from tests.talk import LEGACY

_MOST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request as it came over the wire."""

    method: str
    headers: dict
    body: bytes

    @property
    def message(self):
        return json.loads(self.body)

    @property
    def token(self):
        return self.headers["authorization"].removeprefix("Bearer ")

    @property
    def session(self):
        return self.headers.get("mcp-session-id")


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection breaks off behind these bytes."""

    body: bytes = b""


@dataclass(slots=True)
class Peer:
    """`answer(seen)` gives bytes, a Cut, or an awaitable for one."""

    url: str
    seen: list = field(default_factory=list)

    def calls(self, method="POST"):
        return [one for one in self.seen if one.method == method]


@asynccontextmanager
async def peer(answer, port=0):
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=port)
    port = listener.extra(anyio.abc.SocketAttribute.local_port)
    one = Peer(f"http://127.0.0.1:{port}/mcp")

    async def serve(stream):
        async with stream:
            reader = BufferedByteReceiveStream(stream)
            while True:
                try:
                    seen = await _request(reader)
                except (anyio.EndOfStream, anyio.IncompleteRead, anyio.BrokenResourceError):
                    return
                one.seen.append(seen)
                said = answer(seen)
                said = said if isinstance(said, bytes | Cut) else await said
                await stream.send(said.body if isinstance(said, Cut) else said)
                if isinstance(said, Cut):
                    return

    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, serve)
        yield one
        tasks.cancel_scope.cancel()


async def _request(reader):
    head = (await reader.receive_until(b"\r\n\r\n", 1 << 20)).decode("latin-1")
    first, *rest = head.split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in rest)}
    body = await reader.receive_exactly(int(headers.get("content-length", "0")))
    return Seen(method=first.partition(" ")[0], headers=headers, body=body)


def http(status, body=b"", kind="application/json", *, length=None, **headers):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    size = len(body) if length is None else length
    return f"HTTP/1.1 {status} x\r\ncontent-type: {kind}\r\n{more}content-length: {size}\r\n\r\n".encode() + body


def result(seen, what=None, **headers):
    return http(200, {"jsonrpc": "2.0", "id": seen.message["id"], "result": {} if what is None else what}, **headers)


def opened(seen, session, *, listens=True):
    capabilities = {"tools": {"listChanged": listens}}
    what = {"protocolVersion": LEGACY, "capabilities": capabilities, "serverInfo": {"name": "s", "version": "0"}}
    return result(seen, what, mcp_session_id=session)


class Wired:
    """The agent's ends of the pipes."""

    def __init__(self, into, out_of):
        self.into, self.lines, self.told = into, lines(out_of), []

    def send(self, *said):
        for one in said:
            os.write(self.into, (one if isinstance(one, bytes) else json.dumps(one).encode()) + b"\n")

    async def heard(self):
        with anyio.fail_after(20):
            return json.loads(await anext(self.lines))

    def end(self):
        if self.into is not None:
            os.close(self.into)
            self.into = None


@asynccontextmanager
async def wired(address, environ=None):
    """A connector between this test and `address`; at the end the agent has said all, and it must end by itself."""
    source, into = os.pipe()
    out_of, sink = os.pipe()
    agent = Wired(into, out_of)
    bearer = taken({"BROKER_TOKEN": "good"} if environ is None else environ, agent.told.append)

    async def run():
        await relay(address, bearer, source=source, sink=sink, tell=agent.told.append)
        os.close(sink)

    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(run)
            try:
                yield agent
            finally:
                agent.end()  # or a thread would wait for it for ever
            with anyio.fail_after(20):
                async for _ in agent.lines:  # until the connector closes its end
                    pass
    finally:
        await agent.lines.aclose()
        os.close(source)
        os.close(out_of)
