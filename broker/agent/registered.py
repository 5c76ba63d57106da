"""From a registered agent's key, and a user's word where there is one, to a token: the broker says where to ask."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from httpx2 import AsyncClient

from broker.agent import fresh
from broker.agent.asked import asked, origin
from broker.agent.held import Held
from broker.agent.key import Key
from broker.model.faults import TokenError
from broker.model.label import Json
from broker.tokens.dpop import prove_bare
from broker.tokens.segment import sign

_RESOURCE: Final = "/.well-known/oauth-protected-resource"
_SERVER: Final = "/.well-known/oauth-authorization-server"
_EXCHANGE: Final = "urn:ietf:params:oauth:grant-type:token-exchange"
_ACCESS_TOKEN: Final = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a name, no secret
_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_TYPE: Final = "broker_task"
_VOUCHED: Final = 60  # seconds for which it vouches for itself
_FURTHEST: Final = 3600.0  # seconds that a clock may be wrong
_SKEW: Final = 5.0  # seconds that clocks may differ without a word; the broker bears 30

Subject = Callable[[], str | Awaitable[str]]
"""An access token of the user's, for the broker, fresh whenever it is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """An agent as `broker.toml` of that broker lists it. `user`: None, where it works for itself.

    Everything raises TokenError, with the broker's word where it refused.
    """

    broker: str  # the URL of its MCP endpoint
    name: str
    key: Key
    user: Subject | None = field(default=None, repr=False)
    clock: Callable[[], float] = field(default=fresh.now, repr=False)

    async def open(
        self, client: AsyncClient, *, scope: str, purpose: str, parameters: Mapping[str, Json] | None = None
    ) -> Held:
        """A task, and its token, bound to the agent's key."""
        wanted = {"type": _TYPE, "scope": scope, "purpose": purpose, "parameters": dict(parameters or {})}
        return await self._asked(client, wanted)

    async def renew(self, client: AsyncClient, held: Held) -> Held:
        """Another token of the same task, whose budgets, handles and label go on."""
        return await self._asked(client, {"type": _TYPE, "task": held.said.task})

    async def _asked(self, client: AsyncClient, detail: Mapping[str, Json]) -> Held:
        server, clock = await self._server(client)
        place = str(server.get("token_endpoint"))
        if origin(place) != origin(self.broker):
            raise TokenError("the broker's metadata leads elsewhere")
        grant = await self._grant()
        now = clock()
        vouched = {"iss": self.name, "sub": self.name, "aud": server.get("issuer"), "jti": fresh.name()}
        vouched |= {"iat": int(now), "exp": int(now) + _VOUCHED}
        form = {
            "client_assertion_type": _ASSERTION,
            "client_assertion": sign({"typ": "JWT"}, vouched, self.key.clear_key),
            "resource": self.broker,
            "authorization_details": json.dumps([detail]),
            **grant,
        }
        proof = prove_bare(self.key.clear_key, method="POST", url=place, jti=fresh.name(), now=now)
        said, _ = await asked(client, "POST", place, data=form, headers={"DPoP": proof})
        return Held(token=str(said.get("access_token")), key=self.key, clock=clock)

    async def _grant(self) -> Mapping[str, str]:
        if self.user is None:
            return {"grant_type": "client_credentials"}
        said = self.user()
        token = said if isinstance(said, str) else await said
        return {"grant_type": _EXCHANGE, "subject_token": token, "subject_token_type": _ACCESS_TOKEN}

    async def _server(self, client: AsyncClient) -> tuple[Mapping[str, Json], Callable[[], float]]:
        """What the broker says of itself (RFC 9728 3, RFC 8414 3), held against where it was asked; and its clock."""
        parts = urlsplit(self.broker)
        resource, _ = await asked(client, "GET", f"{parts.scheme}://{parts.netloc}{_RESOURCE}{parts.path}")
        issuers = resource.get("authorization_servers")
        if resource.get("resource") != self.broker or not isinstance(issuers, list) or len(issuers) != 1:
            raise TokenError(f"`{self.broker}` is not what the broker there calls itself")
        (issuer,) = issuers
        server, date = await asked(client, "GET", f"{issuer}{_SERVER}")
        if server.get("issuer") != issuer:
            raise TokenError("the metadata is another authorization server's")
        ahead = 0.0 if date is None else date - self.clock()
        if abs(ahead) < _SKEW:
            return server, self.clock
        # Who sits before the broker for a while could else collect what is signed for a day when he does no more.
        if not abs(ahead) <= _FURTHEST:
            raise TokenError(f"the broker's clock and this machine's are {abs(ahead) / 3600:.1f} hours apart")
        # What is signed with the broker's time serves at this broker alone: it names it, and lasts a minute.
        return server, lambda: self.clock() + ahead
