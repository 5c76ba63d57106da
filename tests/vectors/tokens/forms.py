"""What is no token by its form: spelling, headers, algorithms, keys, and the order of its segments."""

import hashlib

from tests.vectors.tokens.good import SEALABLE
from tests.vectors.tokens.hand import (
    BLOCK_HEAD,
    NOW,
    ROOT_HEAD,
    SEAL_HEAD,
    b64,
    block,
    block_claims,
    blocks,
    case,
    cnf,
    kid,
    part,
    private,
    public,
    root,
    root_claims,
    seal,
    signed,
    tagged,
    text,
)

HEADER, SIGNATURE = "another header", "another signature"
UNKNOWN = "root: signed by no key of ours"
WEAK = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"  # the neutral point: R the same and S zero sign everything


def cases():
    yield from spellings()
    yield from algorithms()
    yield from headers()
    yield from keys()
    yield from orders()


def spellings():
    whole = blocks(1)
    head, content, mark = whole.rpartition("~")[2].split(".")
    before = whole.rpartition("~")[0]
    yield case("nothing", "", scheme="Bearer", why="no token")
    yield case("one letter", "A", why="root: not three parts")
    yield case("a tilde behind it", f"{whole}~", why="segment 2: not three parts")
    yield case("a tilde before it", f"~{whole}", why="root: not three parts")
    yield case("an empty segment", whole.replace("~", "~~"), why="segment 1: not three parts")
    yield case("four parts", f"{whole}.AA", why="segment 1: not three parts")
    yield case("padding", f"{whole}==", why="segment 1: not canonical base64url")
    other = "BCDA"["ABCD".find(mark[-1])] if mark[-1] in "ABC" else chr(ord(mark[-1]) + 1)
    yield case("the last letter spelled otherwise", whole[:-1] + other, why="segment 1: not canonical base64url")
    for name, made in {
        "a plus for a minus": f"{head}.{content}.+{mark[1:]}",
        "a slash for a line": f"{head}.{content}./{mark[1:]}",
    }.items():
        yield case(name, f"{before}~{made}", why="segment 1: not canonical base64url")
    for name, made in {
        "a blank inside": f"{head}. {content}.{mark}",
        "a line end inside": f"{head}.{content}\n.{mark}",
        "a tab inside": f"{head}\t.{content}.{mark}",
    }.items():
        yield case(name, f"{before}~{made}", why="segment 1: not base64url")
    yield case("a letter beyond ASCII", whole + "\u00e9", why="a token that is too long, or not ASCII")
    yield case("beyond 16 KiB", root(purpose="p" * 13_000), why="a token that is too long, or not ASCII")
    yield case(
        "eleven segments", "~".join([*whole.split("~")[:1], *["A.A.A"] * 10]), why="more segments than a token has"
    )
    for name, content, why in (
        ("a byte order mark", b"\xef\xbb\xbf" + text(root_claims()).encode(), "not JSON"),
        ("UTF-16", text(root_claims()).encode("utf-16-le"), "not JSON"),
        ("a byte that is no UTF-8", text(root_claims()).encode() + b"\xff", "not JSON"),
        ("something behind the object", text(root_claims()) + "{}", "not JSON"),
        ("a list", "[]", "not an object"),
        ("a claim twice", text(root_claims())[:-1] + ',"tid":"task-2"}', "a key that stands twice"),
        ("a claim twice, once escaped", text(root_claims())[:-1] + ',"\\u0074id":"task-2"}', "a key that stands twice"),
        ("half a character", text(root_claims(purpose="\ud800")), "half a character"),
        ("a number beyond 2^53", text(root_claims(exp=2**53)), "a number that is too large"),
        ("1e400", text(root_claims(exp="@")).replace('"@"', "1e400"), "a number that is too large"),
        ("NaN", text(root_claims(exp="@")).replace('"@"', "NaN"), "not a number"),
        ("nested beyond reading", "[" * 3000, "not JSON"),
    ):
        yield case(f"claims: {name}", signed(ROOT_HEAD, content, "issuer"), why=f"root: {why}")
    twice = text(ROOT_HEAD)[:-1] + ',"alg":"none"}'
    yield case("header: `alg` twice", signed(twice, root_claims(), "issuer"), why="root: a key that stands twice")


