"""A statement that runs on a thread, for a task that may be cancelled."""

from __future__ import annotations

from typing import Final

import anyio
import anyio.to_thread

from broker.adapters.sql.engine import Result, Running

_GRACE: Final = 2.0  # seconds that a stopped statement has to say what it did


async def awaited(running: Running, limiter: anyio.CapacityLimiter) -> Result:
    """Cancelled before its commit it has no effect and says so; committed, it gives its result. Raises ToolFault."""
    try:
        await anyio.to_thread.run_sync(running, abandon_on_cancel=True, limiter=limiter)
    except anyio.get_cancelled_exc_class():
        running.stop()
        with anyio.CancelScope(shield=True):
            known = await anyio.to_thread.run_sync(running.ended.wait, _GRACE, limiter=anyio.CapacityLimiter(1))
        if not known:
            raise
    match running.outcome:
        case Result() as result:
            return result
        case fault:
            raise fault
