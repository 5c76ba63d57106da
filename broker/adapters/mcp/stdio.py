"""A server as a child of ours: started with little, read with care, gone with all its own children.

The SDK's transport reads lines of any length, hands our standard error on and leaves grandchildren of a server that
ended by itself; this one does not.
"""

from __future__ import annotations

import math
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, Self, TypeVar, assert_never

import anyio
import anyio.to_thread
from anyio.abc import ByteReceiveStream, ByteSendStream, Process
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCError, JSONRPCMessage, JSONRPCNotification, JSONRPCRequest, JSONRPCResponse

from broker.adapters.mcp.attempt import ATTEMPT, Attempt
from broker.adapters.mcp.lines import Lines
from broker.adapters.mcp.lost import Lost
from broker.adapters.mcp.reach import Launch, Streams
from broker.model.faults import ToolFault

_KEPT: Final = ("PATH", "HOME", "LANG", "TMPDIR", "TZ")  # of our own environment; the rest may hold secrets
_TAIL: Final = 2_000  # bytes of what it says on standard error
_GRACE: Final = 1.0  # seconds to end by itself once its input is closed, and again once it is told to
_POLL: Final = 0.01
_QUEUE: Final = 16  # messages that may wait until the child reads
_OWED: Final = 64  # requests of the child that we have not answered yet: it may ask faster than it reads
_CHUNK: Final = 1 << 16
_BROKEN: Final = (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError, OSError)

_Pipe = TypeVar("_Pipe")
_Outgoing = tuple[JSONRPCMessage, Attempt | None]


@dataclass(slots=True, kw_only=True)
class Child:
    """One run of a command. `ended` is told the moment it is known that nothing more will come."""

    launch: Launch
    largest: int  # bytes of one message
    heard: bytearray  # gets the end of what it says on standard error: for an operator's eyes, never for a log
    ended: Callable[[str], None]
    _room: anyio.Semaphore = field(default_factory=lambda: anyio.Semaphore(_QUEUE))
    _owed: set[int | str] = field(default_factory=set)

    @asynccontextmanager
    async def streams(self) -> AsyncIterator[Streams]:
        """The two streams that the SDK wants. Raises Lost where the command cannot be started."""
        process = await self._start()
        # Nothing is awaited before the try: a cancellation in between would leave the child behind.
        into, incoming = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        outgoing, out = anyio.create_memory_object_stream[_Outgoing](math.inf)  # `_room` and `_owed` bound it
        try:
            async with anyio.create_task_group() as tasks, into, incoming, outgoing, out:
                tasks.start_soon(self._read, _there(process.stdout), into)
                tasks.start_soon(self._write, _there(process.stdin), out)
                tasks.start_soon(self._overhear, _there(process.stderr))
                try:
                    yield incoming, _Outbox(outgoing, self._room)
                finally:
                    tasks.cancel_scope.cancel()
        finally:
            with anyio.CancelScope(shield=True):
                await _end(process)

    async def _start(self) -> Process:
        try:
            why = await anyio.to_thread.run_sync(self.launch.verify, abandon_on_cancel=True)
            if why is not None:
                raise Lost(why)
            env = _environment(await anyio.to_thread.run_sync(self.launch.env, abandon_on_cancel=True))
        except ToolFault as fault:
            raise Lost(str(fault)) from None
        except OSError as error:
            raise Lost(f"what it needs cannot be read ({type(error).__name__})") from None
        self.heard.clear()
        process: Process | None = None
        try:
            with anyio.CancelScope(shield=True):  # cut off half-way, it would leave a child that nobody knows of
                process = await anyio.open_process(
                    self.launch.command, env=env, cwd=self.launch.cwd, start_new_session=True
                )
        except (OSError, ValueError) as error:
            raise Lost(f"the command cannot be started ({type(error).__name__})") from None
        if process is None:
            raise Lost("the command was not started")
        return process

    async def _read(self, stdout: ByteReceiveStream, into: MemoryObjectSendStream[SessionMessage | Exception]) -> None:
        lines = Lines(self.largest)
        async with into:
            try:
                while True:
                    for message in lines.feed(await stdout.receive(_CHUNK)):
                        self._owe(message)
                        await into.send(SessionMessage(message))
            except Lost as lost:
                self.ended(str(lost))
            except _BROKEN:
                self.ended("it closed its output")

    def _owe(self, message: JSONRPCMessage) -> None:
        if isinstance(message, JSONRPCRequest):
            self._owed.add(message.id)
            if len(self._owed) > _OWED:
                raise Lost(f"it asked more than {_OWED} things of us and read no answer")

    async def _write(self, stdin: ByteSendStream, out: MemoryObjectReceiveStream[_Outgoing]) -> None:
        try:
            async for message, attempt in out:
                if not self._is_due(message, attempt):
                    continue
                text = message.model_dump_json(by_alias=True, exclude_unset=True)
                await stdin.send(text.encode() + b"\n")
        except _BROKEN:
            self.ended("it closed its input")

    def _is_due(self, message: JSONRPCMessage, attempt: Attempt | None) -> bool:
        match message:
            case JSONRPCRequest():
                self._room.release()
                if attempt is not None:
                    attempt.left = not attempt.over
                    return attempt.left
            case JSONRPCNotification():
                return attempt is None or attempt.left  # nobody cancels what was never sent
            case JSONRPCResponse() | JSONRPCError():
                self._owed.discard("" if message.id is None else message.id)
            case _:
                assert_never(message)
        return True

    async def _overhear(self, stderr: ByteReceiveStream) -> None:
        with suppress(*_BROKEN):
            while True:
                self.heard += await stderr.receive(_CHUNK)
                del self.heard[:-_TAIL]


class _Outbox:
    """The writing end as the SDK wants it. It runs in the task of whoever sends, so it knows whose message this is."""

    def __init__(self, inner: MemoryObjectSendStream[_Outgoing], room: anyio.Semaphore) -> None:
        self._inner = inner
        self._room = room

    async def send(self, item: SessionMessage, /) -> None:
        attempt = ATTEMPT.get()
        if attempt is not None:
            attempt.begun = True
        if isinstance(item.message, JSONRPCRequest):
            await self._room.acquire()  # a request waits; what ends one does not, though nobody reads any more
        self._inner.send_nowait((item.message, attempt))

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _there(pipe: _Pipe | None) -> _Pipe:
    if pipe is None:
        raise Lost("the command was started without its streams")
    return pipe


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    return {name: os.environ[name] for name in _KEPT if name in os.environ} | dict(more)


async def _end(process: Process) -> None:
    """The steps of the standard (2025-11-25, lifecycle, shutdown), and then whoever is left of its group."""
    with suppress(*_BROKEN):
        await _there(process.stdin).aclose()
    if not await _has_ended(process):
        _signal(process, signal.SIGTERM)
        await _has_ended(process)
    _signal(process, signal.SIGKILL)
    await _has_ended(process)
    with anyio.move_on_after(_GRACE):
        await process.aclose()


async def _has_ended(process: Process) -> bool:
    """Not `process.wait()`: that waits for the pipes too, and whoever left the group may hold them."""
    with anyio.move_on_after(_GRACE):
        while process.returncode is None:  # noqa: ASYNC110 - there is no event for this alone
            await anyio.sleep(_POLL)
    return process.returncode is not None


def _signal(process: Process, number: signal.Signals) -> None:
    """To its group, which it leads: it was started in a session of its own."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
