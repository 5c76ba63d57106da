"""A connection that sends half a request, or nothing, is not held for ever; one that is answered slowly is not cut."""

import socket
import ssl
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import anyio
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from broker.main.certificate import Certificate
from broker.main.doors import Door, standing
from broker.main.guest import Patience
from broker.main.visits import Visits
from tests.certified import certificate

HERE = "127.0.0.1"
SHORT = Patience(head=0.3, body=0.3)
HEAD = b"POST /%s HTTP/1.1\r\nHost: localhost\r\n"
EMPTY = b"Content-Length: 0\r\n\r\n"


class Place:
    """A door over a real socket, in TLS or without, before answers that come when the test says so."""

    def __init__(self, folder, *, tls):
        self.certificate = Certificate(*certificate(folder)) if tls else None
        self.context = ssl.create_default_context(cafile=folder / "cert.pem") if tls else None
        self.now, self.port = anyio.Event(), 0

    async def answer(self, _request):
        return PlainTextResponse("at once")

    async def late(self, request):
        await request.body()
        await self.now.wait()
        return PlainTextResponse("late")

    async def stream(self, _request):
        async def parts():
            yield "first "
            await self.now.wait()
            yield "last"

        return StreamingResponse(parts())

    @asynccontextmanager
    async def open(self):
        routes = [Route(f"/{one.__name__}", one, methods=["POST"]) for one in (self.answer, self.late, self.stream)]
        house = Visits(Starlette(routes=routes))
        with socket.create_server((HERE, 0)) as listening:
            self.port = listening.getsockname()[1]
            async with standing(house, [Door(house, listening, certificate=self.certificate, patience=SHORT)]):
                yield

    async def connected(self, stack, *sent):
        made = await anyio.connect_tcp(
            HERE, self.port, tls=self.context is not None, ssl_context=self.context, tls_standard_compatible=False
        )
        stream = await stack.enter_async_context(made)
        for part in sent:
            await stream.send(part)
        return stream


@pytest.fixture(params=[False, True], ids=["clear text", "TLS"])
def place(request, tmp_path):
    return Place(tmp_path, tls=request.param)


async def rest(stream):
    """All that comes until the other side ends it."""
    got = b""
    with anyio.fail_after(10):
        while True:
            try:
                got += await stream.receive()
            except (anyio.EndOfStream, anyio.BrokenResourceError):
                return got


async def until(stream, end):
    got = b""
    with anyio.fail_after(10):
        while end not in got:
            got += await stream.receive()


HALF = {
    "nothing": [],
    "half a head": [HEAD % b"answer"],
    "half a body for whoever reads it": [HEAD % b"late", b"Content-Length: 9\r\n\r\n123"],
}


@pytest.mark.requirement("not-held")
@pytest.mark.parametrize("name", HALF)
async def test_a_request_that_does_not_come_is_not_waited_for(name, place):
    async with place.open(), AsyncExitStack() as stack:
        assert await rest(await place.connected(stack, *HALF[name])) == b""


@pytest.mark.requirement("not-held")
async def test_a_head_that_comes_in_drops_is_waited_for_no_longer(place):
    async with place.open(), AsyncExitStack() as stack:
        drops = await place.connected(stack, HEAD % b"answer")
        with anyio.fail_after(5), suppress(anyio.EndOfStream, anyio.BrokenResourceError):
            while True:
                await drops.send(b"x")
                with anyio.move_on_after(SHORT.head / 4):
                    await drops.receive()


@pytest.mark.requirement("not-held")
async def test_nor_is_a_later_one_or_a_body_that_nobody_reads(place):
    async with place.open(), AsyncExitStack() as stack:
        whole = HEAD % b"answer" + EMPTY
        second = await place.connected(stack, whole)
        await until(second, b"at once")
        await second.send(HEAD % b"answer")
        unread = await place.connected(stack, HEAD % b"answer", b"Content-Length: 9\r\n\r\n123")
        assert await rest(second) == b""
        assert (await rest(unread)).endswith(b"at once")


@pytest.mark.requirement("not-held")
async def test_who_is_answered_slowly_or_listens_long_is_not_cut(place):
    async with place.open(), AsyncExitStack() as stack:
        late = await place.connected(stack, HEAD % b"late" + EMPTY, HEAD % b"answer")  # with half of its next request
        stream = await place.connected(stack, HEAD % b"stream" + EMPTY)
        await until(stream, b"first")
        for _ in range(2):  # whoever came later, and sends nothing, is gone by now
            await rest(await place.connected(stack))
        place.now.set()
        await until(stream, b"last")
        await until(late, b"late")
        await late.send(EMPTY)
        await until(late, b"at once")
