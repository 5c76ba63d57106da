"""A token holds as a whole or not at all."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OKPKey

from broker.model.chain import Chain
from broker.tokens.chain import BLOCK, MAX_BYTES, ROOT, SEAL, attenuate, digest, mint, opener, seal, verify
from broker.tokens.keys import from_mapping, from_public, from_text, kid, new_key, private_text, public
from broker.tokens.strict import UnreadableError, claims, unb64

ISSUER, HOLDER, OTHER = new_key(), new_key(), new_key()
ISSUERS = {kid(ISSUER): ISSUER}
CONTENT = {"tid": "t", "exp": 5}
TOKEN = seal(mint(CONTENT, issuer=ISSUER, holder=HOLDER), holder=HOLDER)
ROOT_OF_TOKEN, SEAL_OF_TOKEN = TOKEN.split("~")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def signed(header, content, key):
    body = content if isinstance(content, str) else json.dumps(content)
    return jws.serialize_compact({"alg": "Ed25519", **header}, body, key, algorithms=["Ed25519"])


def test_a_sealed_token_opens_to_what_was_minted():
    chain = opener(ISSUERS)(TOKEN)
    assert chain.sealed
    assert (chain.root["tid"], chain.root["exp"], chain.blocks) == ("t", 5, ())


def test_a_root_alone_is_not_sealed():
    assert verify(mint(CONTENT, issuer=ISSUER, holder=HOLDER), ISSUERS).sealed is False


@pytest.mark.requirement("token-whole")
def test_nothing_stands_behind_a_seal():
    assert isinstance(verify(seal(TOKEN, holder=HOLDER), ISSUERS), str)


@pytest.mark.requirement("token-whole")
def test_a_seal_belongs_to_one_chain():
    other = mint({"tid": "u"}, issuer=ISSUER, holder=HOLDER)
    assert isinstance(verify(f"{other}~{TOKEN.split('~')[1]}", ISSUERS), str)


def test_a_seal_needs_the_key_that_the_root_names():
    assert isinstance(verify(seal(TOKEN.split("~")[0], holder=OTHER), ISSUERS), str)


def test_an_unknown_issuer_is_a_stranger():
    assert isinstance(verify(TOKEN, {}), str)
    assert isinstance(verify(seal(mint(CONTENT, issuer=OTHER, holder=HOLDER), holder=HOLDER), ISSUERS), str)


@pytest.mark.requirement("token-whole")
def test_a_root_that_only_names_our_key_is_a_strangers():
    content = {**CONTENT, "cnf": {"jwk": dict(public(OTHER))}}
    forged = signed({"typ": ROOT, "kid": kid(ISSUER)}, content, OTHER)
    assert isinstance(verify(seal(forged, holder=OTHER), ISSUERS), str)


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT", "kid": kid(ISSUER)},
        {"typ": SEAL, "kid": kid(ISSUER)},
        {"typ": ROOT},
        {"typ": ROOT, "kid": kid(ISSUER), "b64": True},
        {"typ": ROOT, "kid": kid(ISSUER), "jwk": dict(public(ISSUER))},
    ],
)
def test_a_root_has_its_one_header(header):
    forged = signed(header, {**CONTENT, "cnf": {"jwk": dict(public(HOLDER))}}, ISSUER)
    assert isinstance(verify(forged, ISSUERS), str)


@pytest.mark.parametrize("cnf", [None, {}, {"jwk": None}, {"jwk": {"kty": "oct", "k": "AA"}}, {"jwk": {"kty": "OKP"}}])
def test_a_seal_behind_a_root_without_a_key_is_nothing(cnf):
    root = signed({"typ": ROOT, "kid": kid(ISSUER)}, {**CONTENT, "cnf": cnf}, ISSUER)
    assert isinstance(verify(seal(root, holder=HOLDER), ISSUERS), str)


def test_only_a_seal_or_a_block_stands_behind_a_root():
    said = claims(unb64(SEAL_OF_TOKEN.split(".")[1]))
    assert isinstance(verify(f"{ROOT_OF_TOKEN}~{signed({'typ': SEAL}, said, HOLDER)}", ISSUERS), Chain)
    for header, content in (({"typ": "JWT"}, said), ({"typ": SEAL}, {**said, "tools": {}}), ({"typ": BLOCK}, said)):
        assert isinstance(verify(f"{ROOT_OF_TOKEN}~{signed(header, content, HOLDER)}", ISSUERS), str)


def test_a_block_is_made_offline_by_the_holder_and_names_the_next_one():
    token = attenuate(ROOT_OF_TOKEN, {"jti": "b"}, holder=HOLDER, to=public(OTHER))
    chain = verify(token, ISSUERS)
    assert ([one["jti"] for one in chain.blocks], chain.holder, chain.sealed) == (["b"], kid(OTHER), False)
    assert chain.digest == digest(token)


@pytest.mark.requirement("token-whole")
def test_a_block_needs_the_key_before_it_and_belongs_to_one_chain():
    other = mint({"tid": "u"}, issuer=ISSUER, holder=HOLDER)
    block = attenuate(ROOT_OF_TOKEN, {}, holder=HOLDER, to=public(OTHER)).split("~")[1]
    assert isinstance(verify(attenuate(ROOT_OF_TOKEN, {}, holder=OTHER, to=public(OTHER)), ISSUERS), str)
    assert isinstance(verify(f"{other}~{block}", ISSUERS), str)


@pytest.mark.requirement("token-whole")
def test_eight_blocks_are_read_and_nine_are_not():
    token = ROOT_OF_TOKEN
    for _ in range(8):
        token = attenuate(token, {}, holder=HOLDER, to=public(HOLDER))
    assert len(verify(seal(token, holder=HOLDER), ISSUERS).blocks) == 8
    assert isinstance(verify(attenuate(token, {}, holder=HOLDER, to=public(HOLDER)), ISSUERS), str)


@pytest.mark.requirement("token-whole")
@pytest.mark.parametrize("alg", ["none", "HS256", "EdDSA"])
def test_the_algorithm_is_ours_to_choose(alg):
    head = (
        base64.urlsafe_b64encode(json.dumps({"alg": alg, "typ": ROOT, "kid": kid(ISSUER)}).encode())
        .rstrip(b"=")
        .decode()
    )
    _, body, mark = TOKEN.split("~")[0].split(".")
    for forged in (f"{head}.{body}.{mark}", f"{head}.{body}."):
        assert isinstance(verify(forged, ISSUERS), str)


@pytest.mark.requirement("token-whole")
@given(st.integers(0, len(TOKEN) - 1), st.characters(codec="ascii"))
def test_no_character_can_be_changed(place, char):
    changed = TOKEN[:place] + char + TOKEN[place + 1 :]
    if changed != TOKEN:
        assert isinstance(verify(changed, ISSUERS), str)


@pytest.mark.requirement("token-whole")
def test_a_signature_has_one_spelling():
    others = [TOKEN[:-1] + letter for letter in LETTERS if letter != TOKEN[-1]]
    assert not [one for one in others if isinstance(verify(one, ISSUERS), Chain)]


@given(st.text() | st.text(alphabet="~.AZaz09_-"))
def test_any_other_text_is_no_token_and_no_crash(text):
    assert isinstance(verify(text, ISSUERS), str)


@pytest.mark.requirement("token-bounded")
def test_the_work_is_bounded_before_it_is_done():
    assert isinstance(verify("~".join([TOKEN] * 9), ISSUERS), str)
    assert isinstance(verify(TOKEN + "A" * MAX_BYTES, ISSUERS), str)


@pytest.mark.requirement("token-bounded")
@pytest.mark.parametrize(("letters", "opens"), [(MAX_BYTES // 2, True), (MAX_BYTES, False)])
def test_a_token_of_our_own_that_is_too_long_is_none(letters, opens):
    whole = seal(mint({**CONTENT, "purpose": "p" * letters}, issuer=ISSUER, holder=HOLDER), holder=HOLDER)
    assert (isinstance(verify(whole, ISSUERS), Chain)) is opens


@pytest.mark.requirement("token-whole")
@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b'{"a":1,"a":2}', "a key that stands twice"),
        (b'{"a":{"b":1,"b":1}}', "a key that stands twice"),
        (b'{"a":NaN}', "not a number"),
        (b'{"a":-Infinity}', "not a number"),
        (b'{"a":1e400}', "a number that is too large"),
        (b'{"a":9007199254740992}', "a number that is too large"),
        (b'{"a":-1%s}' % (b"0" * 5000), "a number that is too large"),
        (b'{"a":"\\ud800"}', "half a character"),
        (b'{"\\uDC00":1}', "half a character"),
        (b"[]", "not an object"),
        (b"\xff", "not JSON"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        ('{"a":1}'.encode("utf-16"), "not JSON"),
        ('{"a":1}'.encode("utf-32-le"), "not JSON"),
        (b"[" * 9999, "not JSON"),
        (b"{} {}", "not JSON"),
        (b"", "not JSON"),
    ],
)
def test_claims_have_one_reading(raw, why):
    with pytest.raises(UnreadableError) as unreadable:
        claims(raw)
    assert str(unreadable.value) == why


def test_claims_may_be_written_in_any_script():
    assert claims('{"a":"\\ud83d\\ude00","b":"é","c":9007199254740991,"d":1.5}'.encode()) == {
        "a": "\U0001f600",
        "b": "é",
        "c": 2**53 - 1,
        "d": 1.5,
    }


@pytest.mark.parametrize("text", ["A", "AA==", "AB", "A+", "A/", "A A", "Aé", "AAAB="])
def test_base64_has_one_spelling(text):
    with pytest.raises(UnreadableError):
        unb64(text)


def test_a_key_survives_its_file_and_its_text_is_the_private_one():
    again = from_text(private_text(ISSUER))
    assert kid(again) == kid(ISSUER)
    assert "d" not in public(ISSUER)


POINTS = [  # of small order, or in a second spelling: y of 0, 1, p - 1 and of order 8; p and p + 1
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIA",
    "7P_______________________________________38",
    "JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU",
    "xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o",
    "7f_______________________________________38",
    "7v_______________________________________38",
]


@pytest.mark.requirement("proof")
@pytest.mark.parametrize("x", POINTS)
def test_a_key_by_which_anybody_could_sign_is_no_holders(x):
    with pytest.raises(UnreadableError):
        from_public({"kty": "OKP", "crv": "Ed25519", "x": x})


@pytest.mark.requirement("token-whole")
@pytest.mark.parametrize(
    "change",
    [{"d": "AA"}, {"kid": "k"}, {"use": "enc"}, {"x": 5}, {"x": "AA"}, {"kty": "EC"}, {"crv": "Ed448"}],
    ids=str,
)
def test_a_token_names_the_public_part_of_a_key_and_nothing_else(change):
    assert kid(from_public(dict(public(OTHER)))) == kid(OTHER) == OTHER.thumbprint()
    with pytest.raises(UnreadableError):
        from_public({**public(OTHER), **change})


@pytest.mark.parametrize(
    "written",
    [
        None,
        [],
        {"kty": "RSA"},
        {"kty": "OKP", "crv": "X25519", "x": "AA"},
        {"kty": "OKP", "crv": "Ed25519"},
        {**public(ISSUER), "kty": "EC"},
        OKPKey.generate_key("X25519").as_dict(private=False),
        OKPKey.generate_key("Ed448").as_dict(private=False),
    ],
    ids=range(8),
)
def test_a_token_cannot_choose_another_kind_of_key(written):
    with pytest.raises(UnreadableError):
        from_mapping(written)
