"""A function that can be called: on a thread that waits for a worker, which is killed where nobody waits any more."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import anyio
import anyio.from_thread
import anyio.to_thread
import orjson

from broker.adapters.label import label
from broker.adapters.python.pool import Pool, Raised, Told, Worker
from broker.leaves import strict_json
from broker.leaves.forms import Unparsable
from broker.leaves.texts import rooted
from broker.model.decision import Permit
from broker.model.faults import Effect, ToolFault
from broker.model.label import Json, Labeled, Leaf
from broker.model.outcome import Opened
from broker.model.scope import Rows, RowsAny
from broker.ports import Progress

_ONE: Final = 1  # an answer counts as one row
_GRACE: Final = 2.0  # seconds that a killed worker has to be gone
_WRAPPED: Final = len(b'{"value":}')


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Which function, and how it is called."""

    module: str
    file: str  # where the module lies
    function: str
    tells: bool  # it takes `progress`

    def request(self, arguments: Mapping[str, Json] | None, most: int) -> bytes:
        """One line for a worker; None: only load it. Raises ToolFault."""
        said = {"module": self.module, "file": self.file, "function": self.function, "tells": self.tells}
        try:
            return orjson.dumps({**said, "arguments": arguments, "bytes": most})
        except TypeError as error:  # a lone surrogate, an integer beyond 64 bits
            raise ToolFault("an argument is no JSON", effect=Effect.NONE) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonTool:
    pool: Pool
    target: Target
    leaves: Mapping[str, Leaf]
    idempotency: str | None  # the parameter that gets the same key for the same call

    def admit(self, rows: Rows | None) -> str | None:
        """See the port: nobody can look into a function, so no filter can be placed in it."""
        return None if rows is None or isinstance(rows, RowsAny) else "no row filter can be placed in a function"

    def missing(self) -> str | None:
        """See the port. Loads the module in a worker, and calls nothing of it."""
        try:
            worker = self.pool.take()
            try:
                worker.ask(self.target.request(None, 0), len(b"null"), lambda _done, _total: None)
            finally:
                worker.end()
        except ToolFault as fault:
            return f"`{self.target.module}:{self.target.function}` cannot be loaded: {fault}"
        return None

    def changed(self) -> str | None:
        return self.pool.other

    async def unfit(self, permit: Permit) -> str | None:  # noqa: ARG002 - the schema says all that a function takes
        return None

    async def invoke(self, opened: Opened, progress: Progress) -> Labeled:
        """See the port. Cancelled before it began it has no effect and says so; answered, it gives its result."""
        key = {} if self.idempotency is None else {self.idempotency: opened.intended.permit.checked.digest}
        most = opened.intended.bytes
        run = Run(
            pool=self.pool,
            request=self.target.request({**opened.clear_arguments, **key}, most),
            most=most,
            told=_teller(progress),
        )
        try:
            await anyio.to_thread.run_sync(run, abandon_on_cancel=True, limiter=self.pool.limiter)
        except anyio.get_cancelled_exc_class():
            run.stop()
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(run.ended.wait, _GRACE, limiter=anyio.CapacityLimiter(1))
            if run.is_unknown:
                raise
        return self._labeled(run.answer, most)

    def _labeled(self, answer: bytes | ToolFault, most: int) -> Labeled:
        if isinstance(answer, ToolFault):
            raise answer
        value = strict_json.read(answer.decode("utf-8", "replace"))
        if isinstance(value, Unparsable):
            raise ToolFault(f"its result is not taken: {value.why}")
        size = len(answer) if isinstance(value, dict) else len(answer) + _WRAPPED
        if size > most:
            raise ToolFault("its result is more than was asked for")
        return label(rooted(value), self.leaves, _ONE, size)


def _not_begun() -> ToolFault:
    return ToolFault("it was stopped before it began", effect=Effect.NONE)


@dataclass(slots=True, kw_only=True)
class Run:
    """One call, to be run on a thread. `stop` may be called from another, at any time."""

    pool: Pool
    request: bytes = field(repr=False)
    most: int
    told: Told
    answer: bytes | ToolFault = field(default_factory=_not_begun, repr=False)
    ended: threading.Event = field(default_factory=threading.Event)
    _started: bool = False
    _stopped: bool = False
    _worker: Worker | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def is_unknown(self) -> bool:
        """Whether it may have done something and nobody knows: it began, and gave no answer."""
        if not self.ended.is_set():
            return True
        fault = self.answer
        return isinstance(fault, ToolFault) and not isinstance(fault, Raised) and fault.effect is not Effect.NONE

    def __call__(self) -> None:
        with self._lock:
            self._started = True
        try:
            self.answer = self._ask()
        except ToolFault as fault:
            self.answer = fault
        finally:
            self.ended.set()

    def stop(self) -> None:
        """Kill the worker, or see to it that none is asked."""
        with self._lock:
            self._stopped = True
            if self._worker is not None:
                self._worker.kill()
            if not self._started:
                self.ended.set()

    def _ask(self) -> bytes:
        if self._stopped:
            raise _not_begun()
        worker = self.pool.take()
        with self._lock:
            if not self._stopped:
                self._worker = worker
        if self._worker is None:
            self.pool.give(worker)
            raise _not_begun()
        is_sound = False
        try:
            answer = worker.ask(self.request, self.most, self.told)
            is_sound = True
        except Raised:
            is_sound = True
            raise
        finally:
            with self._lock:  # from here on `stop` lets it alone: it may be another call's
                self._worker = None
                is_sound = is_sound and not self._stopped
            if is_sound:
                self.pool.give(worker)
            else:
                worker.end()
        return answer


def _teller(progress: Progress) -> Told:
    """Called on the thread: waits until the step is told, so that a function cannot tell faster than it is heard."""

    def told(done: float, total: float | None) -> None:
        with suppress(CancelledError, RuntimeError):  # nobody waits for the call any more
            anyio.from_thread.run(progress, done, total)

    return told
