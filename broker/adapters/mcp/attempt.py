"""One call on its way to a server: what its transport must know of it, and what became of it there."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from broker.model.faults import Effect, ToolFault


@dataclass(slots=True, kw_only=True, eq=False)
class Attempt:
    """Written by the transport, for only there it is known whether a request left this process."""

    began: float  # of anyio's clock, as is:
    deadline: float  # nobody waits any longer
    headers: Mapping[str, str] = field(default_factory=dict)  # of HTTP: arguments that the server wants mirrored
    begun: bool = False  # the transport has it
    left: bool = False  # some of it may have reached the server
    over: bool = False  # nobody waits for it any more
    gone: bool = False  # the server knows our session no more, so it did not do what it was asked
    why: str | None = None  # what the transport saw, in our words

    def fault(self, otherwise: str) -> ToolFault:
        """What to raise: NONE only where nothing can have been done; `otherwise` where no more is known."""
        why = otherwise if self.why is None else self.why
        if self.gone or not self.left:
            return ToolFault(why, effect=Effect.NONE, is_unreachable=True)
        return ToolFault(why, effect=Effect.UNKNOWN, is_unreachable=self.why is not None)


# The SDK hands the context of whoever sends on to the transport, and has no argument of a call that would get there.
ATTEMPT: Final[ContextVar[Attempt | None]] = ContextVar("attempt", default=None)
