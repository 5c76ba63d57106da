"""The capability token `root~block~...~seal`: JWS segments, each sealed by the key that the one before it names.

root   at+jwt            signed by the broker: an ordinary access token (RFC 9068) that names a task;
                         `cnf.jwk` (RFC 7800) is the holder's key
block  task-block+jwt    a narrowing, signed by the holder before it; its `cnf.jwk` is the next holder's key
seal   task-seal+jwt     ends the chain: whoever bears it may use it, where the root says so
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from broker.model.chain import Chain, Claims
from broker.model.label import Json
from broker.tokens.keys import from_mapping, kid, public
from broker.tokens.strict import UnreadableError, claims, unb64

ROOT, BLOCK, SEAL = "at+jwt", "task-block+jwt", "task-seal+jwt"
MAX_BYTES = 16 * 1024
MAX_BLOCKS = 8
MAX_SEGMENTS = MAX_BLOCKS + 2  # a root, the blocks and a seal
_ALGORITHM = "Ed25519"  # RFC 9864: fully specified, unlike EdDSA
_PARTS = 3


def mint(content: Claims, *, issuer: OKPKey, holder: OKPKey) -> str:
    """A root for `holder`."""
    return _sign({"typ": ROOT, "kid": kid(issuer)}, {**content, "cnf": {"jwk": dict(public(holder))}}, issuer)


def attenuate(token: str, content: Claims, *, holder: OKPKey, to: Mapping[str, Json]) -> str:
    """One more block, made offline by the holder of the last key; `to`: the next holder's public key, as a JWK."""
    named = {**content, "prev": digest(token), "cnf": {"jwk": dict(public(from_mapping(dict(to))))}}
    return f"{token}~{_sign({'typ': BLOCK}, named, holder)}"


def seal(token: str, *, holder: OKPKey) -> str:
    """A bearer token: nothing can be added behind it, and no key is needed to use it."""
    return f"{token}~{_sign({'typ': SEAL}, {'prev': digest(token)}, holder)}"


def opener(issuers: Mapping[str, OKPKey]) -> Callable[[str], Chain | None]:
    """`verify` with the broker's own keys, by their kid, already in hand."""
    return lambda token: verify(token, issuers)


def verify(token: str, issuers: Mapping[str, OKPKey]) -> Chain | None:
    """The chain, or None where any proof fails. Neither audience nor time is looked at here, nor what a claim means.

    1. the token is within its caps
    2. each segment has the one form: three parts, strict base64url, strict JSON, the algorithm and nothing else
    3. the root is sealed by an issuer's key, each other segment by the key that the one before it names
    4. each segment is of the kind that stands there
    5. each segment behind the root carries the hash of everything before it
    """
    # 1: so that the work is bounded before any of it is done
    segments = token.split("~")
    if len(token) > MAX_BYTES or len(segments) > MAX_SEGMENTS or not token.isascii():
        return None
    try:
        # 2 and 3: the root
        head, root = _read(segments[0])
        issuer = issuers.get(str(head.get("kid")))
        if issuer is None or head != {"typ": ROOT, "kid": kid(issuer), "alg": _ALGORITHM}:
            return None
        _verify(segments[0], issuer)
        key, seen, sealed, blocks = _holder(root), segments[0], False, list[Claims]()
        links = [digest(seen)]
        for segment in segments[1:]:
            head, content = _read(segment)
            is_seal = head == {"typ": SEAL, "alg": _ALGORITHM} and set(content) == {"prev"}
            # 4: nothing stands behind a seal
            if sealed or not (is_seal or head == {"typ": BLOCK, "alg": _ALGORITHM}):
                return None
            _verify(segment, key)
            # 5: or a segment could be moved to another chain of the same holder
            if content["prev"] != links[-1]:
                return None
            seen, sealed = f"{seen}~{segment}", is_seal
            if not is_seal:
                blocks.append(content)
                links.append(digest(seen))
                key = _holder(content)
        if len(blocks) > MAX_BLOCKS:
            return None
    except (JoseError, UnreadableError, ValueError, KeyError, TypeError):
        return None
    return Chain(
        root=root,
        blocks=tuple(blocks),
        sealed=sealed,
        holder=kid(key),
        links=tuple(links),
        digest=digest(token),
    )


def _read(segment: str) -> tuple[dict[str, Json], dict[str, Json]]:
    """Header and content, trusted for nothing yet."""
    parts = segment.split(".")
    if len(parts) != _PARTS:
        raise UnreadableError("not three parts")
    unb64(parts[2])
    return claims(unb64(parts[0])), claims(unb64(parts[1]))


def _verify(segment: str, key: OKPKey) -> None:
    jws.deserialize_compact(segment, key, algorithms=[_ALGORITHM])


def _holder(root: Claims) -> OKPKey:
    return from_mapping(root["cnf"]["jwk"])


def _sign(header: dict[str, Json], content: Claims, key: OKPKey) -> str:
    body = json.dumps(content, separators=(",", ":"), sort_keys=True, allow_nan=False)
    return jws.serialize_compact({**header, "alg": _ALGORITHM}, body, key, algorithms=[_ALGORITHM])


def digest(text: str) -> str:
    """base64url of the SHA-256 of `text`."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
