"""Whoever listens on a port of this machine and says over TCP what a test wants said, however wrong that is."""

from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import anyio
from anyio.abc import SocketAttribute
from anyio.streams.tls import TLSListener

FOREVER = object()
"""Nothing is said from here on, and nobody hangs up."""


@dataclass
class Listening:
    """`answers`: to the first connection, the second, and so on; the last one to all that follow.

    Each says bytes, waits so many seconds or FOREVER, and hangs up at its end. `asked`: the first line of each request.
    """

    answers: list
    port: int = 0
    asked: list = field(default_factory=list)
    _coming: anyio.Condition = field(default_factory=anyio.Condition)

    async def came(self, count):
        async with self._coming:
            while len(self.asked) < count:
                await self._coming.wait()

    async def _answer(self, stream):
        async with stream:
            with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream):
                line = (await stream.receive()).split(b"\r\n")[0].decode()
                async with self._coming:
                    self.asked.append(line)
                    self._coming.notify_all()
                for part in self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]:
                    if isinstance(part, bytes):
                        await stream.send(part)
                    elif part is FOREVER:
                        await anyio.sleep_forever()
                    else:
                        await anyio.sleep(part)


@asynccontextmanager
async def listening(*answers, tls=None):
    one = Listening(list(answers))
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    one.port = listener.extra(SocketAttribute.local_port)
    quiet = listener if tls is None else TLSListener(listener, tls, standard_compatible=False)
    async with quiet, anyio.create_task_group() as tasks:
        tasks.start_soon(quiet.serve, one._answer)
        yield one
        tasks.cancel_scope.cancel()


def http(body, status="200 OK", **headers):
    """One answer, whole."""
    said = {"Content-Type": "application/json", "Content-Length": len(body), "Connection": "close", **headers}
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in said.items()), "", ""]
    return "\r\n".join(lines).encode() + body
