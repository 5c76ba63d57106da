"""One signed part of a token or a proof: a JWS (RFC 7515) in compact form, read once, by the one algorithm."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from broker.model.chain import Claims
from broker.model.label import Json
from broker.tokens.strict import UnreadableError, claims, unb64

ALGORITHM: Final = "Ed25519"  # RFC 9864: fully specified, unlike EdDSA
_SIGNER: Final = jws.JWSRegistry(algorithms=[ALGORITHM]).get_alg(ALGORITHM)
_PARTS: Final = 3
_SIZE: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Header and content, trusted for nothing before `is_signed`."""

    head: dict[str, Json]
    content: dict[str, Json]
    signed: bytes = field(repr=False)  # what the signature is over
    signature: bytes = field(repr=False)


def read(text: str) -> Segment:
    """What is read here is what is verified: no second reader could see something else. Raises UnreadableError."""
    parts = text.split(".")
    if len(parts) != _PARTS:
        raise UnreadableError("not three parts")
    head, content, signature = parts
    return Segment(
        head=claims(unb64(head)),
        content=claims(unb64(content)),
        signed=f"{head}.{content}".encode("ascii"),
        signature=unb64(signature),
    )


def is_signed(segment: Segment, key: OKPKey) -> bool:
    """By joserfc's own algorithm, chosen by us: no header has a say in it."""
    if len(segment.signature) != _SIZE:
        return False
    try:
        return _SIGNER.verify(segment.signed, segment.signature, key)
    except JoseError:
        return False


def sign(header: dict[str, Json], content: Claims, key: OKPKey) -> str:
    body = json.dumps(content, separators=(",", ":"), sort_keys=True, allow_nan=False)
    return jws.serialize_compact({**header, "alg": ALGORITHM}, body, key, algorithms=[ALGORITHM])
