"""The way to the broker: where a refusal proves that nothing ran it is mended and sent once more; nothing else is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

from httpx2 import AsyncClient, ConnectError, ConnectTimeout, PoolTimeout, RequestError, Response

from broker.connect.answers import LostError, Message, StrangeError, each
from broker.connect.bearer import Bearer
from broker.connect.session import Session
from broker.connect.spoken import Notification, Request, Unreadable, envelope

_TOKEN_REFUSED, _SESSION_GONE, _OK = 401, 404, 200
_REFUSED = range(400, 500)
_PASSING = frozenset({_TOKEN_REFUSED, _SESSION_GONE, 408, 409, 429})  # 409: it has not seen yet that our stream broke
_ACCEPT = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


class NotNowError(Exception):
    """Nothing was sent, or nothing of it ran: it may be tried again."""


UNSENT = (NotNowError, ConnectError, ConnectTimeout, PoolTimeout)
"""What proves that nothing arrived."""
BROKEN = (*UNSENT, RequestError, LostError, StrangeError)
"""Every way in which an exchange may end without an answer."""


@dataclass(slots=True, kw_only=True)
class Channel:
    client: AsyncClient
    url: str
    bearer: Bearer
    session: Session = field(default_factory=Session)
    reopened: Callable[[], Awaitable[None]]  # called when the broker had forgotten the session and has a new one
    _deaf: str = field(default="", repr=False)  # a token with which nothing is heard

    @asynccontextmanager
    async def answered(self, said: Request | Notification | Unreadable) -> AsyncIterator[Response]:
        """The response to the agent's own bytes. Raises NotNowError, and what the connection raises."""
        if isinstance(said, Unreadable):
            async with self._sent("POST", {}, said.raw) as response:
                yield response
            return
        if said.version is not None:
            async with self._sent("POST", envelope(said), said.raw) as response:
                yield response
            return
        used = await self.session.settled()
        async with self._sent("POST", self.session.headers(), said.raw) as response:
            if not await self._is_mended(response, used):
                yield response
                return
        async with self._sent("POST", self.session.headers(), said.raw) as response:
            yield response

    @asynccontextmanager
    async def opening(self, said: Request) -> AsyncIterator[Response]:
        """The response to `initialize`. A session that was open is closed: there is one at a time."""
        async with self.session.turn:
            await self._close()
            async with self._sent("POST", {}, said.raw) as response:
                yield response

    async def hear(self, heard: Callable[[Message], Awaitable[None]]) -> bool:
        """What the broker says without being asked, until it stops. False where it never will; raises as `answered`."""
        used = await self.session.settled()
        token = self.bearer.token
        if used is None or (token == self._deaf and not await self.bearer.renewed(token)):
            raise NotNowError
        async with self._sent("GET", self.session.headers()) as response:
            if await self._is_mended(response, used):
                return True
            if response.status_code == _TOKEN_REFUSED:
                self._deaf = self.bearer.token
            if response.status_code in _REFUSED and response.status_code not in _PASSING:
                return False
            if response.status_code != _OK:
                raise NotNowError
            async with aclosing(each(response)) as found:
                async for message in found:
                    await heard(message)
            return True

    async def close(self) -> None:
        async with self.session.turn:
            await self._close()

    async def _close(self) -> None:
        if self.session.id is not None:
            headers = self.session.headers()
            self.session.id = None
            async with self._sent("DELETE", headers):
                pass

    async def _is_mended(self, response: Response, used: str | None) -> bool:
        """Protocol 2025-11-25, transports: 404 to a session's id means that there is no such session. Nothing ran."""
        return used is not None and response.status_code == _SESSION_GONE and await self._reopen(used)

    async def _reopen(self, used: str) -> bool:
        """Open a session as the agent did, in place of `used`. False where the broker does not want to."""
        async with self.session.turn:
            opening = self.session.opening
            if self.session.id != used:  # another request was here first
                return self.session.id is not None
            if opening is None:
                return False
            try:
                if not await self._opened(opening):
                    return False
                if self.session.ready is not None:
                    async with self._sent("POST", self.session.headers(), self.session.ready):
                        pass
            except (RequestError, StrangeError, LostError):
                raise NotNowError from None
        await self.reopened()
        return True

    async def _opened(self, opening: Request) -> bool:
        async with self._sent("POST", {}, opening.raw) as response:
            if response.status_code != _OK:
                return False
            async with aclosing(each(response)) as found:
                async for message in found:
                    if message.answers(opening.id):
                        return self.session.opened(opening, response, message)
        raise LostError

    @asynccontextmanager
    async def _sent(
        self, method: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> AsyncIterator[Response]:
        """The response; where the token was refused and a fresh one lies there, the response to that one."""
        token = self.bearer.token
        async with self._once(method, headers, body, token) as response:
            if response.status_code != _TOKEN_REFUSED or not await self.bearer.renewed(token):
                yield response
                return
        async with self._once(method, headers, body, self.bearer.token) as response:
            yield response

    @asynccontextmanager
    async def _once(
        self, method: str, headers: Mapping[str, str], body: bytes | None, token: str
    ) -> AsyncIterator[Response]:
        shown = self.bearer.headers(token, method, b"" if body is None else body)
        all_of_them = {**_ACCEPT, **headers, **shown}
        async with self.client.stream(method, self.url, content=body, headers=all_of_them) as response:
            yield response
