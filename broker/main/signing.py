"""The key that signs tokens, where it stays with a KMS: what it signed is verified before anybody gets it."""

from __future__ import annotations

from contextlib import suppress
from math import inf
from typing import Final

import anyio
import anyio.to_thread

from broker.main.kms import Guarded
from broker.model.chain import Claims
from broker.model.faults import StoreFault
from broker.model.label import Json
from broker.ports import Clock
from broker.tokens.keys import from_public
from broker.tokens.outside import signed_root, unsigned_root
from broker.tokens.segment import Segment, is_signed
from broker.tokens.strict import UnreadableError, b64

LOOKED: Final = 15.0  # seconds for which an answer counts: whoever asks `readyz` often costs no more for it
_AT_ONCE: Final = 8
_PROBE: Final = (
    b"toolbroker: does the key that signs tokens answer?"  # no root: it has no dots, and is good for nothing
)
_LIES: Final = "the KMS gave a signature that does not hold"


class Outside:
    """`public`: the public half, asked for once; another key at the KMS is seen by whoever starts after it."""

    def __init__(self, kms: Guarded, clock: Clock) -> None:
        """Raises StoreFault, UnreadableError. Blocking."""
        self._kms = kms
        self._clock = clock
        self._limiter = anyio.CapacityLimiter(_AT_ONCE)  # its own: what hangs in it must not keep tools from running
        self._one = anyio.Lock()
        self._looked, self._trouble = -inf, ""
        self.public: Json = from_public({"kty": "OKP", "crv": "Ed25519", "x": b64(kms.public())})

    async def root(self, claims: Claims, holder: Json) -> str:
        """A root for `holder`, as `chain.mint` makes it. Raises StoreFault."""
        unsigned = unsigned_root(claims, issuer=self.public, holder=holder)
        signature = await self._signed(unsigned)
        try:
            token = signed_root(unsigned, signature, self.public)
        except UnreadableError:
            raise StoreFault(self._now(_LIES)) from None
        self._now("")
        return token

    async def trouble(self) -> str | None:
        """Why it signs nothing at this moment, for whoever watches over the process; None: it does."""
        async with self._one:  # or each of many who ask at once would be a question
            now = self._clock.now()
            if not self._looked <= now < self._looked + LOOKED:
                with suppress(StoreFault):  # it is kept, and told here
                    signature = await self._signed(_PROBE)
                    held = is_signed(Segment(head={}, content={}, signed=_PROBE, signature=signature), self.public)
                    self._now("" if held else _LIES)
        return self._trouble or None

    async def _signed(self, what: bytes) -> bytes:
        try:
            return await anyio.to_thread.run_sync(self._kms.sign, what, abandon_on_cancel=True, limiter=self._limiter)
        except StoreFault as fault:
            self._now(str(fault))
            raise

    def _now(self, trouble: str) -> str:
        self._looked, self._trouble = self._clock.now(), trouble
        return trouble
