"""The keys of issuers: fetched when they are needed, kept for a while, and never from where an issuer did not say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import anyio
from httpx2 import AsyncClient, AsyncHTTPTransport, HTTPError, InvalidURL, Limits, Timeout

from broker.edge import ingress
from broker.edge.oauth.pinned import Network, Pinned, UnansweredError, resolved
from broker.edge.oauth.places import is_safe, origin
from broker.model.label import Json
from broker.ports import Clock
from broker.tokens.foreign import Keys
from broker.tokens.strict import UnreadableError

FRESH: Final = 3600.0  # seconds for which keys are taken as they are
KEPT: Final = 6 * 3600.0  # seconds for which they count where the issuer cannot be asked
PAUSE: Final = 30.0  # seconds between two questions: else a token with a made-up `kid` would be a question each
PATIENCE: Final = 5.0  # seconds for all of a question, however slowly it is answered
MAX_BYTES: Final = 256 * 1024
_OK: Final = 200
_HEADERS: Final = {"Accept": "application/json", "Accept-Encoding": "identity"}


@dataclass(slots=True)
class _Held:
    keys: Keys = field(default_factory=lambda: Keys({"keys": []}))
    since: float = -KEPT  # unix seconds of the last answer
    asked: float = -PAUSE  # unix seconds of the last question
    lock: anyio.Lock = field(default_factory=anyio.Lock)

    def has(self, kid: str | None) -> bool:
        return kid is None or self.keys.named(kid) is not None

    def is_within(self, seconds: float, now: float) -> bool:
        """A clock that was turned back makes nothing last longer."""
        return self.since <= now < self.since + seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerKeys:
    """`listed`: issuer -> where its keys are, if an admin said so; else its own metadata says (RFC 8414, OIDC)."""

    listed: dict[str, str | None]
    clock: Clock
    client: AsyncClient
    patience: float = PATIENCE
    _held: dict[str, _Held] = field(default_factory=dict)

    async def of(self, issuer: str, kid: str | None) -> Keys | str:
        """Its keys, with `kid` among them if it has such a one; or why there are none, for the record.

        A question is asked where the keys are old or the name is new, once for all who wait; whose key is known waits
        for nobody else's question. An issuer that does not answer keeps its keys for KEPT seconds: it may be gone for a
        moment; what it took back is taken back by then.
        """
        held = self._held.setdefault(issuer, _Held())
        now = self.clock.now()
        if held.has(kid) and (held.is_within(FRESH, now) or (held.is_within(KEPT, now) and held.lock.locked())):
            return held.keys
        async with held.lock:
            now = self.clock.now()
            why = "the issuer was asked a moment ago"
            if not (held.has(kid) and held.is_within(FRESH, now)) and not held.asked <= now < held.asked + PAUSE:
                held.asked = now
                try:
                    held.keys = await self._fetched(issuer)
                    held.since = now
                except UnansweredError as unanswered:
                    why = str(unanswered)
            return held.keys if held.is_within(KEPT, now) else why

    async def _fetched(self, issuer: str) -> Keys:
        place = self.listed[issuer]
        try:
            with anyio.fail_after(self.patience):
                if place is None:
                    place = await self._discovered(issuer)
                return Keys(await self._read(place))
        except TimeoutError:
            raise UnansweredError(f"no answer within {self.patience:g} s") from None
        except UnreadableError as unreadable:
            raise UnansweredError(str(unreadable)) from None

    async def _discovered(self, issuer: str) -> str:
        """OpenID Connect Discovery 4.3. Only on the issuer's own origin: what says otherwise may lead anywhere."""
        said = await self._read(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if not isinstance(said, dict) or said.get("issuer") != issuer or not isinstance(said.get("jwks_uri"), str):
            raise UnansweredError("the metadata is not of this issuer")
        place = str(said["jwks_uri"])
        if origin(place) != origin(issuer):
            raise UnansweredError("the metadata leads to another origin: write `jwks` in broker.toml if that is right")
        return place

    async def _read(self, url: str) -> Json:
        if not is_safe(url):
            raise UnansweredError("not an https URL")
        try:
            async with self.client.stream("GET", url, headers=_HEADERS) as answer:
                if answer.status_code != _OK:  # a redirect too: it would lead where nobody said
                    raise UnansweredError(f"the issuer answered with HTTP {answer.status_code}")
                if answer.headers.get("content-encoding", "identity") != "identity":
                    raise UnansweredError("the answer is packed")  # what is counted would not be what is read
                parts, size = [], 0
                async for part in answer.aiter_raw():
                    size += len(part)
                    if size > MAX_BYTES:
                        raise UnansweredError("the answer is too large")
                    parts.append(part)
        except (HTTPError, InvalidURL) as error:
            raise UnansweredError(f"the issuer cannot be reached ({type(error).__name__})") from None
        found = ingress.document(b"".join(parts))
        if isinstance(found, ingress.UnreadableBody):
            raise UnansweredError("the answer is not JSON")
        return found


def client(inside: Mapping[str, Sequence[Network]]) -> AsyncClient:
    """No redirects, no proxies and no cookies of the environment's: it asks whom an admin named, and nobody else.

    `inside`: host -> networks beside the internet in which an admin says that it lies.
    """
    limits = Limits(max_connections=8, max_keepalive_connections=0)
    way = AsyncHTTPTransport(trust_env=False, limits=limits)
    return AsyncClient(
        transport=Pinned(way, inside, resolved), follow_redirects=False, trust_env=False, timeout=Timeout(PATIENCE)
    )
