"""One connection: a look at who connects, and an end to the wait for what somebody never sends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from broker.main.peers import Peers
from broker.main.visits import Visits


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds. Without an end, whoever sends half a request keeps its place, and there are as many as descriptors.

    `head`: from the connection, or from the first byte of a later request, to the end of its head. `body`: from there
    to its own end, also where nothing reads it; what does read one waits less. How long an answer takes, or a stream
    lasts, is not counted.
    """

    head: float = 10.0
    body: float = 60.0


class Doorway(uvicorn.Config):
    """What each guest is met with. `peers`: who may come in at all; None: whoever reaches it."""

    def __init__(self, app: Visits, *, peers: Peers | None, patience: Patience, **more: Any) -> None:
        super().__init__(app, http=Guest, **more)
        self.peers = peers
        self.patience = patience


class Guest(H11Protocol):
    """uvicorn's own protocol. It ends connections that are idle behind an answer, and waits for ever before one."""

    def __init__(
        self,
        config: Doorway,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: Any = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._peers, self._patience = config.peers, config.patience
        self._waits: float | None = None  # for so long in all; None: for nothing that it could send
        self._wait_on: Callable[[], None] | None = None

    def connection_made(self, transport: Any) -> None:
        """Whoever may not come in is cut off before a byte is read: what it would send may be a token."""
        if self._peers is not None and not self._peers.admits(transport.get_extra_info("peername")):
            self.transport = transport  # it is closed once more when the connection is lost
            transport.abort()
            self._peers.turned_away("a connection in clear text from no named proxy")
            return
        super().connection_made(transport)
        self._look()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait(None)
        super().connection_lost(exc)

    def _look(self) -> None:
        """A byte more of the same is no reason to wait longer."""
        waits = self._awaited()
        if waits != self._waits:
            self._wait(waits)

    def _wait(self, waits: float | None) -> None:
        if self._wait_on is not None:
            self._wait_on()
        self._waits = waits
        self._wait_on = None if waits is None else self.loop.call_later(waits, self.transport.abort).cancel

    def _awaited(self) -> float | None:
        if self.conn.their_state is h11.SEND_BODY:
            return self._patience.body
        is_idle = self.timeout_keep_alive_task is not None  # behind an answer, which has an end of its own
        return self._patience.head if self.conn.their_state is h11.IDLE and not is_idle else None
