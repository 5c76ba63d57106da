"""What a holder can do with a token by itself, and what it is told when it cannot."""

import pytest

from broker.agent.held import Held
from broker.agent.key import Key
from broker.agent.said import read
from broker.model.faults import TokenError
from broker.tokens.chain import MAX_BLOCKS, MAX_BYTES, mint, seal, verify
from broker.tokens.dpop import body_digest, read_proof
from broker.tokens.keys import kid, new_key, public

ISSUER, KEY, NEXT = new_key(), Key.make(), Key.make()
NOW = 1_800_000_000
ROOT = {
    "iss": "http://broker",
    "aud": "http://broker/mcp",
    "sub": "local:maria",
    "act": {"sub": "helpdesk-1"},
    "jti": "j",
    "iat": NOW,
    "exp": NOW + 900,
    "tid": "task-1",
    "purpose": "refund",
    "scope": "support-refund",
    "scope_rev": "rev",
    "params": {"ticket": {"value": 42, "said_by": "principal"}},
    "pop": "required",
}


def token(key=KEY, **more):
    return mint({**ROOT, **more}, issuer=ISSUER, holder=key.clear_key)


TOKEN = token()


def held(text=None, key=KEY, at=NOW):
    return Held(token=TOKEN if text is None else text, key=key, clock=lambda: float(at))


def handed(one, **more):
    return one.attenuate(**{"to": NEXT.public, "name": "writer", **more})


def test_a_holder_reads_what_its_token_says():
    said = held().said
    assert (said.audience, said.task, said.principal, said.actor) == (
        "http://broker/mcp",
        "task-1",
        "local:maria",
        "helpdesk-1",
    )
    assert (said.purpose, said.scope, said.parameters) == ("refund", "support-refund", {"ticket": 42})
    assert (said.expires, said.tools, said.blocks, said.blocks_left) == (NOW + 900, None, 0, MAX_BLOCKS)


@pytest.mark.requirement("delegate-offline")
def test_a_block_is_made_offline_and_is_what_the_broker_reads():
    text = handed(held(), tools={"shop__ticket_read": {"args": {"ticket_id": 42}}}, budget={"calls": 3}, delegate=0)
    chain = verify(text, {kid(ISSUER): ISSUER})
    (block,) = chain.blocks
    assert chain.holder == NEXT.name
    assert (block["act"], block["delegate"], block["budget"]) == ({"sub": "writer"}, 0, {"calls": 3})
    assert block["tools"] == {"shop.ticket_read": {"args": {"ticket_id": 42}}}
    assert (block["iat"], block["exp"]) == (NOW, NOW + 900)


@pytest.mark.requirement("sub-agent-name")
def test_sub_agents_are_named_by_their_way_from_the_root():
    second = Held(token=handed(held()), key=NEXT, clock=lambda: float(NOW))
    third = second.attenuate(to=KEY.public, name="intern")
    assert read(third).actor == "helpdesk-1/writer/intern"


def test_what_every_block_says_of_a_tool_stands_beside_each_other():
    first = handed(held(), tools={"a.x": {"args": {"n": 1}}, "a.y": {}}, delegate=3)
    second = Held(token=first, key=NEXT, clock=lambda: float(NOW)).attenuate(
        to=KEY.public, name="b", tools={"a.x": {}, "a.z": {}}
    )
    said = read(second)
    assert said.tools == {"a.x": [{"args": {"n": 1}}, {}]}
    assert (said.blocks, said.blocks_left) == (2, 2)


def test_a_block_outlives_nothing():
    assert read(handed(held(), expires_in=60)).expires == NOW + 60
    assert read(handed(held(), expires_in=9999)).expires == NOW + 900
    for at, within in ((NOW, 0), (NOW, -5), (NOW, float("nan")), (NOW + 900, None)):
        with pytest.raises(TokenError, match="run out"):
            handed(held(at=at), expires_in=within)


@pytest.mark.parametrize(
    "name",
    ["", "Writer", "a b", "a/b", "../root", "a--b", "-a", "a-", "1a", "schreiberin-ä", "\u0430dmin", "a\u200b", "a\n"],
    ids=repr,
)
def test_a_name_that_the_broker_would_not_take_is_not_written(name):
    with pytest.raises(TokenError, match="no name"):
        handed(held(), name=name)


def test_no_more_may_stand_below_than_is_left():
    last = Held(token=handed(held(), delegate=0), key=NEXT, clock=lambda: float(NOW))
    with pytest.raises(TokenError, match="nobody may stand below"):
        last.attenuate(to=KEY.public, name="b")
    for wrong in (-1, MAX_BLOCKS, 99):
        with pytest.raises(TokenError, match="may stand below"):
            handed(held(), delegate=wrong)


def test_a_token_is_held_by_its_last_key_alone():
    text = handed(held())
    for key in (KEY, Key.make()):
        with pytest.raises(TokenError, match="another key"):
            held(text, key)
    assert held(text, NEXT).said.blocks == 1


@pytest.mark.parametrize("text", ["", "a", "a.b.c", "~", "é.é.é", "A" * (MAX_BYTES + 1), "e30.e30.e30"], ids=range(7))
def test_what_is_no_token_is_said_to_be_none_and_not_repeated(text):
    with pytest.raises(TokenError) as wrong:
        held(text)
    assert len(str(wrong.value)) < 80


def test_a_token_is_sealed_only_where_its_root_lets_it_be():
    with pytest.raises(TokenError, match="gives no bearer tokens"):
        held().seal()
    sealed = held(token(pop="optional")).seal()
    assert verify(sealed, {kid(ISSUER): ISSUER}).sealed
    assert read(sealed).is_sealed
    with pytest.raises(TokenError, match="bearer"):
        held(sealed)
    assert sealed == seal(sealed.rpartition("~")[0], holder=KEY.clear_key)


def test_a_private_key_handed_over_by_mistake_stays_out_of_the_token():
    written = NEXT.clear_key.as_dict(private=True)
    text = handed(held(), to=written)
    assert verify(text, {kid(ISSUER): ISSUER}).blocks[0]["cnf"]["jwk"] == dict(public(NEXT.clear_key))


@pytest.mark.parametrize("to", [{}, {"kty": "RSA"}, {"kty": "OKP", "crv": "Ed25519"}])
def test_the_next_holder_has_a_key_of_the_one_kind(to):
    with pytest.raises(TokenError, match="Ed25519"):
        handed(held(), to=to)


def test_a_block_that_would_make_it_too_long_is_not_written():
    with pytest.raises(TokenError, match="longer"):
        handed(held(), tools={"a.x": {"args": {"n": "x" * MAX_BYTES}}})


@pytest.mark.requirement("proof")
def test_each_proof_is_for_one_request_to_the_audience_and_has_a_name_of_its_own():
    one = held()
    proofs = [
        read_proof(one.proof("POST", b"{}"), method="POST", url="http://broker/mcp", now=float(NOW)) for _ in range(50)
    ]
    assert len({proof.jti for proof in proofs}) == 50
    assert {(proof.holder, proof.body) for proof in proofs} == {(KEY.name, body_digest(b"{}"))}


def test_neither_token_nor_key_shows_itself():
    one = held()
    for secret in (one.token, KEY.clear_key.as_dict(private=True)["d"]):
        assert secret not in f"{one} {one!r} {one.said!r}"
