"""The auth object of an agent that renews its token by itself, and the client that carries it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import anyio
from httpx2 import AsyncClient, Request, Response

from broker.agent.auth import DPoPAuth
from broker.agent.held import Held
from broker.agent.registered import Registered
from broker.model.faults import TokenError
from broker.model.label import Json

_EARLY: Final = 30.0  # seconds before its end in which a token is renewed
_PAUSE: Final = 5.0  # seconds between two questions that gave nothing
_UNAUTHORIZED: Final = 401
_SLOWEST: Final = 60.0  # seconds that a call may take


class RenewingAuth(DPoPAuth):
    """Signs each request, and asks for another token of the same task before the old one runs out.

    Where that fails, the old one serves for as long as it lasts. Where the broker takes a token for none, another one
    is asked for once and the request sent again: it was refused before anything was done, and clocks may differ.
    """

    def __init__(self, agent: Registered, client: AsyncClient, held: Held) -> None:
        """`client`: for asking the broker; not the one that is to send the requests."""
        super().__init__(held)
        self._agent, self._client = agent, client
        self._lock = anyio.Lock()  # whoever else waits finds the new one
        self._again = 0.0  # unix seconds, before which nothing is asked for again

    async def async_auth_flow(self, request: Request) -> AsyncGenerator[Request, Response]:
        await self._renewed()
        sent = self.held
        answer = yield await self.signed(request)
        if answer.status_code == _UNAUTHORIZED and await self._renewed(refused=sent):
            yield await self.signed(request)

    async def _renewed(self, refused: Held | None = None) -> bool:
        """Whether there is another token than the refused one. Raises TokenError where there is none that lasts."""
        async with self._lock:
            held = self.held
            now = held.clock()
            is_due = held is refused or (refused is None and not now < held.said.expires - _EARLY)
            if is_due and not now < self._again:
                try:
                    self.held = await self._agent.renew(self._client, held)
                except TokenError:
                    self._again = now + _PAUSE
                    if refused is None and not now < held.said.expires:
                        raise
            return self.held is not refused


@asynccontextmanager
async def task(
    agent: Registered, *, scope: str, purpose: str, parameters: Mapping[str, Json] | None = None
) -> AsyncIterator[AsyncClient]:
    """A client whose every request is of one task, opened here. Raises TokenError.

    The task goes on after it until its own end. An answer that is lost is not asked for again: the task may be open,
    and each one more would begin with budgets that nothing was taken from.
    """
    async with AsyncClient(timeout=_SLOWEST) as asking:
        held = await agent.open(asking, scope=scope, purpose=purpose, parameters=parameters)
        async with AsyncClient(auth=RenewingAuth(agent, asking, held), timeout=_SLOWEST) as client:
            yield client
