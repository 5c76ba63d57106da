"""A user who signed in: access tokens for the broker, by the refresh token that the sign-in gave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import anyio
from httpx2 import AsyncClient

from broker.agent import fresh
from broker.agent.asked import asked
from broker.model.faults import TokenError

_EARLY: Final = 30.0  # seconds before its end in which an access token is not used any more


@dataclass(slots=True, kw_only=True)
class SignedIn:
    """A `user` of `Registered`. `refresh_token`: the newest; a provider that rotates it gives another each time.

    How the user signs in is the app's business: any library for OpenID Connect gives the first one.
    """

    client: AsyncClient
    token_endpoint: str
    client_id: str
    refresh_token: str = field(repr=False)
    client_secret: str | None = field(default=None, repr=False)
    resource: str | None = None  # the broker's URL, where the provider asks for it (RFC 8707)
    clock: Callable[[], float] = field(default=fresh.now, repr=False)
    _token: str = field(default="", init=False, repr=False)
    _until: float = field(default=0.0, init=False, repr=False)
    _lock: anyio.Lock = field(default_factory=anyio.Lock, init=False, repr=False)  # a refresh token may serve once

    async def __call__(self) -> str:
        """An access token that lasts a while. Raises TokenError."""
        async with self._lock:
            if not self.clock() < self._until - _EARLY:
                form = {"grant_type": "refresh_token", "refresh_token": self.refresh_token, "client_id": self.client_id}
                form |= {} if self.client_secret is None else {"client_secret": self.client_secret}
                form |= {} if self.resource is None else {"resource": self.resource}
                said, _ = await asked(self.client, "POST", self.token_endpoint, data=form)
                token, lasts, newer = said.get("access_token"), said.get("expires_in"), said.get("refresh_token")
                if not isinstance(token, str):
                    raise TokenError("the provider gave no access token")
                self._token = token
                self._until = self.clock() + lasts if isinstance(lasts, int | float) else 0.0
                self.refresh_token = newer if isinstance(newer, str) else self.refresh_token
            return self._token
