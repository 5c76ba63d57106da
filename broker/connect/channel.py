"""The way to the broker: what proves that nothing ran is mended once and sent again, and nothing else is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

import anyio
import httpx2
from httpx2 import AsyncClient, Response

from broker.connect.answers import LostError, Message, StrangeError, each
from broker.connect.bearer import Bearer
from broker.connect.session import Session
from broker.connect.spoken import Notification, Request, Unreadable, envelope

TOKEN_REFUSED, SESSION_GONE = 401, 404
_ERROR = 400
_JSON = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
_EVENTS = {"Accept": "text/event-stream"}

Take = Callable[[Response], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class Channel:
    client: AsyncClient
    url: str
    bearer: Bearer
    session: Session = field(default_factory=Session)
    reopened: Callable[[], Awaitable[None]]  # the broker had forgotten the session, and has a new one

    async def ask(self, said: Request | Notification | Unreadable, take: Take) -> None:
        """Send the agent's own bytes; `take` gets the response. Raises what the connection raises."""
        if isinstance(said, Unreadable) or said.version is not None:
            more = {} if isinstance(said, Unreadable) else envelope(said)
            await self._post(said.raw, lambda: more, take)
            return
        used = await self.session.settled()

        async def unless_gone(response: Response) -> None:
            # Protocol 2025-11-25, transports: 404 to a session's id means that the session is no more. Nothing ran.
            if response.status_code == SESSION_GONE and used is not None and await self._reopen(used):
                await response.aclose()
                await self._post(said.raw, self.session.headers, take)
            else:
                await take(response)

        await self._post(said.raw, self.session.headers, unless_gone)

    async def open(self, said: Request, take: Take) -> None:
        """Send `initialize`. A session that was open before is closed; there is one at a time."""
        async with self.session.turn:
            await self._close()

            async def learning(response: Response) -> None:
                await take(_Heard(response))

            await self._post(said.raw, dict, take)

    async def hear(self, heard: Callable[[Message], Awaitable[None]]) -> bool:
        """What the broker says of itself in this session, until it stops. False where it never will."""
        used = await self.session.settled()
        token = self.bearer.token
        headers = {**_EVENTS, **self._authorized(), **self.session.headers()}
        async with self.client.stream("GET", self.url, headers=headers) as response:
            ...
        return True
