"""`/readyz`: whether it can serve now. Whoever asks hears a word; what it means here is for those who read our log."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse

from broker.model.faults import StoreFault
from broker.pipeline import Pipeline


class Unready(StrEnum):
    """Anybody may ask, so it says nothing of files, errors or who keeps our keys."""

    LATCHED = "latched"  # nothing is served until it is started anew
    UNREADABLE = "unreadable"  # the store, or the keys
    UNSIGNED = "unsigned"  # tokens that are out hold, and no other is given


@dataclass(slots=True, eq=False)
class Readiness:
    """`watched`: what may keep tokens from being signed, and why."""

    pipeline: Pipeline
    watched: Sequence[Callable[[], Awaitable[str | None]]]
    _told: str | None = None

    async def answer(self, _request: Request) -> JSONResponse:
        word, why = await self._found()
        self._tell(word, why)
        return JSONResponse({"ready": word is None, "why": word}, status_code=200 if word is None else 503)

    async def _found(self) -> tuple[Unready | None, str | None]:
        why = await self.pipeline.unready()
        if why is not None:
            return (Unready.UNREADABLE if self.pipeline.journal.latched is None else Unready.LATCHED), why
        try:
            for one in self.watched:
                if (why := await one()) is not None:
                    return Unready.UNSIGNED, why
        except StoreFault as fault:
            return Unready.UNREADABLE, str(fault)
        return None, None

    def _tell(self, word: Unready | None, why: str | None) -> None:
        """Each change once: who asks often must not fill the disk."""
        if why == self._told:
            return
        self._told, log = why, structlog.get_logger()
        if word is None:
            log.info("ready again")
        else:
            log.error("not ready", word=word.value, why=why)
