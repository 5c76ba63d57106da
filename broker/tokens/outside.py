"""A root whose key nobody here holds: what there is to sign, and the token once it is signed elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping

from joserfc.jwk import OKPKey

from broker.model.chain import Claims
from broker.model.label import Json
from broker.tokens.chain import ROOT
from broker.tokens.keys import kid, public
from broker.tokens.segment import ALGORITHM, is_signed, read
from broker.tokens.strict import UnreadableError, b64


def unsigned_root(content: Claims, *, issuer: OKPKey, holder: OKPKey) -> bytes:
    """The signing input (RFC 7515 5.1) of what `chain.mint` makes. `issuer`: the public half is enough."""
    head = {"typ": ROOT, "kid": kid(issuer), "alg": ALGORITHM}
    return f"{_part(head)}.{_part({**content, 'cnf': {'jwk': dict(public(holder))}})}".encode()


def signed_root(unsigned: bytes, signature: bytes, issuer: OKPKey) -> str:
    """Raises UnreadableError where the signature is none: a token that no broker takes must not be handed out."""
    text = f"{unsigned.decode()}.{b64(signature)}"
    if not is_signed(read(text), issuer):
        raise UnreadableError("another signature")
    return text


def _part(said: Mapping[str, Json]) -> str:
    return b64(json.dumps(said, separators=(",", ":"), sort_keys=True, allow_nan=False).encode())
