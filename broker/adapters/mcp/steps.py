"""How far a call has come, as its server says: numbers alone, forward alone, a few a second."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import anyio

from broker.adapters.mcp.attempt import Attempt
from broker.ports import Progress

_AT_ONCE: Final = 20  # reports of a call that are passed on as they come
_A_SECOND: Final = 10.0  # of those beyond: a server may send thousands


@dataclass(slots=True, kw_only=True)
class Steps:
    """The SDK's progress callback. Whatever the server says in words stays here: no mask has seen it."""

    attempt: Attempt
    tell: Progress
    _done: float = -math.inf
    _left: float = float(_AT_ONCE)
    _since: float = -math.inf
    _waiting: tuple[float, float | None] | None = None  # what came while another was told
    _telling: bool = False

    async def __call__(self, progress: float, total: float | None, message: str | None) -> None:  # noqa: ARG002 - dropped
        if self.attempt.over or not (math.isfinite(progress) and progress > self._done) or not self._may():
            return
        self._done = progress
        self._waiting = (progress, total if total is not None and math.isfinite(total) else None)
        if self._telling:
            return
        self._telling = True
        try:
            while self._waiting is not None and not self.attempt.over:
                done, self._waiting = self._waiting, None
                await self.tell(*done)
        finally:
            self._telling = False

    def _may(self) -> bool:
        """A bucket of reports that fills as time goes by."""
        now = anyio.current_time()
        self._left = min(float(_AT_ONCE), self._left + (now - self._since) * _A_SECOND)
        self._since = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
