"""A KMS in memory, as the contract has it, with knobs that make it fail."""

import os
import threading
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
MADE = []
"""Those that `make` made, the newest last: a factory takes no arguments."""


@dataclass
class MemoryKms:
    """`hangs`: while it is set, every question waits for it. `spoil`: what it answers instead."""

    key: Ed25519PrivateKey
    wrapping: bytes = bytes(32)
    hangs: threading.Event | None = None
    gone: bool = False
    spoil: dict = field(default_factory=dict)

    def _met(self):
        if self.hangs is not None:
            self.hangs.wait()
        if self.gone:
            raise ConnectionError("kms.internal refused: credential hunter2")

    def wrap(self, clear, about, /):
        self._met()
        nonce = os.urandom(NONCE)
        return nonce + AESGCM(self.wrapping).encrypt(nonce, clear, about.encode())

    def unwrap(self, sealed, about, /):
        self._met()
        opened = AESGCM(self.wrapping).decrypt(sealed[:NONCE], sealed[NONCE:], about.encode())
        return self.spoil.get("unwrap", opened)

    def public(self):
        self._met()
        return self.spoil.get("public", self.key.public_key().public_bytes_raw())

    def sign(self, what, /):
        self._met()
        return self.spoil["sign"](what) if "sign" in self.spoil else self.key.sign(what)


def make():
    """One key for all that this makes, as one service has."""
    key = MADE[-1].key if MADE else Ed25519PrivateKey.generate()
    MADE.append(MemoryKms(key))
    return MADE[-1]
