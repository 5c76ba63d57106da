"""What the broker remembers of one connection of the older protocol, and how it reaches it outside of a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from mcp.server.connection import Connection

from broker.edge.announcer import Listener
from broker.edge.seen import Context

SUBSCRIPTIONS: Final = 256  # of one connection; a client that follows more reads its list again

_KEY: Final = "broker.remembered"


@dataclass(slots=True)
class Remembered:
    """It lives and ends with the connection; nothing of a task is kept here."""

    level: str | None = None  # of messages, as `logging/setLevel` said
    subscribed: set[str] = field(default_factory=set)  # URIs outside
    listener: Listener | None = None


def connection(context: Context) -> Connection:
    """Of which the SDK has no public name: a request's own session ends with the request."""
    return context.session._connection  # noqa: SLF001 - here alone


def remembered(context: Context) -> Remembered:
    found = connection(context).state.setdefault(_KEY, Remembered())
    return found if isinstance(found, Remembered) else Remembered()
