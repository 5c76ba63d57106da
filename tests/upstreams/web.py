"""A server that speaks HTTP by hand, in any version and with any misbehaviour, inside the test's own process."""

import json
import socket
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import anyio

from broker.adapters.mcp.reach import Address
from tests.upstreams import speech

BROKEN = (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.IncompleteRead)
JSON = "content-type: application/json"
STREAM = "content-type: text/event-stream"


@dataclass
class Asked:
    """One HTTP request."""

    method: str
    path: str
    headers: dict
    message: dict

    @property
    def verb(self):
        return self.message.get("method")


@dataclass
class Site:
    """One run of a server. It forgets its sessions when it is gone."""

    version: str = speech.MODERN
    listed: list | None = None  # tools
    asked: list = field(default_factory=list)
    left: list = field(default_factory=list)  # ids of the requests whose stream the client closed
    sessions: set = field(default_factory=set)
    standing: list = field(default_factory=list)  # streams that tell unasked
    deaf: bool = False  # to everything but requests: it leaves notifications and the end of a session unanswered
    unknown: int = 404  # status of a session that it does not know
    starting: int = 0  # so many requests find nobody behind it
    drops: int = 0  # so many requests it hangs up on
    moved: str = "/mcp"  # where it is really
    rude: bool = False  # it takes no cancellation

    def heard(self, verb):
        return [one for one in self.asked if one.verb == verb]

    async def serve(self, stream):
        with suppress(*BROKEN):
            while True:
                asked = await self._read(stream)
                self.asked.append(asked)
                await self._answer(asked, stream)

    async def _read(self, stream):
        head = b""
        while b"\r\n\r\n" not in head:
            head += await stream.receive()
        head, _, body = head.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            body += await stream.receive()
        return Asked(*first.split()[:2], headers, json.loads(body or b"{}"))

    async def _absent(self, asked, stream):
        """Whether there is nobody to answer."""
        if self.drops > 0:
            self.drops -= 1
            await stream.aclose()
        elif asked.path != self.moved:
            await say(stream, 307, more=f"location: {self.moved}")
        elif self.starting > 0:
            self.starting -= 1
            await say(stream, 502)
        else:
            return False
        return True

    async def _answer(self, asked, stream):
        number, session = asked.message.get("id"), asked.headers.get("mcp-session-id")
        if await self._absent(asked, stream):
            return
        is_legacy = self.version != speech.MODERN
        if is_legacy and asked.verb not in ("initialize", "server/discover") and session not in self.sessions:
            await say(stream, self.unknown, speech.refused(number, -32600, "Session not found"))
        elif asked.method == "GET" and is_legacy:
            await self._stand(stream)
        elif asked.method != "POST":
            if self.deaf:
                await anyio.sleep_forever()
            await say(stream, 405 if asked.method == "GET" else 200)
        elif number is None:
            if self.deaf:
                await anyio.sleep_forever()
            await say(stream, 202)
        elif asked.verb == "subscriptions/listen":
            await self._stand(stream, speech.acknowledged(asked.message))
        elif asked.verb == "tools/call":
            await self._call(asked.message, stream)
        else:
            await self._list(asked, stream)

    async def _list(self, asked, stream):
        number, more = asked.message["id"], ""
        if asked.verb in speech.LISTS:
            listed = speech.NAMED[asked.verb]
            if asked.verb == "tools/list":
                listed = [*listed, *({"name": one, "inputSchema": {"type": "object"}} for one in ("raw", "steps"))]
                listed = listed if self.listed is None else self.listed
            said = speech.page(self.version, asked.verb, listed)
        else:
            said = speech.opening(self.version, asked.verb)
        if asked.verb == "initialize" and said is not None:
            self.sessions.add(f"session-{len(self.sessions)}-{id(self)}")
            more = f"mcp-session-id: {max(self.sessions)}"
        await say(stream, 200, speech.refused(number) if said is None else speech.answered(number, said), more)

    async def _stand(self, stream, first=None):
        """Tell what is pushed until the client goes."""
        await stream.send(f"HTTP/1.1 200 OK\r\n{STREAM}\r\n\r\n".encode())
        self.standing.append((stream, None if first is None else first["params"]["_meta"][speech.SUBSCRIPTION]))
        if first is not None:
            await stream.send(event(first))
        await stream.receive()

    async def push_change(self):
        for stream, subscription in self.standing:
            with suppress(*BROKEN):
                await stream.send(event(speech.changed(subscription)))

    async def _call(self, message, stream):
        number, params = message["id"], message["params"]
        name, arguments, token = (
            params["name"],
            params.get("arguments", {}),
            params.get("_meta", {}).get("progressToken"),
        )
        if name == "echo":
            await say(stream, 200, speech.answered(number, speech.text(self.version, arguments.get("text", ""))))
        elif name == "raw":  # texts and how often, as they are; then it holds the stream, or closes it
            for part, times in arguments["parts"]:
                text = part.replace("ID", str(number)).replace("TOKEN", str(token)).encode()
                for _ in range(times):
                    await stream.send(text)
            if not arguments.get("holds"):
                await stream.aclose()
                return
            await self._until_left(stream, number)
        elif name == "steps":
            await stream.send(f"HTTP/1.1 200 OK\r\n{STREAM}\r\nconnection: close\r\n\r\n".encode())
            step = {"progressToken": token, "progress": 1, "total": 2, "message": "SECRET"}
            await stream.send(event(speech.notice("notifications/progress", **step)))
            await stream.send(event(speech.answered(number, speech.text(self.version, "stepped"))))
            await stream.aclose()
        else:
            await self._until_left(stream, number)

    async def _until_left(self, stream, number):
        try:
            await stream.receive()
        except BROKEN:
            self.left.append(number)
            raise


