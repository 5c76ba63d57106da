"""That whoever sends a request holds the token's last key: a DPoP proof (RFC 9449), with the body's digest in it."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from broker.model.chain import Proof
from broker.model.label import Json
from broker.tokens.chain import digest
from broker.tokens.keys import from_mapping, kid, public
from broker.tokens.strict import UnreadableError, claims, unb64

TYPE: Final = "dpop+jwt"
SKEW: Final = 30  # seconds that two clocks may differ, and that a proof may be on its way
MAX_BYTES: Final = 4096
_ALGORITHM: Final = "Ed25519"
_PARTS: Final = 3
_LONGEST: Final = 128  # characters of a `jti`


def prove(key: OKPKey, *, token: str, method: str, url: str, body: bytes, jti: str, now: float) -> str:
    """The value of the `DPoP` header for one request. `jti`: never used before; `now`: unix seconds."""
    said = {
        "htm": method,
        "htu": bare(url),
        "ath": digest(token),
        "body": body_digest(body),
        "jti": jti,
        "iat": int(now),
    }
    header = {"typ": TYPE, "alg": _ALGORITHM, "jwk": dict(public(key))}
    return jws.serialize_compact(header, json.dumps(said, separators=(",", ":")), key, algorithms=[_ALGORITHM])


def read_proof(text: str, *, method: str, url: str, now: float) -> Proof | str:
    """The proof, if it is one for this method and URL, now; or why it is none, for the record (RFC 9449 4.3).

    Which token it is for, whether it was used before, and the request's body are for others to hold against it.

    1. it has the one form, and a public key of the one kind stands in its header
    2. it is signed with that key
    3. its claims are those that are known, no more and no fewer
    4. it was made for this method and this URL
    5. it was made now
    """
    if len(text) > MAX_BYTES or not text.isascii():
        return "too long, or not ASCII"
    try:
        # 1
        parts = text.split(".")
        if len(parts) != _PARTS:
            return "not three parts"
        head, said = claims(unb64(parts[0])), claims(unb64(parts[1]))
        unb64(parts[2])
        written = head.get("jwk")
        key = from_mapping(written)
        if head != {"typ": TYPE, "alg": _ALGORITHM, "jwk": dict(public(key))}:
            return "another header"
        # 2
        jws.deserialize_compact(text, key, algorithms=[_ALGORITHM])
    except (JoseError, UnreadableError, ValueError, KeyError, TypeError):
        return "not signed as it must be"
    return _proof(said, kid(key), method=method, url=url, now=now)


def _proof(said: dict[str, Json], holder: str, *, method: str, url: str, now: float) -> Proof | str:
    # 3: an unknown one may be a restriction that we would miss
    if set(said) != {"htm", "htu", "ath", "body", "jti", "iat"}:
        return "an unknown or a missing claim"
    texts = [said[name] for name in ("htm", "htu", "ath", "body", "jti")]
    if not all(isinstance(one, str) for one in texts) or not 0 < len(said["jti"]) <= _LONGEST:
        return "a claim of another type or length"
    # 4
    if said["htm"] != method or bare(said["htu"]) != bare(url):
        return "made for another method or URL"
    # 5: stated as what is accepted, so that NaN and the unforeseen fall on the safe side
    made = said["iat"]
    if type(made) is not int or not now - SKEW <= made <= now + SKEW:
        return "made at another time"
    return Proof(holder=holder, token=said["ath"], jti=said["jti"], until=made + SKEW, body=said["body"])


def body_digest(body: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()


def bare(url: str) -> str:
    """A URL without query and fragment (RFC 9449 4.2); scheme and host in one case."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path or "/", "", ""))
