"""The keys of issuers: fetched when they are needed, kept for a while, and never from where an issuer did not say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import anyio
from httpx2 import AsyncClient, HTTPError, InvalidURL, Limits, Timeout

from broker.edge import ingress
from broker.edge.oauth.places import is_safe, origin
from broker.model.label import Json
from broker.ports import Clock
from broker.tokens.foreign import Keys
from broker.tokens.strict import UnreadableError

FRESH: Final = 3600.0  # seconds for which keys are taken as they are
KEPT: Final = 6 * 3600.0  # seconds for which they count where the issuer cannot be asked
PAUSE: Final = 30.0  # seconds between two questions: else a token with a made-up `kid` would be a question each
PATIENCE: Final = 5.0  # seconds
MAX_BYTES: Final = 256 * 1024
_OK: Final = 200


@dataclass(slots=True)
class _Held:
    keys: Keys | None = None
    since: float = -KEPT  # unix seconds of the last answer
    asked: float = -PAUSE  # unix seconds of the last question
    lock: anyio.Lock = field(default_factory=anyio.Lock)


class UnansweredError(Exception):
    """Why there are no keys, for the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerKeys:
    """`listed`: issuer -> where its keys are, if an admin said so; else its own metadata says (RFC 8414, OIDC)."""

    listed: dict[str, str | None]
    clock: Clock
    client: AsyncClient
    _held: dict[str, _Held] = field(default_factory=dict)

    async def of(self, issuer: str, kid: str | None) -> Keys | str:
        """Its keys, with `kid` among them if it has such a one; or why there are none, for the record.

        A question is asked where the keys are old or the name is new, once for all who wait. An issuer that does not
        answer keeps its keys for KEPT seconds: it may be gone for a moment; what it took back is taken back by then.
        """
        held = self._held.setdefault(issuer, _Held())
        async with held.lock:
            now = self.clock.now()
            is_known = held.keys is not None and (kid is None or held.keys.named(kid) is not None)
            why = "the issuer was asked a moment ago"
            if not (is_known and now < held.since + FRESH) and not now < held.asked + PAUSE:
                held.asked = now
                try:
                    held.keys = await self._fetched(issuer)
                    held.since = now
                except UnansweredError as unanswered:
                    why = str(unanswered)
            if held.keys is not None and now < held.since + KEPT:
                return held.keys
            return why

    async def _fetched(self, issuer: str) -> Keys:
        place = self.listed[issuer]
        if place is None:
            place = await self._discovered(issuer)
        try:
            return Keys(await self._read(place))
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
            with anyio.fail_after(PATIENCE):
                async with self.client.stream("GET", url, headers={"Accept": "application/json"}) as answer:
                    if answer.status_code != _OK:  # a redirect too: it would lead where nobody said
                        raise UnansweredError(f"the issuer answered with HTTP {answer.status_code}")
                    parts, size = [], 0
                    async for part in answer.aiter_bytes():
                        size += len(part)
                        if size > MAX_BYTES:
                            raise UnansweredError("the answer is too large")
                        parts.append(part)
        except TimeoutError:
            raise UnansweredError(f"no answer within {PATIENCE:g} s") from None
        except (HTTPError, InvalidURL) as error:
            raise UnansweredError(f"the issuer cannot be reached ({type(error).__name__})") from None
        found = ingress.document(b"".join(parts))
        if isinstance(found, ingress.UnreadableBody):
            raise UnansweredError("the answer is not JSON")
        return found


def client() -> AsyncClient:
    """No redirects, no proxies and no cookies of the environment's: it asks whom an admin named, and nobody else."""
    return AsyncClient(
        follow_redirects=False,
        trust_env=False,
        timeout=Timeout(PATIENCE),
        limits=Limits(max_connections=8, max_keepalive_connections=0),
    )
