"""The calls of this process between their intent and their end, and the hand that can stop them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import anyio

from broker.model.call import Checked
from broker.model.faults import ToolFault
from broker.model.halted import halted
from broker.model.label import Labeled
from broker.model.outcome import Intended
from broker.model.stop import Stop


@dataclass(slots=True)
class Step:
    """How far an intended call has come; whoever runs it says so as it goes. `frozen`: by what, for the record."""

    sent: bool = False  # from here on, something may have happened
    answered: bool = False  # the tool is done, whatever becomes of its answer
    closed: bool = False  # its end is on record
    frozen: str = ""
    _tool: anyio.CancelScope | None = None

    async def stoppable(self, tool: Callable[[], Awaitable[Labeled | ToolFault]]) -> Labeled | ToolFault:
        """What it gives, unless it is stopped: then the wait for it ends, and whoever waits for the call goes on."""
        with anyio.CancelScope() as self._tool:
            return await tool()
        return ToolFault("stopped while it ran")

    def stop(self, frozen: str) -> None:
        self.frozen = frozen
        if self._tool is not None:
            self._tool.cancel()


class Running:
    def __init__(self) -> None:
        self._steps: dict[str, tuple[Checked, Step]] = {}
        self._quiet = anyio.Event()

    @contextmanager
    def under_way(self, intended: Intended) -> Iterator[Step]:
        checked, step = intended.permit.checked, Step()
        self._steps[checked.call.id] = checked, step
        try:
            yield step
        finally:
            del self._steps[checked.call.id]
            if not self._steps:
                self._quiet.set()

    def is_closed(self, intended: Intended) -> None:
        found = self._steps.get(intended.permit.checked.call.id)
        if found is not None:
            found[1].closed = True

    async def settled(self) -> None:
        """Returns once no call is under way."""
        while self._steps:
            self._quiet = anyio.Event()
            await self._quiet.wait()

    def halt(self, frozen: Sequence[Stop]) -> int:
        """Cancel the tool of every call that one of these is about; of how many."""
        count = 0
        for checked, step in self._steps.values():
            why = halted(checked.call.grant.actor, frozen, checked.tool.spec)
            if why is not None and not step.frozen:
                step.stop(why[1])
                count += 1
        return count
