"""Group commit: whoever waits is served by one transaction, and returns only once it is durable under a signature."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from typing import Any, TypeVar

import anyio
import anyio.to_thread

from broker.audit.checkpoint import Signer, signed
from broker.audit.merkle import grown, root
from broker.model.faults import JournalFault, StoreFault
from broker.model.record import Entry
from broker.ports import Log, Turn

T = TypeVar("T")
Work = Callable[[Turn], tuple[T, Sequence[Entry]]]

BATCH = 512


class _Ticket:
    """One caller's work, from the queue to its end."""

    __slots__ = ("done", "error", "value", "work")

    def __init__(self, work: Work[Any]) -> None:
        self.work = work
        self.done = anyio.Event()
        self.error: Exception | None = None
        self.value: Any = None


class _UndoneError(Exception):
    """A transaction of one work, which failed: nothing of it stays."""


class Sequencer:
    """`deadline`: seconds a batch may take; one that takes longer, or a StoreFault, latches for good."""

    def __init__(self, log: Log, signer: Signer, deadline: float) -> None:
        self._log = log
        self._signer = signer
        self._deadline = deadline
        self._queue: deque[_Ticket] = deque()
        self._leader = anyio.Lock()
        # Its own thread: tools that hang in all the others must not look like a disk that hangs.
        self._thread = anyio.CapacityLimiter(1)
        self.latched: str | None = None

    async def commit(self, work: Work[T]) -> T:
        """What `work` gives, once it and its records are durable. Raises JournalFault, or what `work` raised.

        A caller that is cancelled while its work waits takes it back, and it never runs. Once the work is taken, the
        truth of it is returned and the cancellation waits for the caller's next step.
        """
        self._unlatched()
        ticket = _Ticket(work)
        self._queue.append(ticket)
        try:
            async with self._leader:
                while not ticket.done.is_set():
                    await self._lead()
        except anyio.get_cancelled_exc_class():
            if ticket in self._queue:
                self._queue.remove(ticket)
                raise
            with anyio.CancelScope(shield=True):
                await ticket.done.wait()
        if ticket.error is not None:
            raise ticket.error
        result: T = ticket.value
        return result

    async def _lead(self) -> None:
        batch = [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]
        fault: JournalFault | None = JournalFault("the log did not answer in time")
        try:
            with anyio.move_on_after(self._deadline, shield=True):
                # Abandoned at the deadline: a thread that hangs in a disk cannot be stopped, only left behind.
                run = anyio.to_thread.run_sync
                await run(self._batch, batch, abandon_on_cancel=True, limiter=self._thread)
                fault = None
        except Exception as error:  # noqa: BLE001 - whatever a batch dies of, nobody knows what is durable: latch
            fault = JournalFault(_said(error))
        finally:
            self._end(batch, fault)

    def _end(self, batch: list[_Ticket], fault: JournalFault | None) -> None:
        if fault is not None:
            self.latched = str(fault)
            batch += self._queue
            self._queue.clear()
        for ticket in batch:
            ticket.error = fault or ticket.error
            ticket.done.set()

    def _batch(self, batch: Sequence[_Ticket]) -> None:
        with suppress(_UndoneError), self._log.begin() as turn:
            entries: list[Entry] = []
            for ticket in batch:
                self._unlatched()  # the deadline passed while the store hung: what is not done yet is not done late
                try:
                    turn.pending = len(entries)
                    # Alone, it is undone with the whole transaction: a savepoint costs a tenth of one.
                    with nullcontext() if len(batch) == 1 else turn.savepoint():
                        value, new = ticket.work(turn)
                        entries += new
                    ticket.value = value
                except StoreFault:
                    raise
                except Exception as error:  # noqa: BLE001 - a bug in one work is its caller's alone
                    ticket.error = error
                    if len(batch) == 1:
                        raise _UndoneError from None
            if entries:
                head = grown(turn.head(), (entry.body for entry in entries))
                turn.extend(entries, head, signed(self._signer, head.size, root(head)))
            self._unlatched()

    def _unlatched(self) -> None:
        if self.latched is not None:
            raise JournalFault(self.latched)


def _said(error: Exception) -> str:
    return str(error) if isinstance(error, StoreFault) else f"the log failed ({type(error).__name__})"
