"""ID-JAG at `/token`: an identity provider's word that this client acts for this user, here, now, and once."""

import json
from dataclasses import replace
from hashlib import sha256

import pytest

from broker.edge.oauth.subjects import ACCESS_TOKEN, ASSERTION, EXCHANGE
from broker.tokens.dpop import prove_bare
from broker.tokens.keys import kid, new_key
from tests import kit
from tests.oauth_kit import AGENT, AGENT_KEY, ID_JAG, ISSUER, OTHER, RSAKey, Ways, agent, id_jag
from tests.unit.edge.test_edge_token import answering


@pytest.fixture
def ways():
    one = Ways(kit.house(answering()))
    one.endpoint.issuers[ISSUER] = replace(one.issuer, id_jag=True)
    return one


@pytest.mark.requirement("exchange-bound")
@pytest.mark.parametrize("by", ["an ID-JAG", "an access token"])
async def test_what_is_for_a_key_is_shown_with_that_key_alone(by, ways):
    mine, other = new_key(), new_key()

    async def ask(key):
        bound = {"cnf": {"jkt": kid(mine)}}
        proof = {} if key is None else {"DPoP": prove_bare(key, **request, jti=ways.house.ids.fresh())}
        if by == "an ID-JAG":
            return await asks(ways, id_jag(ways, **bound), headers=proof)
        return await ways.ask(subject_token=ways.subject(**bound), headers=proof)

    request = {"method": "POST", "url": ways.endpoint.url, "now": ways.house.clock.now()}
    for key in (None, other):
        refused = await ask(key)
        assert (refused.status_code, refused.json()) == (400, {"error": "invalid_grant"})
    assert ways.house.kinds("task.") == []
    assert (await ask(mine)).json()["token_type"] == "DPoP"


async def asks(ways, assertion, **more):
    plain = {"subject_token": None, "subject_token_type": None, "grant_type": ASSERTION}
    return await ways.ask(**{**plain, "assertion": assertion, **more})


@pytest.mark.requirement("id-jag")
@pytest.mark.parametrize("by", ["assertion", "exchange"])
async def test_it_opens_a_task_of_the_user_for_the_client_that_it_names(by, ways):
    text = id_jag(ways)
    as_subject = {"grant_type": EXCHANGE, "subject_token": text, "subject_token_type": ID_JAG}
    said = (await (asks(ways, text) if by == "assertion" else ways.ask(**as_subject))).json()
    facts = await ways.house.store.facts(said["authorization_details"][0]["task"])
    assert (facts.task.principal.sub, facts.task.actor, said["expires_in"]) == ("mara", AGENT, 300)
    assert (await asks(ways, text)).json() == {"error": "invalid_client"}  # once; which of the two came twice is ours
    assert (await asks(ways, id_jag(ways))).status_code == 200


async def test_where_nothing_else_could_have_come_twice_it_is_the_grant_that_is_no_good(ways):
    ways.endpoint.agents[AGENT] = agent(key=None, secret_sha256=sha256(b"s").hexdigest())
    secret = {"client_assertion": None, "client_assertion_type": None, "client_id": AGENT, "client_secret": "s"}
    text = id_jag(ways)
    assert [(await asks(ways, text, **secret)).status_code for _ in range(2)] == [200, 400]
    assert (await asks(ways, text, **secret)).json() == {"error": "invalid_grant"}


