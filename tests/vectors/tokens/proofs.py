"""What is no proof: another request, token, key or time, another form, and one that was used before."""

from tests.vectors.tokens.hand import (
    NOW,
    PROOF_HEAD,
    URL,
    b64,
    block,
    blocks,
    case,
    part,
    private,
    proof,
    public,
    root,
    seal,
    tagged,
)

TOKEN = root()
CLAIM, TYPE = "a proof with an unknown or a missing claim", "a proof with a claim of another type"
URL_OF_ANOTHER, TIME = "a proof for another URL", "a proof that was made at another time"
HEADER, SIGNATURE = "a proof with another header", "a proof with another signature"
NO_JTI, NUMBER = "a proof without a `jti` of 1 to 128 visible characters", "a proof: a number that is too large"
COUNT, NONE = "no proof, or two", "neither sealed nor with a proof of its holder's key"


def cases():
    yield case("no proof", TOKEN, proofs=[], why=COUNT)
    yield case("two proofs", TOKEN, proofs=[proof(TOKEN), proof(TOKEN, jti="proof-2")], why=COUNT)
    yield case("a bound token as a bearer's", TOKEN, scheme="Bearer", why=NONE)
    yield case("a proof that was used before", TOKEN, sent=2, why="a proof that was used before")
    yield from of_another()
    yield from of_claims()
    yield from of_forms()


def of_another():
    def one(name, why, token=TOKEN, **claims):
        return case(f"a proof of another {name}", token, proofs=[proof(TOKEN, **claims)], why=why)

    yield one("method", "a proof for another method", htm="GET")
    yield one("method's case", "a proof for another method", htm="post")
    yield one("body", "a proof for another body", body=b64(bytes(32)))
    yield one("body, of nothing", "a proof for another body", body="47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU")
    yield one("token", "a proof for another token", ath=b64(bytes(32)))
    made = block(TOKEN, 1)
    yield case("a proof of the chain before", made, proofs=[proof(TOKEN, "holder 1")], why="a proof for another token")
    yield case("a proof by the key before", made, proofs=[proof(made, "holder 0")], why="a proof by another key")
    yield case("a proof by the issuer", TOKEN, by="issuer", why="a proof by another key")
    yield case("a proof by a stranger", TOKEN, by="mallory", why="a proof by another key")
    yield case("a proof by the key of a block stripped off", TOKEN, by="holder 2", why="a proof by another key")
    sealed = seal(blocks(1), "holder 1")
    yield case(
        "a proof for a seal that is not allowed", sealed, by="holder 1", why="sealed, and its root allows no seal"
    )
    for name, made in {"31 seconds behind": NOW - 31, "31 seconds ahead": NOW + 31, "of 1970": 0}.items():
        yield one(f"time, {name}", TIME, iat=made)
    for name, url in {
        "host": "https://evil.example/mcp",
        "host below ours": "https://broker.example.evil.example/mcp",
        "host with a dot": "https://broker.example./mcp",
        "scheme": "http://broker.example/mcp",
        "port": "https://broker.example:8443/mcp",
        "scheme's port": "https://broker.example:80/mcp",
        "user": "https://broker.example@evil.example/mcp",
        "user of ours": "https://me:pass@broker.example/mcp",
        "path": "https://broker.example/token",
        "path, in capitals": "https://broker.example/MCP",
        "path, with a slash": "https://broker.example/mcp/",
        "path, by dots": "https://broker.example/x/../mcp",
        "path, by one dot": "https://broker.example/./mcp",
        "path, in percent": "https://broker.example/%6dcp",
        "path, of two slashes": "https://broker.example//mcp",
        "path, with a parameter": "https://broker.example/mcp;x",
        "URL, with a blank": f" {URL}",
        "URL, with a tab": "https://broker.example/m\tcp",
        "URL, without scheme": "//broker.example/mcp",
        "URL, that is none": "https://[",
        "URL, of nothing": "",
    }.items():
        yield one(name, URL_OF_ANOTHER, htu=url)


def of_claims():
    def one(name, why, **claims):
        return case(f"a proof with {name}", TOKEN, proofs=[proof(TOKEN, **claims)], why=why)

    for name in ("htm", "htu", "ath", "body", "jti", "iat"):
        yield one(f"no {name}", CLAIM, **{name: ...})
    yield one("a nonce", CLAIM, nonce="n")
    yield one("an exp", CLAIM, exp=NOW + 60)
    for name in ("htm", "htu", "ath", "body", "jti"):
        yield one(f"a {name} that is no text", TYPE, **{name: [5]})
    for name, value in {"text": str(NOW), "a float": float(NOW), "true": True, "null": None, "a list": [NOW]}.items():
        yield one(f"a time that is {name}", TIME, iat=value)
    yield one("a time beyond 2^53", NUMBER, iat=2**53)
    yield one("an empty jti", NO_JTI, jti="")
    yield one("a jti of 129 characters", NO_JTI, jti="j" * 129)
    yield one("a jti with a blank", NO_JTI, jti="a b")
    yield one("a jti beyond ASCII", NO_JTI, jti="\u00e9")
    yield one("half a character", "a proof: half a character", jti="\ud800")


def of_forms():
    def one(name, why, made):
        return case(f"a proof {name}", TOKEN, proofs=[made], why=why)

    key = public("holder 0")
    head = {**PROOF_HEAD, "jwk": key}
    not_public = "a proof: not the public part of a key, and nothing else"
    yield one("with its private key", not_public, proof(TOKEN, key=private("holder 0")))
    yield one("with a key that has a name", not_public, proof(TOKEN, key={**key, "kid": "k"}))
    yield one("with a symmetric key", not_public, proof(TOKEN, key={"kty": "oct", "k": "AA"}))
    yield one("with another key in its header", SIGNATURE, proof(TOKEN, "mallory", key=key))
    weak = {**key, "x": "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}
    yield one("with everybody's key", "a proof: not an Ed25519 key", proof(TOKEN, key=weak))
    for name, changed in {
        "of typ JWT": {**head, "typ": "JWT"},
        "of typ at+jwt": {**head, "typ": "at+jwt"},
        "without a key": dict(PROOF_HEAD),
        "with a kid": {**head, "kid": "k"},
        "of alg EdDSA": {**head, "alg": "EdDSA"},
        "of alg none": {**head, "alg": "none"},
    }.items():
        yield one(name, HEADER, proof(TOKEN, head=changed))
    whole = proof(TOKEN)
    first, content, _ = whole.split(".")
    yield one("without signature", SIGNATURE, f"{first}.{content}.")
    secret = key["x"].encode()
    yield one("by HMAC with the public key", HEADER, tagged({**head, "alg": "HS256"}, {"htm": "POST"}, secret))
    yield one("changed in its claims", SIGNATURE, f"{first}.{part({'htm': 'GET'})}.{whole.split('.')[2]}")
    yield one("of two parts", "a proof: not three parts", f"{first}.{content}")
    yield one("with padding", "a proof: not canonical base64url", f"{whole}==")
    yield one("of 4 KiB and more", "a proof that is too long, or not ASCII", whole + "A" * 4096)
    yield one("of nothing", "a proof: not three parts", "")
    twice = '{"typ":"dpop+jwt","typ":"dpop+jwt","alg":"Ed25519","jwk":{}}'
    yield one("with a key twice", "a proof: a key that stands twice", proof(TOKEN, head=twice))
    yield one("that is the token", HEADER, TOKEN)
