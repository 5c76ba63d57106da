"""One HTTP request on its way in: who sent it, and whether it has left its mark on the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from mcp.server.context import ServerRequestContext

from broker.model.chain import Credential
from broker.model.outcome import Outcome

Context = ServerRequestContext[Any, Any]

SEEN: Final = "broker.seen"
"""Where the gate keeps it in the ASGI scope."""


@dataclass(slots=True)
class Seen:
    credential: Credential
    recorded: bool = False
    answered: bool = False  # as far as HTTP goes
    outcome: Outcome | None = None  # of its call, where the gate had to know it before the SDK reads it


def seen(context: Context) -> Seen:
    found = context.request.scope.get(SEEN) if context.request is not None else None
    return found if isinstance(found, Seen) else Seen(credential=Credential(""))
