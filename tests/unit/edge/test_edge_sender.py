"""A token that is no bearer token serves only who proves, for each request, that the key is theirs."""

import pytest

from broker.tokens.chain import seal
from broker.tokens.dpop import prove
from broker.tokens.keys import new_key, public
from tests.kit import AUDIENCE, scope
from tests.unit.edge.test_edge_gate import BODY, front

KEY, OTHER = new_key(), new_key()


async def held(**behind):
    """A gate, and the token of a task whose holder has KEY."""
    one = await front(**behind)
    await one.house.open(holder=public(KEY))
    return one


def proof(one, key=KEY, **more):
    said = {"token": one.house.token, "method": "POST", "url": AUDIENCE.url, "body": BODY, "jti": "j"}
    return prove(key, **{**said, "now": one.house.clock.now(), **more})


@pytest.mark.requirement("proof")
async def test_the_holder_of_its_key_is_served():
    one = await held()
    assert await one.asks(f"DPoP {one.house.token}", dpop=proof(one)) == 200


@pytest.mark.requirement("proof")
async def test_a_proof_serves_once():
    one = await held()
    sent = proof(one)
    assert [await one.asks(f"DPoP {one.house.token}", dpop=sent) for _ in range(2)] == [200, 401]
    assert len(one.behind.given) == 1


@pytest.mark.requirement("proof")
@pytest.mark.parametrize(
    "more",
    [
        {"key": OTHER},
        {"token": "another"},
        {"method": "GET"},
        {"url": "https://elsewhere.example/mcp"},
        {"body": b"{}"},
        {"now": 0},
    ],
    ids=["key", "token", "method", "url", "body", "time"],
)
async def test_a_proof_of_anything_else_is_a_strangers(more):
    one = await held()
    assert await one.asks(f"DPoP {one.house.token}", dpop=proof(one, **more)) == 401
    await one.house.journal.flush_strangers()
    assert (one.behind.given, one.house.records[-1]["counts"]) == ([], {"bad_token": 1})


@pytest.mark.requirement("proof")
async def test_without_a_proof_its_token_is_nobodys():
    one = await held()
    assert await one.asks(f"Bearer {one.house.token}") == 401
    assert await one.asks(f"Bearer {one.house.token}", dpop=proof(one)) == 401
    assert await one.asks(f"DPoP {one.house.token}") == 401


@pytest.mark.requirement("seal-required")
async def test_a_holder_makes_a_bearer_token_of_it_only_where_the_scope_says_so():
    one = await held()
    assert await one.asks(f"Bearer {seal(one.house.token, holder=KEY)}") == 200
    one.house.shelf.the_scope = scope(seal=False)
    await one.house.open(holder=public(KEY))
    assert await one.asks(f"Bearer {seal(one.house.token, holder=KEY)}") == 401
