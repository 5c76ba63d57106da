"""Signing keys as JWK (RFC 7517, RFC 8037): made, written, read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Final

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from broker.model.label import Json
from broker.tokens.strict import UnreadableError, b64, claims, unb64

_SIZE: Final = 32
_PRIME: Final = 2**255 - 19
_SIGN: Final = 2**255  # the bit that says which of two points
_EIGHTH: Final = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_WEAK: Final = frozenset({0, 1, _PRIME - 1, _EIGHTH, _PRIME - _EIGHTH})
"""The y of the points of small order (RFC 7748 6.1 has the like): a signature by such a key can be made by anybody, so
that a token for it would be everybody's, whether its scope allows bearer tokens or not. OpenSSL takes them."""


def new_key() -> OKPKey:
    """A private Ed25519 key. Randomness is allowed here alone: whoever holds a chain needs a key of its own."""
    return OKPKey.generate_key("Ed25519")


def kid(key: OKPKey) -> str:
    """The key's name: its thumbprint (RFC 7638)."""
    return thumbprint(str(public(key)["x"]))


def thumbprint(x: str) -> str:
    """RFC 7638 3.2 for an Ed25519 key (RFC 8037 2): the required members, in order, hashed."""
    return b64(hashlib.sha256(f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'.encode()).digest())


def private_text(key: OKPKey) -> str:
    """The secret, as one line of JSON."""
    return json.dumps(key.as_dict(private=True), sort_keys=True)


def public(key: OKPKey) -> Mapping[str, Json]:
    written = key.as_dict(private=False)
    return {name: written[name] for name in ("kty", "crv", "x")}


def from_text(text: str) -> OKPKey:
    """The key in `text`. Raises UnreadableError."""
    return from_mapping(claims(text.encode()))


def from_mapping(written: Json) -> OKPKey:
    """An Ed25519 key, nothing else: what a token names must not choose its own algorithm."""
    if not isinstance(written, dict) or written.get("kty") != "OKP" or written.get("crv") != "Ed25519":
        raise UnreadableError("not an Ed25519 key")
    try:
        return OKPKey.import_key(written)
    except (JoseError, ValueError, KeyError, TypeError):
        raise UnreadableError("not an Ed25519 key") from None


def from_public(written: Json) -> OKPKey:
    """The key that a token or a proof names, in its one spelling: `kty`, `crv`, `x`, and never a private part."""
    if not isinstance(written, dict) or set(written) != {"kty", "crv", "x"}:
        raise UnreadableError("not the public part of a key, and nothing else")
    if written["kty"] != "OKP" or written["crv"] != "Ed25519" or not isinstance(written["x"], str):
        raise UnreadableError("not an Ed25519 key")
    raw = unb64(written["x"])
    y = int.from_bytes(raw, "little") % _SIGN
    if len(raw) != _SIZE or not y < _PRIME or y in _WEAK:
        raise UnreadableError("not an Ed25519 key")
    try:
        return OKPKey.import_key(OKPKey.binding.from_public_bytes("Ed25519", raw))
    except (JoseError, ValueError):  # on no curve
        raise UnreadableError("not an Ed25519 key") from None
