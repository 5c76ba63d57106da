"""Tokens that others sign, an issuer of a user or an agent of itself: verified by keys that were known before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from broker.model.chain import Claims
from broker.model.label import Json
from broker.tokens.keys import from_public
from broker.tokens.strict import UnreadableError, claims, unb64

ALGORITHMS: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "Ed25519", "EdDSA"}
)
"""Public-key signatures alone: with a shared secret, whoever can verify can sign."""
MAX_BYTES: Final = 16 * 1024
MAX_KEYS: Final = 64
_SHORTEST_RSA, _LONGEST_RSA = 256, 1024  # bytes (RFC 7518 3.3); a longer one only costs work
_PARTS: Final = 3
_HEAD: Final = frozenset({"alg", "typ", "kid", "x5t", "x5t#S256"})
"""`x5t`: how some providers name the certificate of the key beside its `kid`. A name leads nowhere; nobody reads it."""
_REGISTRY: Final = JWSRegistry(algorithms=sorted(ALGORITHMS))

_Public = RSAKey | ECKey | OKPKey


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a token says, once its signature holds. Nothing else of it was looked at."""

    typ: str  # lower case, without `application/`; empty: none
    content: Claims


class Keys:
    """An issuer's public keys, each by its `kid`."""

    def __init__(self, written: Json) -> None:
        """`written`: a JWK Set (RFC 7517 5); what is no public signature key is left out. Raises UnreadableError."""
        listed = written.get("keys") if isinstance(written, Mapping) else None
        if not isinstance(listed, Sequence) or isinstance(listed, str) or len(listed) > MAX_KEYS:
            raise UnreadableError("not a set of keys, or one that is too large")
        self._keys: dict[str, _Public] = {}
        twice: set[str] = set()
        for one in listed:
            key = _key(one)
            if key is None:
                continue
            named = str(one["kid"])
            if named in self._keys:
                twice.add(named)  # which of the two is meant, two readers might answer differently
            self._keys[named] = key
        for named in twice:
            del self._keys[named]

    def named(self, kid: str) -> _Public | None:
        return self._keys.get(kid)

    def __len__(self) -> int:
        return len(self._keys)


def of_one(written: Claims, kid: str) -> Keys:
    """The one key of an agent. Raises UnreadableError where it is no public signature key."""
    found = Keys({"keys": [{**written, "kid": kid}]})
    if len(found) != 1:
        raise UnreadableError("not a public key for signatures")
    return found


def verify(text: str, keys: Keys, algorithms: frozenset[str], *, kid: str | None = None) -> Spoken | str:
    """What it says, or for the record why it says nothing (RFC 8725).

    1. it is within its cap, and has the one form
    2. its header says what is expected of it, and nothing that could change how it is read
    3. it is signed by a key that was known before, with an algorithm that is expected of that key

    `kid`: the name of the only key that it can be, whatever the token calls it.
    """
    # 1
    if len(text) > MAX_BYTES or not text.isascii():
        return "too long, or not ASCII"
    parts = text.split(".")
    if len(parts) != _PARTS:
        return "not three parts"
    try:
        head, content = claims(unb64(parts[0])), claims(unb64(parts[1]))
        # 2: `crit`, `jwk`, `jku`, `x5c`, `x5u` and the like are refused by not being named
        if not head.keys() <= _HEAD:
            return "a header that says more"
        algorithm, named = head.get("alg"), head.get("kid") if kid is None else kid
        if not isinstance(algorithm, str) or algorithm not in algorithms & ALGORITHMS:
            return "another algorithm"
        key = keys.named(named) if isinstance(named, str) else None
        if key is None:
            return "signed by no key that is known"
        # 3
        jws.deserialize_compact(text, key, algorithms=[algorithm], registry=_REGISTRY)
    except UnreadableError as unreadable:
        return str(unreadable)
    except (JoseError, ValueError, TypeError, KeyError):
        return "another signature"
    typ = head.get("typ", "")
    return Spoken(typ.lower().removeprefix("application/"), content) if isinstance(typ, str) else "no type"


def claimed(text: str) -> Claims:
    """What it claims, believed by nobody: for finding the key to verify it with. Empty where it is unreadable."""
    return _part(text, 1)


def kid_of(text: str) -> str | None:
    """The key that it says it is signed with, believed by nobody."""
    named = _part(text, 0).get("kid")
    return named if isinstance(named, str) else None


def _part(text: str, place: int) -> Claims:
    parts = text.split(".")
    if len(text) > MAX_BYTES or len(parts) != _PARTS:
        return {}
    try:
        return claims(unb64(parts[place]))
    except UnreadableError:
        return {}


def _key(written: Json) -> _Public | None:
    """A public key for signatures; None for any other, which some issuers list beside."""
    if not isinstance(written, Mapping) or not isinstance(written.get("kid"), str):
        return None
    if written.get("use", "sig") != "sig" or "d" in written or "k" in written:
        return None
    try:
        if written.get("kty") == "RSA" and not _SHORTEST_RSA <= len(unb64(str(written["n"]))) <= _LONGEST_RSA:
            return None
        if written.get("crv") == "Ed25519":
            from_public({name: written[name] for name in ("kty", "crv", "x")})  # raises where anybody can sign by it
        found = KeySet.import_key_set({"keys": [dict(written)]}).keys[0]
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return found if isinstance(found, RSAKey | ECKey | OKPKey) else None
