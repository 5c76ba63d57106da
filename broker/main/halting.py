"""Looks at what is frozen, so that what runs in this process stops, and agents hear that their lists changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import anyio

from broker.model.faults import StoreFault
from broker.model.stop import Stop
from broker.pipeline import Pipeline

EVERY = 0.5  # seconds: for so long, and a read of the store, a tool goes on after its freeze was on record


async def watch(pipeline: Pipeline, changed: Callable[[], None]) -> None:
    """Until cancelled. No new call waits for it: whether one may begin is read in the transaction of its intent."""
    before: Sequence[Stop] = ()
    while True:
        now = await _frozen(pipeline, before)
        pipeline.journal.running.halt(now)
        if now != before:
            changed()
        before = now
        await anyio.sleep(EVERY)


async def _frozen(pipeline: Pipeline, before: Sequence[Stop]) -> Sequence[Stop]:
    """Where the store cannot be read, what was frozen still is; nothing that ends meanwhile can be shown."""
    try:
        return await pipeline.tasks.frozen()
    except StoreFault:
        return before
