"""`/token` for clients that know `scope` alone: one task, which goes on, and what is said twice agrees."""

import json
from dataclasses import replace

import pytest

from broker.edge.oauth.subjects import CREDENTIALS
from broker.grants.named import MOST
from broker.model.scope import Given
from broker.tokens.segment import sign
from tests import kit
from tests.oauth_kit import AGENT, OKPKey, Scopes, Ways, agent

PLAIN = {"grant_type": CREDENTIALS, "subject_token": None, "subject_token_type": None, "authorization_details": None}


def given(**changed):
    return replace(kit.scope(), **changed)


@pytest.fixture
def ways():
    takes = {"n": Given(type="integer", constraint=kit.ANY.constraint)}
    shelf = Scopes(
        given(),
        given(name="both", purposes=frozenset({"p", "q"}), tools={"t.t": kit.tool_grant(), "t.u": kit.tool_grant()}),
        given(name="asking", parameters=takes),
        given(name="theirs", roles=frozenset({"director"})),
        tools=("t.t", "t.u"),
    )
    return Ways(kit.House(shelf))


async def asked(ways, **more):
    return (await ways.ask(**{**PLAIN, **more})).json()


def proof(ways, key):
    jwk = {name: key.as_dict(private=False)[name] for name in ("kty", "crv", "x")}
    now, ways.named = int(ways.house.clock.now()), ways.named + 1
    said = {"htm": "POST", "htu": ways.endpoint.url, "iat": now, "jti": str(ways.named)}
    return {"DPoP": sign({"typ": "dpop+jwt", "jwk": jwk}, said, key)}


@pytest.mark.requirement("scope-by-name")
async def test_a_scope_by_its_name_is_a_task_and_what_was_granted_is_said(ways):
    said = await asked(ways, scope="s")
    assert said["scope"] == "s"
    (detail,) = said["authorization_details"]
    assert (detail["scope"], detail["purpose"], detail["parameters"]) == ("s", "p", {})
    assert (await asked(ways, scope="s both:q"))["scope"] == "both:q"


@pytest.mark.requirement("scope-by-name")
async def test_whoever_asks_for_the_very_same_goes_on_with_its_task(ways):
    def task(said):
        return said["authorization_details"][0]["task"]

    first = await asked(ways, scope="s")
    assert task(await asked(ways, scope="s:p")) == task(first)
    whole = ways.form()
    user = {name: whole[name] for name in ("grant_type", "subject_token", "subject_token_type")}
    others = [
        await asked(ways, scope="both:p"),
        await asked(ways, scope="both:q"),
        await asked(ways, **user, scope="s"),  # of a user
        (await ways.ask(**{**PLAIN, "scope": "s"}, headers=proof(ways, OKPKey.generate_key("Ed25519")))).json(),
    ]
    assert len({task(one) for one in (first, *others)}) == 5
    await ways.house.journal.ended(task(first), by="operator", why="done")
    again = await asked(ways, scope="s")
    assert task(again) not in {task(one) for one in (first, *others)}
    ways.house.clock.at += 30_000  # beyond its life
    assert task(await asked(ways, scope="s")) != task(again)


@pytest.mark.requirement("scope-by-name")
async def test_a_task_goes_on_for_nobody_who_could_not_open_it_any_more(ways):
    await asked(ways, scope="s")
    ways.endpoint.agents[AGENT] = agent(roles=frozenset({"other"}))
    assert await asked(ways, scope="s") == {"error": "invalid_scope"}
    ways.endpoint.agents[AGENT] = agent(roles=frozenset({"r"}))
    ways.house.shelf.by_name["s"] = given(revision="rev-2")
    await asked(ways, scope="s")
    assert ways.house.kinds("task.opened", "task.refreshed") == ["task.opened", "task.opened"]


@pytest.mark.parametrize(
    "scope",
    [
        "theirs",
        "nowhere",
        "both",
        "both:z",
        "s:z",
        "asking",
        "s  s",
        " ",
        " ".join(["s"] * (MOST + 1)),
        ":",
        "s\n",
        "é",
    ],
    ids=repr,
)
async def test_a_scope_that_is_not_theirs_is_one_answer_whatever_it_is(scope, ways):
    answer = await ways.ask(**{**PLAIN, "scope": scope})
    if scope == "s  s":  # nothing between two spaces is nothing, and beside it stands what is theirs
        assert answer.status_code == 200
        return
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_scope"})
    assert ways.house.kinds("task.opened") == []


async def test_whoever_names_no_scope_gets_the_one_it_is_registered_for(ways):
    assert await asked(ways) == {"error": "invalid_scope"}
    ways.endpoint.agents[AGENT] = agent(roles=frozenset({"r"}), scope="both:q")
    assert (await asked(ways))["scope"] == "both:q"


@pytest.mark.requirement("scope-by-name")
@pytest.mark.parametrize(
    ("scope", "agrees"), [("s", True), ("s:p", True), ("x s", True), ("both:p", False), ("s:q", False)]
)
async def test_what_is_said_twice_is_said_alike(scope, agrees, ways):
    detail = {"type": "broker_task", "scope": "s", "purpose": "p", "parameters": {}}
    first = await asked(ways, scope=scope, authorization_details=json.dumps([detail]))
    assert ("access_token" in first) is agrees
    assert first.get("error") == (None if agrees else "invalid_scope")
    task = (await asked(ways, scope="s"))["authorization_details"][0]["task"]
    renewal = json.dumps([{"type": "broker_task", "task": task}])
    again = await asked(ways, scope=scope, authorization_details=renewal)
    assert again.get("error") == (None if agrees else "invalid_scope")
