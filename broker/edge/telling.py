"""Tells a caller who asked how far its call has come: numbers, and steps in words of ours; never a word of a tool."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp import types

from broker.edge.seen import Context
from broker.model.outcome import Outcome, Step
from broker.pipeline import NOBODY
from broker.ports import Onlooker

LEVEL: Final = "debug"
"""Of every message of ours: only who asks for the least is told."""

_WORDS: Final[Mapping[Step, str]] = MappingProxyType(
    {
        Step.PERMITTED: "permitted: the call is on record",
        Step.CALLED: "called: the tool is at work",
        Step.ANSWERED: "answered: its result is being masked",
        Step.CLOSED: "closed: the end is on record",
    }
)
_BACKLOG: Final = 1024  # notes that a client may be behind; beyond them it is told nothing more until it has read some
_LAST: Final = 1.0  # seconds that a client has to read the rest, once the call is over


@dataclass(frozen=True, slots=True)
class Far:
    """How far a call has come."""

    done: float
    total: float | None


Note = Far | Step


@dataclass(slots=True, kw_only=True)
class Watch:
    """Keeps what is to be told, and never waits: the call must not depend on who reads."""

    notes: MemoryObjectSendStream[Note]
    hears_steps: bool
    last: float | None = None

    async def step(self, step: Step) -> None:
        if self.hears_steps:
            self._keep(step)

    async def progress(self, done: float, total: float | None) -> None:
        # It must increase with each notification (2025-11-25 and 2026-07-28, Progress); NaN fails the comparison.
        if math.isfinite(done) and (self.last is None or done > self.last):
            self.last = done
            self._keep(Far(done, total if total is not None and math.isfinite(total) else None))

    def _keep(self, note: Note) -> None:
        with suppress(anyio.WouldBlock, anyio.BrokenResourceError, anyio.ClosedResourceError):
            self.notes.send_nowait(note)


async def told(
    context: Context, name: str, serve: Callable[[Onlooker], Awaitable[Outcome]], *, hears_steps: bool
) -> Outcome:
    """What `serve` gives; meanwhile, whoever asked is told. `name`: what is called, as the caller named it."""
    hears_progress = context.meta is not None and "progress_token" in context.meta
    if not hears_steps and not hears_progress:
        return await serve(NOBODY)
    send, receive = anyio.create_memory_object_stream[Note](_BACKLOG)
    through = anyio.Event()
    with send, receive:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_pass_on, context, name, receive, through)
            outcome = await serve(Watch(notes=send, hears_steps=hears_steps))
            send.close()
            with anyio.move_on_after(_LAST):
                await through.wait()
            tasks.cancel_scope.cancel()
    return outcome


async def _pass_on(context: Context, name: str, notes: MemoryObjectReceiveStream[Note], through: anyio.Event) -> None:
    with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
        async for note in notes:
            match note:
                case Far(done=done, total=total):
                    await context.session.report_progress(done, total)
                case Step():
                    await context.session.send_notification(_message(note, name), context.request_id)
    through.set()


def _message(step: Step, name: str) -> types.LoggingMessageNotification:
    params = types.LoggingMessageNotificationParams(level=LEVEL, logger=name, data=_WORDS[step])
    return types.LoggingMessageNotification(params=params)
