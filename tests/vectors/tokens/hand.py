"""Tokens and proofs by hand, right or wrong, with fixed keys: nothing of the broker's own code signs here."""

import base64
import hashlib
import hmac
import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

NOW = 1_800_000_000
ISSUER, URL = "https://broker.example", "https://broker.example/mcp"
BODY = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
NAMES = ("issuer", "foreign issuer", "mallory", *(f"holder {n}" for n in range(10)))


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def digest(text):
    return b64(hashlib.sha256(text.encode()).digest())


def seed(name):
    return hashlib.sha256(f"test key of {name}".encode()).digest()


def public(name):
    key = Ed25519PrivateKey.from_private_bytes(seed(name)).public_key()
    return {"kty": "OKP", "crv": "Ed25519", "x": b64(key.public_bytes(Encoding.Raw, PublicFormat.Raw))}


def private(name):
    return {**public(name), "d": b64(seed(name))}


def kid(name):
    """RFC 7638, of an Ed25519 key."""
    return digest(json.dumps(public(name), sort_keys=True, separators=(",", ":")))


def text(value):
    """JSON as it is meant to be written; a text is taken as it is."""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"))


def part(value):
    return b64(value if isinstance(value, bytes) else text(value).encode())


def signed(head, content, by):
    """`head`, `content`: an object, or its very text or bytes; `by`: the name of a key."""
    said = f"{part(head)}.{part(content)}"
    return f"{said}.{b64(Ed25519PrivateKey.from_private_bytes(seed(by)).sign(said.encode()))}"


def tagged(head, content, secret):
    """By HMAC, with a secret that anybody knows."""
    said = f"{part(head)}.{part(content)}"
    return f"{said}.{b64(hmac.new(secret, said.encode(), hashlib.sha256).digest())}"


def without(claims):
    """`...` takes a claim out."""
    return {name: value for name, value in claims.items() if value is not ...}


ROOT_HEAD = {"typ": "at+jwt", "alg": "Ed25519", "kid": kid("issuer")}
BLOCK_HEAD = {"typ": "task-block+jwt", "alg": "Ed25519"}
SEAL_HEAD = {"typ": "task-seal+jwt", "alg": "Ed25519"}
PROOF_HEAD = {"typ": "dpop+jwt", "alg": "Ed25519"}


def cnf(name):
    return {"jwk": public(name)}


def root_claims(**more):
    said = {
        "iss": ISSUER,
        "aud": URL,
        "sub": "https%3A//idp.example:maria",
        "act": {"sub": "planner"},
        "jti": "root-1",
        "iat": NOW - 60,
        "exp": NOW + 840,
        "tid": "task-1",
        "purpose": "refund",
        "scope": "desk",
        "scope_rev": "rev-1",
        "params": {"ticket": {"value": 42, "said_by": "principal"}},
        "pop": "required",
        "cnf": cnf("holder 0"),
    }
    return without({**said, **more})


def root(head=None, by="issuer", **more):
    return signed(ROOT_HEAD if head is None else head, root_claims(**more), by)


def block_claims(before, n, **more):
    """Of the `n`th block, from 1."""
    said = {
        "prev": digest(before),
        "jti": f"block-{n}",
        "iat": NOW - 30,
        "exp": NOW + 600,
        "act": {"sub": f"writer-{n}"},
        "cnf": cnf(f"holder {n}"),
    }
    return without({**said, **more})


def block(before, n=1, head=None, by=None, **more):
    claims = block_claims(before, n, **more)
    made = signed(BLOCK_HEAD if head is None else head, claims, by or f"holder {n - 1}")
    return f"{before}~{made}"


def blocks(count, before=None):
    token = root() if before is None else before
    for n in range(1, count + 1):
        token = block(token, n)
    return token


def seal(before, by="holder 0", head=None, **more):
    claims = without({"prev": digest(before), **more})
    return f"{before}~{signed(SEAL_HEAD if head is None else head, claims, by)}"


def proof(token, by="holder 0", head=None, key=None, **more):
    """`key`: what stands in the header, where it is not the public key of `by`; each has a `jti` of its own."""
    said = {
        "htm": "POST",
        "htu": URL,
        "ath": digest(token),
        "body": digest(BODY),
        "jti": digest(f"{token} {by} {sorted(more)} {[*more.values()]}"),
        "iat": NOW,
    }
    named = public(by) if key is None else key
    return signed({**PROOF_HEAD, "jwk": named} if head is None else head, without({**said, **more}), by)


def case(name, token, *, proofs=None, by="holder 0", scheme="DPoP", sent=1, why=None, refused="bad_token", **expected):
    """`why`: what the record says, of what is refused; `expected`: what becomes of what is accepted."""
    found = {"name": name, "scheme": scheme, "token": token}
    if scheme == "DPoP":
        found["proofs"] = [proof(token, by)] if proofs is None else proofs
    if sent > 1:
        found["sent"] = sent
    verdict = {"refused": refused, "why": why} if why is not None else expected
    return {**found, "expect": verdict}
