"""Lines from the agent and lines to it: bounded on the way in, whole on the way out.

No thread reads or writes: one that is blocked in a pipe cannot be told to end, and keeps the process from ending.
"""

from __future__ import annotations

import os
import select
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream

LONGEST = 8 * 1024 * 1024  # bytes of one line; beyond every `max_body` that makes sense
_PIECE = 64 * 1024
_SPACE = b" \t\r"  # what JSON calls white space, and no more: a reader behind us must see the same


@dataclass(frozen=True, slots=True)
class TooLong:
    """A line beyond the limit; the rest of it was thrown away."""


async def lines(source: int, longest: int = LONGEST) -> AsyncGenerator[bytes | TooLong]:
    """Every line that ends, without its end. What stands after the last one was cut off, and is no message."""
    begun, is_skipping = bytearray(), False
    while piece := await _read(source):
        *ended, rest = piece.split(b"\n")
        for one in ended:
            if not is_skipping and len(begun) + len(one) <= longest:
                yield bytes(begun + one).strip(_SPACE)
            elif not is_skipping:
                yield TooLong()
            begun.clear()
            is_skipping = False
        if is_skipping:
            continue
        begun += rest
        if len(begun) > longest:
            begun.clear()
            is_skipping = True
            yield TooLong()


async def written(sink: int, said: MemoryObjectReceiveStream[bytes]) -> None:
    """Writes one line after the other, each whole. Raises BrokenPipeError where nobody reads any more.

    Alone: whoever is cancelled while it waits for its turn has written nothing, and nobody is cut off in a line.
    """
    async for line in said:
        rest = memoryview(line + b"\n")
        while rest:
            await _until(anyio.wait_writable, sink)
            # So much a pipe takes at once where it takes anything (POSIX, pipe(7)).
            rest = rest[os.write(sink, rest[: select.PIPE_BUF]) :]


async def _read(source: int) -> bytes:
    await _until(anyio.wait_readable, source)
    return os.read(source, _PIECE)


async def _until(ready: Callable[[int], Awaitable[None]], fd: int) -> None:
    with suppress(PermissionError):  # epoll's word for what never blocks: files, /dev/null
        await ready(fd)
