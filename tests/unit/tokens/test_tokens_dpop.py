"""A proof is for one key, one request and one moment, and anything else is none."""

import json

import pytest
from joserfc import jws

from broker.model.chain import Proof
from broker.tokens.chain import digest
from broker.tokens.dpop import MAX_BYTES, SKEW, body_digest, prove, read_proof
from broker.tokens.keys import kid, new_key, public

KEY, OTHER, NOW, URL = new_key(), new_key(), 1_800_000_000.0, "https://broker.example/mcp"
SAID = {"token": "t", "method": "POST", "url": URL, "body": b"{}", "jti": "j", "now": NOW}


def read(text, method="POST", url=URL, now=NOW):
    return read_proof(text, method=method, url=url, now=now)


def signed(header=None, key=KEY, **claims):
    said = {"htm": "POST", "htu": URL, "ath": digest("t"), "body": body_digest(b"{}"), "jti": "j", "iat": int(NOW)}
    head = {"typ": "dpop+jwt", "alg": "Ed25519", "jwk": dict(public(KEY)), **(header or {})}
    written = {name: value for name, value in {**said, **claims}.items() if value is not ...}
    return jws.serialize_compact(head, json.dumps(written), key, algorithms=[head["alg"]])


def test_a_good_proof_says_who_for_which_token_and_which_body():
    until = NOW + SKEW
    made = Proof(holder=kid(KEY), token=digest("t"), jti="j", until=until, body=body_digest(b"{}"))
    assert read(prove(KEY, **SAID)) == made == read(signed())


@pytest.mark.requirement("proof")
@pytest.mark.parametrize(
    ("text", "why"),
    [
        (signed(htm="GET"), "a proof for another method"),
        (signed(htu="https://broker.example/other"), "a proof for another URL"),
        (signed(htu="https://evil.example/mcp"), "a proof for another URL"),
        (signed(iat=int(NOW) - SKEW - 1), "a proof that was made at another time"),
        (signed(iat=int(NOW) + SKEW + 1), "a proof that was made at another time"),
        (signed(iat=True), "a proof that was made at another time"),
        (signed(iat=float(NOW)), "a proof that was made at another time"),
        (signed(iat="now"), "a proof that was made at another time"),
        (signed(ath=...), "a proof with an unknown or a missing claim"),
        (signed(body=...), "a proof with an unknown or a missing claim"),
        (signed(nonce="n"), "a proof with an unknown or a missing claim"),
        (signed(jti=""), "a proof without a `jti` of 1 to 128 visible characters"),
        (signed(jti="j" * 129), "a proof without a `jti` of 1 to 128 visible characters"),
        (signed(jti="a b"), "a proof without a `jti` of 1 to 128 visible characters"),
        (signed(jti="\ud800"), "a proof: half a character"),
        (signed(iat=10**16), "a proof: a number that is too large"),
        (signed(jti=5), "a proof with a claim of another type"),
        (signed(key=OTHER), "a proof with another signature"),
        (signed({"typ": "JWT"}), "a proof with another header"),
        (signed({"kid": "k"}), "a proof with another header"),
        (signed({"jwk": KEY.as_dict(private=True)}), "a proof: not the public part of a key, and nothing else"),
        (signed()[:-4] + "AAAA", "a proof with another signature"),
        ("a.b", "a proof: not three parts"),
        ("", "a proof: not three parts"),
        ("é", "a proof that is too long, or not ASCII"),
        ("a" * (MAX_BYTES + 1), "a proof that is too long, or not ASCII"),
    ],
)
def test_whatever_is_not_as_it_must_be_is_no_proof(text, why):
    assert read(text) == why


@pytest.mark.parametrize("late", [-SKEW, 0, SKEW])
def test_two_clocks_may_differ_by_thirty_seconds(late):
    assert isinstance(read(signed(), now=NOW + late), Proof)


@pytest.mark.parametrize(
    "url", ["HTTPS://Broker.Example/mcp", f"{URL}?q=1", f"{URL}#x", "https://broker.example:443/mcp"]
)
def test_a_url_is_compared_without_its_query_and_its_schemes_port_and_in_one_case(url):
    assert isinstance(read(signed(htu=url)), Proof)


@pytest.mark.requirement("proof")
@pytest.mark.parametrize(
    "url",
    [
        "https://me@broker.example/mcp",
        "https://broker.example:8443/mcp",
        "https://broker.example:80/mcp",
        "http://broker.example/mcp",
        "https://broker.example/a/../mcp",
        "https://broker.example/MCP",
        "https://broker.example/mcp/",
        "https://broker.example/%6dcp",
        "https://broker.example./mcp",
        "https://broker.example\t/mcp",
        " https://broker.example/mcp",
        "//broker.example/mcp",
        "https://[",
        "https://broker.example:port/mcp",
        "",
    ],
)
def test_no_other_way_to_write_it_is_put_right(url):
    assert read(signed(htu=url)) == "a proof for another URL"
