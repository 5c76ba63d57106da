"""AES-256-GCM over what must not lie in clear in a file, each value bound to its place."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from broker.model.faults import StoreFault

NONCE = 12


@dataclass(frozen=True, slots=True)
class Sealer:
    """`key`: 32 bytes. A nonce is 96 random bits (SP 800-38D 8.2.2: fewer than 2^32 values under one key)."""

    key: bytes = field(repr=False)

    def seal(self, clear: bytes, *place: str) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + AESGCM(self.key).encrypt(nonce, clear, _bound(place))

    def open(self, sealed: bytes, *place: str) -> bytes:
        """Raises StoreFault where the key is another, or the value was changed or moved to another place."""
        try:
            return AESGCM(self.key).decrypt(sealed[:NONCE], sealed[NONCE:], _bound(place))
        except (InvalidTag, ValueError):
            raise StoreFault(f"a sealed {place[0]} does not open: another key, or it was changed") from None


def _bound(place: tuple[str, ...]) -> bytes:
    # Lengths before the parts: ("a", "bc") and ("ab", "c") are two places.
    return b"".join(len(part).to_bytes(4, "big") + part for part in (one.encode() for one in place))
