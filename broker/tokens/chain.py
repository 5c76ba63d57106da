"""The capability token `root~block~...~seal`: JWS segments, each sealed by the key that the one before it names.

root   at+jwt            signed by the broker: an ordinary access token (RFC 9068) that names a task;
                         `cnf.jwk` (RFC 7800) is the holder's key
block  task-block+jwt    a narrowing, signed by the holder before it; its `cnf.jwk` is the next holder's key
seal   task-seal+jwt     ends the chain: whoever bears it may use it, where the root says so

`docs/token-format.md` says every claim and every check.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Final

from joserfc.jwk import OKPKey

from broker.model.chain import Chain, Claims
from broker.model.label import Json
from broker.tokens.keys import from_mapping, from_public, kid, public, thumbprint
from broker.tokens.segment import ALGORITHM, Segment, is_signed, read, sign
from broker.tokens.strict import UnreadableError, b64

ROOT: Final = "at+jwt"
BLOCK: Final = "task-block+jwt"
SEAL: Final = "task-seal+jwt"
MAX_BYTES: Final = 16 * 1024
MAX_BLOCKS: Final = 8
_MAX_SEGMENTS: Final = MAX_BLOCKS + 2  # a root, the blocks and a seal
_BLOCK_HEAD: Final = {"typ": BLOCK, "alg": ALGORITHM}
_SEAL_HEAD: Final = {"typ": SEAL, "alg": ALGORITHM}


def mint(content: Claims, *, issuer: OKPKey, holder: OKPKey) -> str:
    """A root for `holder`."""
    return sign({"typ": ROOT, "kid": kid(issuer)}, {**content, "cnf": {"jwk": dict(public(holder))}}, issuer)


def attenuate(token: str, content: Claims, *, holder: OKPKey, to: Mapping[str, Json]) -> str:
    """One more block, made offline by the holder of the last key; `to`: the next holder's public key, as a JWK."""
    named = {**content, "prev": digest(token), "cnf": {"jwk": dict(public(from_mapping(dict(to))))}}
    return f"{token}~{sign({'typ': BLOCK}, named, holder)}"


def seal(token: str, *, holder: OKPKey) -> str:
    """A bearer token: nothing can be added behind it, and no key is needed to use it."""
    return f"{token}~{sign({'typ': SEAL}, {'prev': digest(token)}, holder)}"


def opener(issuers: Mapping[str, OKPKey]) -> Callable[[str], Chain | str]:
    """`verify` with the broker's own keys, by their kid, already in hand."""
    return lambda token: verify(token, issuers)


def verify(token: str, issuers: Mapping[str, OKPKey]) -> Chain | str:
    """The chain, or for the record which proof failed. Neither audience nor time is looked at, nor what a claim means.

    1. the token is within its caps
    2. each segment has the one form: three parts, strict base64url, strict JSON
    3. each segment is of a kind that may stand there, and names the one algorithm; nothing stands behind a seal
    4. the root is signed by an issuer's key, each other segment by the key that the one before it names
    5. each segment behind the root carries the hash of everything before it
    6. each segment but a seal names the next key
    """
    # 1: so that the work is bounded before any of it is done
    segments = token.split("~")
    if not token:
        return "no token"
    if len(token) > MAX_BYTES or not token.isascii():
        return "a token that is too long, or not ASCII"
    if len(segments) > _MAX_SEGMENTS:
        return "more segments than a token has"
    where = "root"
    try:
        root = _root(segments[0], issuers)
        key, blocks, sealed, end = _holder(root), list[Claims](), False, len(segments[0])
        links = [digest(segments[0])]
        for place, text in enumerate(segments[1:], 1):
            where = f"segment {place}"
            if sealed:
                return f"{where}: it stands behind a seal"
            one = _behind(text, key, links[-1])
            sealed = one.head == _SEAL_HEAD
            if not sealed:
                blocks.append(one.content)
                key = _holder(one)
                end += 1 + len(text)
                links.append(digest(token[:end]))
    except UnreadableError as unreadable:
        return f"{where}: {unreadable}"
    if len(blocks) > MAX_BLOCKS:
        return "more blocks than a token has"
    return Chain(
        root=root.content,
        blocks=tuple(blocks),
        sealed=sealed,
        holder=thumbprint((blocks[-1] if blocks else root.content)["cnf"]["jwk"]["x"]),
        links=tuple(links),
        digest=digest(token) if sealed else links[-1],
    )


def _root(text: str, issuers: Mapping[str, OKPKey]) -> Segment:
    # 2
    root = read(text)
    named = root.head.get("kid")
    issuer = issuers.get(named) if isinstance(named, str) else None
    if issuer is None:
        raise UnreadableError("signed by no key of ours")
    # 3
    if root.head != {"typ": ROOT, "kid": named, "alg": ALGORITHM}:
        raise UnreadableError("another header")
    # 4
    if not is_signed(root, issuer):
        raise UnreadableError("another signature")
    return root


def _behind(text: str, key: OKPKey, before: str) -> Segment:
    """A block or a seal; `before`: the hash of all that stands before it."""
    # 2
    one = read(text)
    # 3
    is_seal = one.head == _SEAL_HEAD
    if not is_seal and one.head != _BLOCK_HEAD:
        raise UnreadableError("another header")
    # 4
    if not is_signed(one, key):
        raise UnreadableError("another signature")
    # 5: or a segment could be moved to another chain of the same holder
    if one.content.get("prev") != before:
        raise UnreadableError("not of this chain")
    if is_seal and set(one.content) != {"prev"}:
        raise UnreadableError("a seal that says more")
    return one


def _holder(one: Segment) -> OKPKey:
    # 6
    named = one.content.get("cnf")
    if not isinstance(named, dict) or set(named) != {"jwk"}:
        raise UnreadableError("it names no key")
    return from_public(named["jwk"])


def digest(text: str) -> str:
    """base64url of the SHA-256 of `text`."""
    return b64(hashlib.sha256(text.encode()).digest())