@dataclass
class OlderSite(Site):
    """The transport of 2024-11-05: one stream carries all answers to what is posted elsewhere."""

    version: str = speech.VERSIONS[0]
    moved: str = "/take"

    async def _answer(self, asked, stream):
        if asked.method == "GET":
            await stream.send(f"HTTP/1.1 200 OK\r\n{STREAM}\r\n\r\nevent: endpoint\ndata: /take\n\n".encode())
            self.standing.append((stream, None))
            await stream.receive()
        elif asked.path != self.moved:
            await say(stream, 405)
        elif self.rude and asked.verb == "notifications/cancelled":
            await say(stream, 500)
        else:
            await say(stream, 202, more="connection: close")
            asked.headers["mcp-session-id"] = max(self.sessions, default=None)
            written = Written()
            with suppress(*BROKEN):
                await super()._answer(asked, written)
            head, _, body = written.said.partition(b"\r\n\r\n")
            if body:
                await self.standing[-1][0].send(body if STREAM.encode() in head else b"data: " + body + b"\n\n")


@dataclass
class Written:
    """A stream that nobody reads."""

    said: bytes = b""

    async def send(self, said):
        self.said += said

    async def receive(self):
        await anyio.sleep_forever()

    async def aclose(self):
        pass


def event(message):
    return f"data: {json.dumps(message)}\n\n".encode()


async def say(stream, status, message=None, more=""):
    body = b"" if message is None else json.dumps(message).encode()
    head = f"HTTP/1.1 {status} X\r\n{JSON}\r\ncontent-length: {len(body)}\r\n{more}".rstrip() + "\r\n\r\n"
    await stream.send(head.encode() + body)


def free_port():
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def address_of(port):
    return Address(url=f"http://127.0.0.1:{port}/mcp", headers=dict)


@asynccontextmanager
async def serving(site, port=0, wrap=lambda listener: listener):
    """The address of a site that runs; at its end every connection is cut."""
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=port)
    found = listener.extra(anyio.abc.SocketAttribute.local_port)
    async with listener, anyio.create_task_group() as tasks:

        async def handle(stream):
            async with stream:
                await site.serve(stream)

        tasks.start_soon(wrap(listener).serve, handle)
        yield address_of(found)
        tasks.cancel_scope.cancel()
