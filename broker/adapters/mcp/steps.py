"""How far a call has come, as its server says: numbers alone, forward alone, a few a second."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import anyio

from broker.adapters.mcp.attempt import Attempt
from broker.ports import Progress

_APART: Final = 0.1  # seconds between two reports: a server may send thousands


@dataclass(slots=True, kw_only=True)
class Steps:
    """The SDK's progress callback. Whatever the server says in words stays here: no mask has seen it."""

    attempt: Attempt
    tell: Progress
    _done: float = -math.inf
    _next: float = -math.inf
    _telling: bool = False

    async def __call__(self, progress: float, total: float | None, message: str | None) -> None:  # noqa: ARG002 - dropped
        now = anyio.current_time()
        if self._telling or self.attempt.over or now < self._next:
            return
        if not (math.isfinite(progress) and progress > self._done):
            return
        self._done, self._next, self._telling = progress, now + _APART, True
        try:
            await self.tell(progress, total if total is not None and math.isfinite(total) else None)
        finally:
            self._telling = False
