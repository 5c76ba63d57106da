"""That whoever sends a request holds the token's last key: a DPoP proof (RFC 9449), with the body's digest in it."""

from __future__ import annotations

import hashlib
import re
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from joserfc.jwk import OKPKey

from broker.model.chain import Claims, Proof
from broker.model.label import Json
from broker.tokens.chain import digest
from broker.tokens.keys import from_public, public, thumbprint
from broker.tokens.segment import ALGORITHM, is_signed, read, sign
from broker.tokens.strict import UnreadableError, b64

TYPE: Final = "dpop+jwt"
SKEW: Final = 30  # seconds that two clocks may differ, and that a proof may be on its way
MAX_BYTES: Final = 4096
_HEAD: Final = frozenset({"typ", "alg", "jwk"})
_CLAIMS: Final = frozenset({"htm", "htu", "ath", "body", "jti", "iat"})
_JTI: Final = re.compile(r"[!-~]{1,128}")
_VISIBLE: Final = re.compile(r"[!-~]+")  # urllib drops what is not, wherever it stands
_PORTS: Final = {"http": ":80", "https": ":443"}  # RFC 3986 6.2.3


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
    return sign({"typ": TYPE, "jwk": dict(public(key))}, said, key)


def prove_bare(key: OKPKey, *, method: str, url: str, jti: str, now: float) -> str:
    """The same for a request that has no token yet, and asks for one (RFC 9449 5)."""
    said = {"htm": method, "htu": bare(url), "jti": jti, "iat": int(now)}
    return sign({"typ": TYPE, "jwk": dict(public(key))}, said, key)


def read_proof(text: str, *, method: str, url: str, now: float) -> Proof | str:
    """The proof, if it is one for this method and URL, now; or why it is none, for the record (RFC 9449 4.3).

    Which token it is for, whether it was used before, and the request's body are for others to hold against it.

    1. it has the one form, and the public part of a key of the one kind stands in its header
    2. it is signed with that key
    3. its claims are those that are known, no more and no fewer
    4. it was made for this method and this URL
    5. it was made now
    """
    found = _read(text)
    return (
        found
        if isinstance(found, str)
        else _proof(found[0], thumbprint(found[1]["x"]), method=method, url=url, now=now)
    )


def read_bare_proof(text: str, *, method: str, url: str, now: float) -> tuple[Proof, Claims] | str:
    """The same where there is no token yet (RFC 9449 5): the key that one is to be bound to is the second value.

    What it says of a body is not asked for: clients that know nothing of this broker send it.
    """
    found = _read(text)
    if isinstance(found, str):
        return found
    said, key = found
    proof = _proof({"ath": "", "body": "", **said}, thumbprint(key["x"]), method=method, url=url, now=now)
    return proof if isinstance(proof, str) else (proof, key)


def _read(text: str) -> tuple[dict[str, Json], Claims] | str:
    """What it says, and the key that it is signed with."""
    if len(text) > MAX_BYTES or not text.isascii():
        return "a proof that is too long, or not ASCII"
    try:
        # 1
        proof = read(text)
        if proof.head.keys() != _HEAD or (proof.head["typ"], proof.head["alg"]) != (TYPE, ALGORITHM):
            return "a proof with another header"
        written = proof.head["jwk"]
        key = from_public(written)
    except UnreadableError as unreadable:
        return f"a proof: {unreadable}"
    # 2
    if not is_signed(proof, key):
        return "a proof with another signature"
    return proof.content, written


def _proof(said: dict[str, Json], holder: str, *, method: str, url: str, now: float) -> Proof | str:
    # 3: an unknown one may be a restriction that we would miss
    if said.keys() != _CLAIMS:
        return "a proof with an unknown or a missing claim"
    for name in ("htm", "htu", "ath", "body", "jti"):
        if not isinstance(said[name], str):
            return "a proof with a claim of another type"
    if not _JTI.fullmatch(said["jti"]):
        return "a proof without a `jti` of 1 to 128 visible characters"
    # 4
    if said["htm"] != method:
        return "a proof for another method"
    if said["htu"] != url and not _is_same(said["htu"], url):
        return "a proof for another URL"
    # 5: stated as what is accepted, so that NaN and the unforeseen fall on the safe side
    made = said["iat"]
    if type(made) is not int or not now - SKEW <= made <= now + SKEW:
        return "a proof that was made at another time"
    return Proof(holder=holder, token=said["ath"], jti=said["jti"], until=made + SKEW, body=said["body"])


def _is_same(written: str, url: str) -> bool:
    try:
        return _VISIBLE.fullmatch(written) is not None and bare(written) == bare(url)
    except ValueError:
        return False


def body_digest(body: bytes) -> str:
    """base64url of the SHA-256 of a request's body."""
    return b64(hashlib.sha256(body).digest())


def bare(url: str) -> str:
    """A URL without query and fragment, scheme and host in one case, without the scheme's own port (RFC 9449 4.2, 4.3).

    Nothing else is put right: whoever names itself, or goes by `..`, names another place. Raises ValueError.
    """
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    host = parts.netloc.lower().removesuffix(_PORTS.get(scheme, " "))
    return urlunsplit((scheme, host, parts.path or "/", "", ""))
