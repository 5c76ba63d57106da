"""Tokens that others sign count where their key was known before, and nothing in them changes how they are read."""

import base64
import hmac
import json

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from broker.tokens.foreign import ALGORITHMS, Keys, Spoken, of_one, verify
from broker.tokens.strict import UnreadableError

ED, OTHER = OKPKey.generate_key("Ed25519"), OKPKey.generate_key("Ed25519")
RSA, EC = RSAKey.generate_key(2048), ECKey.generate_key("P-256")
WEAK = {"kty": "RSA", "e": "AQAB", "n": RSA.as_dict(private=False)["n"][:172]}  # 1032 bits
SAID = {"iss": "https://login.example", "sub": "mara"}


def listed(key, kid, **more):
    return {**key.as_dict(private=False), "kid": kid, **more}


KEYS = Keys({"keys": [listed(ED, "ed"), listed(RSA, "rsa"), listed(EC, "ec")]})


def signed(key, said=SAID, **head):
    """Whatever stands in the header: a library that signs would refuse some of it."""
    header = {"alg": "Ed25519", "kid": "ed", **head}
    written = {name: one for name, one in header.items() if one is not None}
    text = f"{b64(json.dumps(written))}.{b64(json.dumps(said))}"
    signature = jws.JWSRegistry.algorithms[header["alg"]].sign(text.encode(), key)
    return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def b64(text):
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def with_content(text):
    head, _, signature = signed(ED).split(".")
    return f"{head}.{b64(text)}.{signature}"


@pytest.mark.parametrize(
    ("key", "kid", "alg"), [(ED, "ed", "Ed25519"), (RSA, "rsa", "RS256"), (RSA, "rsa", "PS384"), (EC, "ec", "ES256")]
)
def test_what_a_known_key_signed_is_read(key, kid, alg):
    found = verify(signed(key, kid=kid, alg=alg, typ="application/AT+jwt"), KEYS, ALGORITHMS)
    assert found == Spoken("at+jwt", SAID)


@pytest.mark.parametrize(
    "text",
    {
        "no token": "",
        "two parts": "a.b",
        "four parts": signed(ED) + ".x",
        "too long": "a" * 20_000,
        "not ASCII": signed(ED) + "\u00e4",
        "another key": signed(OTHER),
        "a key that is not listed": signed(OTHER, kid="other"),
        "no name of a key": signed(ED, kid=None),
        "an algorithm of another key": signed(EC, kid="rsa", alg="ES256"),
        "none": f"{b64(json.dumps({'alg': 'none', 'kid': 'ed'}))}.{b64(json.dumps(SAID))}.",
        "a key of its own": signed(OTHER, jwk=OTHER.as_dict(private=False)),
        "a place to fetch a key from": signed(ED, jku="https://evil.example/jwks"),
        "a certificate of its own": signed(OTHER, x5c=["MII"]),
        "a place to fetch a certificate from": signed(ED, x5u="https://evil.example/cert"),
        "a critical extension": signed(ED, crit=["b64"], b64=True),
        "a claim twice": with_content('{"sub":"a","sub":"b"}'),
        "another content": with_content("{}"),
        "a type that is no text": signed(ED, typ=5),
    }.items(),
    ids=lambda one: one[0],
)
def test_anything_else_says_nothing(text):
    assert isinstance(verify(text[1], KEYS, ALGORITHMS), str)


@pytest.mark.requirement("foreign-tokens")
def test_a_public_key_is_no_shared_secret():
    """RFC 8725 2.1: whoever knows an issuer's public key, as everybody does, could otherwise sign with it."""
    text = f"{b64(json.dumps({'alg': 'HS256', 'kid': 'rsa'}))}.{b64(json.dumps(SAID))}"
    by_it = hmac.digest(RSA.as_pem(private=False), text.encode(), "sha256")
    forged = f"{text}.{base64.urlsafe_b64encode(by_it).rstrip(b'=').decode()}"
    assert verify(forged, KEYS, ALGORITHMS) == "another algorithm"
    assert verify(forged, KEYS, ALGORITHMS | {"HS256"}) == "another algorithm"


@pytest.mark.parametrize(
    "more", [{"alg": "PS256"}, {"use": "enc"}, {"key_ops": ["sign"]}, {"key_ops": ["encrypt"]}, {"key_ops": 5}]
)
def test_a_key_is_used_for_nothing_but_what_its_issuer_meant_it_for(more):
    text = signed(RSA, kid="k", alg="RS256")
    assert verify(text, Keys({"keys": [listed(RSA, "k")]}), ALGORITHMS) == Spoken("", SAID)
    assert isinstance(verify(text, Keys({"keys": [listed(RSA, "k", **more)]}), ALGORITHMS), str)


def test_the_name_of_a_certificate_beside_that_of_the_key_changes_nothing():
    told = {"x5t": "of some certificate", "x5t#S256": "of another"}
    assert verify(signed(ED, **told), KEYS, ALGORITHMS) == Spoken("", SAID)
    assert isinstance(verify(signed(OTHER, **told), KEYS, ALGORITHMS), str)


@pytest.mark.requirement("foreign-tokens")
def test_only_the_algorithms_that_were_pinned_count():
    assert verify(signed(RSA, kid="rsa", alg="RS256"), KEYS, frozenset({"ES256"})) == "another algorithm"


@pytest.mark.parametrize(
    "written",
    [
        listed(ED, "x", use="enc"),
        OctKey.generate_key(256).as_dict() | {"kid": "x"},
        ED.as_dict(private=True) | {"kid": "x"},
        WEAK | {"kid": "x"},
        {**listed(ED, "x"), "kid": 5},
        {"kty": "OKP", "crv": "Ed25519", "x": "AA", "kid": "x"},
        {"kty": "RSA", "kid": "x"},
        {"kty": "RSA", "e": "AQAB", "n": "_" * 1400, "kid": "x"},  # 8,400 bits: it would only cost work
        {"kty": "OKP", "crv": "Ed25519", "x": "AQ" + "A" * 41, "kid": "x"},  # of small order: anybody can sign
        "x",
    ],
)
def test_what_is_no_public_key_for_signatures_is_left_out(written):
    assert len(Keys({"keys": [written, listed(EC, "ec")]})) == 1


def test_of_two_keys_with_one_name_neither_counts():
    assert Keys({"keys": [listed(ED, "x"), listed(OTHER, "x"), listed(EC, "ec")]}).named("x") is None


@pytest.mark.parametrize(
    "written", [None, [], {}, {"keys": None}, {"keys": "abc"}, {"keys": {}}, {"keys": [listed(ED, "x")] * 65}]
)
def test_what_is_no_set_of_keys_is_told(written):
    with pytest.raises(UnreadableError):
        Keys(written)


def test_an_agent_has_one_key_which_its_token_need_not_name():
    keys = of_one(ED.as_dict(private=False), "helpdesk-1")
    assert verify(signed(ED, kid=None), keys, ALGORITHMS, kid="helpdesk-1") == Spoken("", SAID)
    assert verify(signed(ED, kid="of its own"), keys, ALGORITHMS, kid="helpdesk-1") == Spoken("", SAID)
    assert verify(signed(OTHER, kid=None), keys, ALGORITHMS, kid="helpdesk-1") == "another signature"
    with pytest.raises(UnreadableError):
        of_one(ED.as_dict(private=True), "helpdesk-1")
