"""From a registered agent's key, and a user's word where there is one, to a token: the broker says where to ask."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import anyio
from httpx2 import AsyncClient, HTTPError, Request, Response

from broker.agent import fresh
from broker.agent.auth import DPoPAuth
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
_EARLY: Final = 30.0  # seconds before its end in which a token is renewed
_OK: Final = 200

Subject = Callable[[], str]
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
        server = await self._server(client)
        place = str(server.get("token_endpoint"))
        if _origin(place) != _origin(self.broker):
            raise TokenError("the broker's metadata leads elsewhere")
        now = self.clock()
        vouched = {"iss": self.name, "sub": self.name, "aud": server.get("issuer"), "jti": fresh.name()}
        vouched |= {"iat": int(now), "exp": int(now) + _VOUCHED}
        form = {
            "client_assertion_type": _ASSERTION,
            "client_assertion": sign({"typ": "JWT"}, vouched, self.key.clear_key),
            "resource": self.broker,
            "authorization_details": json.dumps([detail]),
            **self._grant(),
        }
        proof = prove_bare(self.key.clear_key, method="POST", url=place, jti=fresh.name(), now=now)
        said = await _json(client, "POST", place, data=form, headers={"DPoP": proof})
        return Held(token=str(said.get("access_token")), key=self.key, clock=self.clock)

    def _grant(self) -> Mapping[str, str]:
        if self.user is None:
            return {"grant_type": "client_credentials"}
        return {"grant_type": _EXCHANGE, "subject_token": self.user(), "subject_token_type": _ACCESS_TOKEN}

    async def _server(self, client: AsyncClient) -> Mapping[str, Json]:
        """What the broker says of itself (RFC 9728 3, RFC 8414 3), held against where it was asked."""
        parts = urlsplit(self.broker)
        resource = await _json(client, "GET", f"{parts.scheme}://{parts.netloc}{_RESOURCE}{parts.path}")
        issuers = resource.get("authorization_servers")
        if resource.get("resource") != self.broker or not isinstance(issuers, list) or len(issuers) != 1:
            raise TokenError(f"`{self.broker}` is not what the broker there calls itself")
        (issuer,) = issuers
        server = await _json(client, "GET", f"{issuer}{_SERVER}")
        if server.get("issuer") != issuer:
            raise TokenError("the metadata is another authorization server's")
        return server


class RenewingAuth(DPoPAuth):
    """Signs each request, and asks for another token of the same task before the old one runs out."""

    def __init__(self, agent: Registered, client: AsyncClient, held: Held) -> None:
        """`client`: for asking the broker; not the one that is to send the requests."""
        super().__init__(held)
        self._agent, self._client = agent, client
        self._lock = anyio.Lock()  # whoever else waits finds the new one

    async def async_auth_flow(self, request: Request) -> AsyncGenerator[Request, Response]:
        async with self._lock:
            if not self._agent.clock() < self.held.said.expires - _EARLY:
                self.held = await self._agent.renew(self._client, self.held)
        async for signed in super().async_auth_flow(request):
            yield signed


async def _json(client: AsyncClient, method: str, url: str, **more: Json) -> Mapping[str, Json]:
    try:
        answer = await client.request(method, url, follow_redirects=False, **more)
        said = answer.json()
    except (HTTPError, ValueError) as error:
        raise TokenError(f"`{url}` gives no answer ({type(error).__name__})") from None
    if answer.status_code != _OK or not isinstance(said, dict):
        word = said.get("error") if isinstance(said, dict) else None
        raise TokenError(f"the broker refused: {word if isinstance(word, str) else answer.status_code}")
    return said


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
