"""One connector from its first line to its last: two pipes, one client, one token."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing, suppress

import anyio

from broker.connect.address import Address
from broker.connect.bearer import Bearer
from broker.connect.channel import BROKEN, Channel
from broker.connect.connector import Connector
from broker.connect.pipes import lines, written

_LAST = 1.0  # seconds for the end of the session; hosts wait two for the end of the process


async def relay(address: Address, bearer: Bearer, *, source: int, sink: int, tell: Callable[[str], None]) -> None:
    """Relay between two descriptors and the broker until the agent has said all, or reads no more."""
    out, said = anyio.create_memory_object_stream[bytes](0)

    async def write(scope: anyio.CancelScope) -> None:
        with suppress(BrokenPipeError):
            await written(sink, said)
        scope.cancel()

    async def reopened() -> None:
        await connector.reopened()

    async with address.client() as client:
        channel = Channel(client=client, url=address.url, bearer=bearer, reopened=reopened)
        try:
            async with out, said, anyio.create_task_group() as tasks:
                connector = Connector(channel, tell, tasks, out)
                tasks.start_soon(write, tasks.cancel_scope)
                async with aclosing(lines(source)) as found:
                    async for line in found:
                        await connector.take(line)
                tasks.cancel_scope.cancel()
        finally:
            with anyio.move_on_after(_LAST, shield=True), suppress(*BROKEN):
                await channel.close()
