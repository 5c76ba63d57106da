"""A token whose seals held: claims in order, not yet understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from broker.model.label import Json

Claims = Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """`sealed`: the chain ends in a seal, so whoever bears it may use it where the root allows that."""

    root: Claims
    blocks: tuple[Claims, ...]
    sealed: bool
    holder: str  # thumbprint (RFC 7638) of the key that the last segment names: who may add a block, and use the chain
    links: tuple[str, ...]  # digest of the token up to the root, and up to each block
    digest: str  # base64url of the SHA-256 of the token's text: what a proof names it by (RFC 9449 4.2, `ath`)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """That the holder of a key sent one request (RFC 9449), checked but for its use once and for its body."""

    holder: str  # thumbprint of the key
    token: str  # digest of the token that it was made for
    jti: str
    until: float  # unix seconds; from then on it is too old anyway
    body: str  # base64url of the SHA-256 of the request's body


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request is served by: a token and, where the token is not sealed, that its holder sent this request.

    `task`: the one that a request with a static token names. A token of a task names it by itself.
    """

    token: str = field(repr=False)
    proof: Proof | None = None
    task: str = ""
