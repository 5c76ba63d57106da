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
        (signed(htm="GET"), "made for another method or URL"),
        (signed(htu="https://broker.example/other"), "made for another method or URL"),
        (signed(htu="https://evil.example/mcp"), "made for another method or URL"),
        (signed(iat=int(NOW) - SKEW - 1), "made at another time"),
        (signed(iat=int(NOW) + SKEW + 1), "made at another time"),
        (signed(iat=True), "made at another time"),
        (signed(iat=float(NOW)), "made at another time"),
        (signed(iat="now"), "made at another time"),
        (signed(ath=...), "an unknown or a missing claim"),
        (signed(body=...), "an unknown or a missing claim"),
        (signed(nonce="n"), "an unknown or a missing claim"),
        (signed(jti=""), "a claim of another type or length"),
        (signed(jti="j" * 129), "a claim of another type or length"),
        (signed(jti=5), "a claim of another type or length"),
        (signed(key=OTHER), "not signed as it must be"),
        (signed({"typ": "JWT"}), "another header"),
        (signed({"kid": "k"}), "another header"),
        (signed({"jwk": KEY.as_dict(private=True)}), "another header"),
        (signed()[:-4] + "AAAA", "not signed as it must be"),
        ("a.b", "not three parts"),
        ("", "not three parts"),
        ("é", "too long, or not ASCII"),
        ("a" * (MAX_BYTES + 1), "too long, or not ASCII"),
    ],
)
def test_whatever_is_not_as_it_must_be_is_no_proof(text, why):
    assert read(text) == why


@pytest.mark.parametrize("late", [-SKEW, 0, SKEW])
def test_two_clocks_may_differ_by_thirty_seconds(late):
    assert isinstance(read(signed(), now=NOW + late), Proof)


@pytest.mark.parametrize("url", ["HTTPS://Broker.Example/mcp", f"{URL}?q=1", f"{URL}#x"])
def test_a_url_is_compared_without_its_query_and_in_one_case(url):
    assert isinstance(read(signed(htu=url)), Proof)
