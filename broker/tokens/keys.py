"""Signing keys as JWK (RFC 7517, RFC 8037): made, written, read."""

from __future__ import annotations

import json
from collections.abc import Mapping

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from broker.model.label import Json
from broker.tokens.strict import UnreadableError, claims


def new_key() -> OKPKey:
    """A private Ed25519 key. Randomness is allowed here alone: whoever holds a chain needs a key of its own."""
    return OKPKey.generate_key("Ed25519")


def kid(key: OKPKey) -> str:
    """The key's name: its thumbprint (RFC 7638)."""
    return key.thumbprint()


def private_text(key: OKPKey) -> str:
    """The secret, as one line of JSON."""
    return json.dumps(key.as_dict(private=True), sort_keys=True)


def public(key: OKPKey) -> Mapping[str, Json]:
    return {name: key.as_dict(private=False)[name] for name in ("kty", "crv", "x")}


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