def algorithms():
    secret = public("issuer")["x"].encode()
    none = {**ROOT_HEAD, "alg": "none"}
    yield case("alg none, no signature", f"{part(none)}.{part(root_claims())}.", why=f"root: {HEADER}")
    yield case("alg none, signed", signed(none, root_claims(), "issuer"), why=f"root: {HEADER}")
    yield case("no alg", signed({**ROOT_HEAD, "alg": None}, root_claims(), "issuer"), why=f"root: {HEADER}")
    for alg in ("EdDSA", "ed25519", "Ed448", "ES256", ["Ed25519"]):
        head = {**ROOT_HEAD, "alg": alg}
        yield case(
            f"alg {alg}, signed with the right key", signed(head, root_claims(), "issuer"), why=f"root: {HEADER}"
        )
    head = {**ROOT_HEAD, "alg": "HS256"}
    yield case("HS256 with the public key", tagged(head, root_claims(), secret), why=f"root: {HEADER}")
    yield case("Ed25519 said, HS256 done", tagged(ROOT_HEAD, root_claims(), secret), why=f"root: {SIGNATURE}")
    made = signed({**BLOCK_HEAD, "alg": "none"}, block_claims(root(), 1), "holder 0")
    yield case("a block of alg none", f"{root()}~{made}", by="holder 1", why=f"segment 1: {HEADER}")
    bare = f"{part(BLOCK_HEAD)}.{part(block_claims(root(), 1))}."
    yield case("a block without signature", f"{root()}~{bare}", by="holder 1", why=f"segment 1: {SIGNATURE}")
    twice = f"{root()}{b64(hashlib.sha512(b'more').digest())}"
    yield case("a signature with something behind it", twice, why=f"root: {SIGNATURE}")


def headers():
    def of(**more):
        return {name: value for name, value in {**ROOT_HEAD, **more}.items() if value is not ...}

    for name, head in {
        "a path": of(kid="../../keys/token.jwk"),
        "of another issuer": of(kid=kid("foreign issuer")),
        "of the holder": of(kid=kid("holder 0")),
        "a list": of(kid=[kid("issuer")]),
        "an object": of(kid={"a": 1}),
        "missing": of(kid=...),
        "empty": of(kid=""),
        "with a blank": of(kid=f"{kid('issuer')} "),
    }.items():
        yield case(f"kid: {name}", root(head), why=UNKNOWN)
    yield case("kid of ours, key of another", root(by="mallory"), why=f"root: {SIGNATURE}")
    for name, head in {
        "typ JWT": of(typ="JWT"),
        "typ of a block": of(typ="task-block+jwt"),
        "typ in capitals": of(typ="AT+JWT"),
        "no typ": of(typ=...),
        "a key of its own": of(jwk=public("mallory")),
        "a place to fetch a key": of(jku="https://evil.example/keys"),
        "crit": of(crit=["b64"], b64=False),
        "b64": of(b64=False),
        "x5c": of(x5c=["AA"]),
    }.items():
        yield case(f"root: {name}", root(head), why=f"root: {HEADER}")
    for name, head in {
        "typ of a root": {**BLOCK_HEAD, "typ": "at+jwt"},
        "typ of a proof": {**BLOCK_HEAD, "typ": "dpop+jwt"},
        "a kid": {**BLOCK_HEAD, "kid": kid("holder 0")},
        "a key of its own": {**BLOCK_HEAD, "jwk": public("holder 0")},
    }.items():
        yield case(f"block: {name}", block(root(), 1, head), by="holder 1", why=f"segment 1: {HEADER}")


def keys():
    no_key, not_public = "root: it names no key", "root: not the public part of a key, and nothing else"
    no_ed, good = "root: not an Ed25519 key", public("holder 0")
    for name, written, why in (
        ("none", ..., no_key),
        ("null", None, no_key),
        ("by name alone", {"kid": kid("holder 0")}, no_key),
        ("two ways", {"jwk": good, "kid": kid("holder 0")}, no_key),
        ("with its private part", {"jwk": private("holder 0")}, not_public),
        ("with a use", {"jwk": {**good, "use": "sig"}}, not_public),
        ("symmetric", {"jwk": {"kty": "oct", "k": "AA"}}, not_public),
        ("X25519", {"jwk": {**good, "crv": "X25519"}}, no_ed),
        ("EC", {"jwk": {**good, "kty": "EC"}}, no_ed),
        ("a number", {"jwk": {**good, "x": 5}}, no_ed),
        ("too short", {"jwk": {**good, "x": "AA"}}, no_ed),
        ("spelled otherwise", {"jwk": {**good, "x": good["x"] + "="}}, "root: not canonical base64url"),
        ("of small order", {"jwk": {**good, "x": WEAK}}, no_ed),
    ):
        yield case(f"the root's next key: {name}", root(cnf=written), why=why)
    made = block(root(), 1, cnf={"jwk": private("holder 1")})
    yield case(
        "a block that gives its private key away", made, by="holder 1", why=not_public.replace("root", "segment 1")
    )
    made = block(root(), 1, cnf={"jwk": {**good, "x": WEAK}})
    forged = f"{part(BLOCK_HEAD)}.{part(block_claims(made, 2))}.{b64(bytes([1]) + bytes(63))}"
    yield case(
        "a block signed by everybody's key", f"{made}~{forged}", by="holder 2", why=no_ed.replace("root", "segment 1")
    )


