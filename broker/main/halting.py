"""Looks at what was frozen and revoked, so that what runs here stops, and agents hear that their lists changed."""

from __future__ import annotations

from collections.abc import Callable

import anyio

from broker.model.faults import StoreFault
from broker.model.stop import Act, Stop
from broker.pipeline import Pipeline

EVERY = 0.5  # seconds: for so long, and a read of the store, a tool goes on after its freeze was on record


async def watch(pipeline: Pipeline, changed: Callable[[], None]) -> None:
    """Until cancelled. No new call waits for it: whether one may begin is read in the transaction of its intent.

    A revocation stops nothing that runs: what it did would be unclear, and its result is withheld anyway.
    """
    before: tuple[Stop, ...] = ()
    while True:
        now = await _standing(pipeline, before)
        pipeline.journal.running.halt([one for one in now if one.act is Act.FROZEN])
        if now != before:  # also by a revocation: what is held open for a dead token ends
            changed()
        before = now
        await anyio.sleep(EVERY)


async def _standing(pipeline: Pipeline, before: tuple[Stop, ...]) -> tuple[Stop, ...]:
    """Where the store cannot be read, what was frozen still is; nothing that ends meanwhile can be shown."""
    try:
        return tuple(await pipeline.tasks.standing())
    except StoreFault:
        return before