WRONG = {
    "an access token": lambda ways: ways.subject(),
    "an access token that is else the same": lambda ways: id_jag(ways, typ="at+jwt"),
    "an ID token": lambda ways: id_jag(ways, typ="JWT"),
    "the agent's own word": lambda ways: ways.assertion(),
    "a client assertion with its type": lambda ways: id_jag(ways, key=AGENT_KEY),
    "for another client": lambda ways: id_jag(ways, client_id=OTHER),
    "for no client": lambda ways: id_jag(ways, client_id=None),
    "for another server": lambda ways: id_jag(ways, aud="http://other"),
    "for two servers": lambda ways: id_jag(ways, aud=[kit.AUDIENCE.issuer, "http://other"]),
    "for the resource as a server": lambda ways: id_jag(ways, aud=kit.AUDIENCE.url),
    "for another resource": lambda ways: id_jag(ways, resource="http://other/mcp"),
    "for no resource": lambda ways: id_jag(ways, resource=None),
    "of another issuer": lambda ways: id_jag(ways, iss="https://evil.example"),
    "by another key": lambda ways: id_jag(ways, key=RSAKey.generate_key(2048)),
    "run out": lambda ways: id_jag(ways, exp=int(ways.house.clock.now())),
    "for a year": lambda ways: id_jag(ways, exp=int(ways.house.clock.now()) + 31_000_000),
    "without an end": lambda ways: id_jag(ways, exp=None),
    "of tomorrow": lambda ways: id_jag(ways, iat=int(ways.house.clock.now()) + 86_400),
    "without a beginning": lambda ways: id_jag(ways, iat=None),
    "without a name": lambda ways: id_jag(ways, jti=None),
    "of nobody": lambda ways: id_jag(ways, sub=""),
    "with a scope that is no text": lambda ways: id_jag(ways, scope=["s"]),
    "for a key": lambda ways: id_jag(ways, cnf={"jkt": "of-another"}),
    "by which another acts": lambda ways: id_jag(ways, act={"sub": OTHER}),
    "with details of what it grants": lambda ways: id_jag(ways, authorization_details=[{"type": "broker_task"}]),
    "nothing": lambda _: "x",
}


@pytest.mark.requirement("id-jag")
@pytest.mark.parametrize("case", WRONG)
async def test_what_is_none_for_this_client_here_and_now_gives_nothing(case, ways):
    answer = await asks(ways, WRONG[case](ways))
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})
    assert ways.house.kinds("task.") == []


@pytest.mark.requirement("id-jag")
async def test_it_is_no_access_token_and_no_word_of_an_agent_s(ways):
    for kind in (ACCESS_TOKEN, "urn:ietf:params:oauth:token-type:jwt"):
        said = await ways.ask(subject_token=id_jag(ways, aud=kit.AUDIENCE.url), subject_token_type=kind)
        assert said.json() == {"error": "invalid_grant"}
    said = await ways.ask(client_assertion=id_jag(ways, iss=AGENT, sub=AGENT, key=AGENT_KEY))
    assert said.json() == {"error": "invalid_client"}


@pytest.mark.requirement("id-jag")
async def test_an_issuer_that_was_not_let_says_nothing_of_whom_may_act(ways):
    ways.endpoint.issuers[ISSUER] = ways.issuer
    assert (await asks(ways, id_jag(ways))).json() == {"error": "invalid_grant"}


@pytest.mark.requirement("id-jag")
async def test_the_scope_that_it_names_is_all_that_it_gives(ways):
    names_none = {"authorization_details": None}
    assert (await asks(ways, id_jag(ways, scope="s"), **names_none)).json()["scope"] == "s"
    assert (await asks(ways, id_jag(ways, scope="x s:p"), **names_none)).json()["scope"] == "s"
    task = (await asks(ways, id_jag(ways))).json()["authorization_details"][0]["task"]
    assert (await asks(ways, id_jag(ways, scope="x"), **names_none)).json() == {"error": "invalid_scope"}
    assert (await asks(ways, id_jag(ways, scope="x"))).json() == {"error": "invalid_authorization_details"}
    assert (await asks(ways, id_jag(ways, scope="s:q"), scope="s", **names_none)).json() == {"error": "invalid_scope"}
    renewal = json.dumps([{"type": "broker_task", "task": task}])
    assert (await asks(ways, id_jag(ways, scope="x"), authorization_details=renewal)).json() == {
        "error": "invalid_scope"
    }