def orders():
    one, two, three = blocks(1), blocks(2), blocks(3)
    parts, foreign = three.split("~"), root(tid="task-2")
    stripped = "a proof by another key"
    yield case("the last block stripped, with its own key", two, by="holder 3", why=stripped)
    yield case("all blocks stripped, with the last key", root(), by="holder 1", why=stripped)
    yield case(
        "a block left out", "~".join([parts[0], parts[2], parts[3]]), by="holder 3", why=f"segment 1: {SIGNATURE}"
    )
    swapped = "~".join([parts[0], parts[2], parts[1], parts[3]])
    yield case("two blocks in another order", swapped, by="holder 3", why=f"segment 1: {SIGNATURE}")
    same = block(block(root(cnf=cnf("holder 0")), 1, cnf=cnf("holder 0")), 2, by="holder 0", cnf=cnf("holder 0"))
    a, b, c = same.split("~")
    yield case("the same, all of one key", f"{a}~{c}~{b}", why="segment 1: not of this chain")
    yield case("a block twice", f"{one}~{parts[1]}", by="holder 1", why=f"segment 2: {SIGNATURE}")
    yield case("a block of one key twice", f"{a}~{b}~{b}", why="segment 2: not of this chain")
    yield case(
        "a block grafted on another root", f"{foreign}~{parts[1]}", by="holder 1", why="segment 1: not of this chain"
    )
    yield case(
        "a block by a stranger's key", block(root(), 1, by="mallory"), by="holder 1", why=f"segment 1: {SIGNATURE}"
    )
    yield case("a block by the next key", block(root(), 1, by="holder 1"), by="holder 1", why=f"segment 1: {SIGNATURE}")
    yield case("a block by the issuer", block(root(), 1, by="issuer"), by="holder 1", why=f"segment 1: {SIGNATURE}")
    yield case("a block without prev", block(root(), 1, prev=...), by="holder 1", why="segment 1: not of this chain")
    yield case(
        "a block whose prev is null", block(root(), 1, prev=None), by="holder 1", why="segment 1: not of this chain"
    )
    yield case("a second root", f"{root()}~{root()}", why=f"segment 1: {HEADER}")
    yield case("nine blocks", blocks(9), by="holder 9", why="more blocks than a token has")
    sealed = seal(SEALABLE)
    yield case("a block behind a seal", block(sealed, 1), by="holder 1", why="segment 2: it stands behind a seal")
    yield case("two seals", seal(sealed), scheme="Bearer", why="segment 2: it stands behind a seal")
    yield case("a seal without allowance", seal(root()), scheme="Bearer", why="sealed, and its root allows no seal")
    yield case(
        "the same behind a block", seal(one, "holder 1"), scheme="Bearer", why="sealed, and its root allows no seal"
    )
    yield case(
        "a seal by the stripped block's key", seal(SEALABLE, "holder 1"), scheme="Bearer", why=f"segment 1: {SIGNATURE}"
    )
    yield case(
        "a seal that says more", seal(SEALABLE, exp=NOW + 9), scheme="Bearer", why="segment 1: a seal that says more"
    )
    moved = f"{root(pop='optional', jti='root-2')}~{sealed.split('~')[1]}"
    yield case("a seal of another root", moved, scheme="Bearer", why="segment 1: not of this chain")
    yield case(
        "a seal of another typ",
        seal(SEALABLE, head={**SEAL_HEAD, "typ": "task-block+jwt"}),
        scheme="Bearer",
        why="segment 1: it names no key",
    )
