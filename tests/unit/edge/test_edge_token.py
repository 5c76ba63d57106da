"""`/token`: a registered agent, for a user who let it act, gets exactly the task that the scope allows, and once."""

import json
from contextlib import contextmanager

import httpx2
import pytest

from broker.adapters.broken import Broken
from broker.edge.oauth.subjects import ACCESS_TOKEN, CREDENTIALS
from broker.model.faults import StoreFault
from broker.model.outcome import Served
from broker.model.task import SaidBy
from broker.model.tool import State
from broker.tokens.segment import sign
from tests import kit
from tests.oauth_kit import AGENT, AGENT_KEY, OTHER, OKPKey, RSAKey, Ways

DETAIL = {"type": "broker_task", "scope": "s", "purpose": "p", "parameters": {}}
DETAILS = "invalid_authorization_details"
STRANGER = RSAKey.generate_key(2048)


def answering():
    return Broken(answers={"rows": [], "truncated": False}, leaves=kit.spec().leaves)


@pytest.fixture
def ways():
    return Ways(kit.house(answering()))


def details(**changed):
    return json.dumps([{**DETAIL, **changed}])


@pytest.mark.requirement("exchange-who")
async def test_an_agent_opens_a_task_for_a_user_who_let_it_act(ways):
    said = (await ways.ask()).json()
    assert (said["issued_token_type"], said["token_type"], said["expires_in"]) == (ACCESS_TOKEN, "Bearer", 900)
    facts = await ways.house.store.facts(said["authorization_details"][0]["task"])
    assert (str(facts.task.principal), facts.task.actor) == ("https%3A//login.example:mara", AGENT)
    assert facts.task.said_by is SaidBy.AGENT
    assert isinstance(await ways.house.call(token=said["access_token"]), Served)


async def test_a_proof_binds_the_token_to_its_key(ways):
    key = OKPKey.generate_key("Ed25519")
    jwk = {name: key.as_dict(private=False)[name] for name in ("kty", "crv", "x")}
    now = int(ways.house.clock.now())
    proof = sign(
        {"typ": "dpop+jwt", "jwk": jwk}, {"htm": "POST", "htu": ways.endpoint.url, "iat": now, "jti": "1"}, key
    )
    said = (await ways.ask(headers={"DPoP": proof})).json()
    assert said["token_type"] == "DPoP"
    assert not isinstance(await ways.house.call(token=said["access_token"]), Served)
    assert (await ways.ask(headers={"DPoP": proof})).json() == {"error": "invalid_client"}  # used before


async def test_an_agent_works_for_itself_as_what_it_is_registered_for(ways):
    said = (await ways.ask(grant_type=CREDENTIALS, subject_token=None, subject_token_type=None)).json()
    facts = await ways.house.store.facts(said["authorization_details"][0]["task"])
    assert str(facts.task.principal) == f"http%3A//broker:{AGENT}"
    other = ways.assertion(name=OTHER)
    refused = await ways.ask(
        grant_type=CREDENTIALS, subject_token=None, subject_token_type=None, client_assertion=other
    )
    assert refused.json() == {"error": DETAILS}  # it has no role


async def test_no_token_outlives_what_says_who_the_user_is(ways):
    soon = int(ways.house.clock.now()) + 60
    assert (await ways.ask(subject_token=ways.subject(exp=soon))).json()["expires_in"] == 60


async def test_a_task_goes_on_with_another_token_for_its_own_user_and_agent_alone(ways):
    first = (await ways.ask()).json()
    (detail,) = first["authorization_details"]
    again = json.dumps([{"type": "broker_task", "task": detail["task"]}])
    second = (await ways.ask(authorization_details=again)).json()
    assert second["authorization_details"] == first["authorization_details"]
    assert second["access_token"] != first["access_token"]
    for other in ({"sub": "noor"}, {"may_act": {"sub": OTHER}}):
        by = ways.assertion(name=OTHER) if "may_act" in other else ways.assertion()
        refused = await ways.ask(authorization_details=again, subject_token=ways.subject(**other), client_assertion=by)
        assert refused.json() == {"error": DETAILS}
    await ways.house.journal.ended(detail["task"], by="operator", why="done")
    assert (await ways.ask(authorization_details=again)).json() == {"error": DETAILS}


@pytest.mark.requirement("exchange-who")
@pytest.mark.parametrize("by_name", [False, True])
async def test_a_task_goes_on_for_as_long_as_it_is_for_its_user_and_agent(by_name, ways, monkeypatch):
    """Its role may be gone since; that no new task may use a tool of it ends none that is open."""
    task = (await ways.ask()).json()["authorization_details"][0]["task"]
    again = {"authorization_details": json.dumps([{"type": "broker_task", "task": task}])}
    asked, error = ({"authorization_details": None, "scope": "s"}, "invalid_scope") if by_name else (again, DETAILS)
    refused = await ways.ask(**asked, subject_token=ways.subject(roles=[]))
    assert (refused.status_code, refused.json()) == (400, {"error": error})
    assert "is for the roles" in ways.house.records[-1]["detail"]
    assert ways.house.kinds("task.refreshed") == []
    monkeypatch.setattr(ways.house.shelf, "the_scope", kit.scope(agents=("robot",)))
    assert (await ways.ask(**asked)).json() == {"error": error}
    assert "is for the agents" in ways.house.records[-1]["detail"]
    monkeypatch.undo()
    monkeypatch.setattr(ways.house.shelf, "spec", lambda _: kit.spec(state=State.DEPRECATED))
    said = await ways.ask(**again)
    assert (said.status_code, said.json()["authorization_details"][0]["task"]) == (200, task)


WRONG = {
    "an ID token": (lambda ways: {"subject_token": ways.subject(typ="JWT")}, "invalid_grant"),
    "a token for another client": (lambda ways: {"subject_token": ways.subject(client_id="shop")}, "invalid_grant"),
    "another may act": (lambda ways: {"subject_token": ways.subject(may_act={"sub": OTHER})}, "invalid_grant"),
    "another audience": (lambda ways: {"subject_token": ways.subject(aud="http://other/mcp")}, "invalid_grant"),
    "another issuer with the same user": (
        lambda ways: {"subject_token": ways.subject(iss="https://evil.example")},
        "invalid_grant",
    ),
    "another acts by it": (lambda ways: {"subject_token": ways.subject(act={"sub": OTHER})}, "invalid_grant"),
    "for a key that is not shown": (lambda ways: {"subject_token": ways.subject(cnf={"jkt": "x"})}, "invalid_grant"),
    "of a client": (lambda ways: {"subject_token": ways.subject(sub="desk@clients")}, "invalid_grant"),
    "run out": (lambda ways: {"subject_token": ways.subject(exp=1)}, "invalid_grant"),
    "another key": (lambda ways: {"subject_token": ways.subject(key=STRANGER)}, "invalid_grant"),
    "a key of the agent's": (lambda ways: {"subject_token": ways.subject(key=AGENT_KEY, kid="k1")}, "invalid_grant"),
    "no role": (lambda ways: {"subject_token": ways.subject(roles=["guest"])}, DETAILS),
    "our own token": (lambda ways: {"subject_token": ways.house.token}, "invalid_grant"),
    "another type of subject": (
        lambda _: {"subject_token_type": "urn:ietf:params:oauth:token-type:id_token"},
        "invalid_request",
    ),
    "an unknown agent": (lambda ways: {"client_assertion": ways.assertion(name="agent-9")}, "invalid_client"),
    "another agent's key": (
        lambda ways: {"client_assertion": ways.assertion(key=OKPKey.generate_key("Ed25519"))},
        "invalid_client",
    ),
    "an assertion for another": (
        lambda ways: {"client_assertion": ways.assertion(aud="http://other")},
        "invalid_client",
    ),
    "an assertion without an end": (lambda ways: {"client_assertion": ways.assertion(exp=None)}, "invalid_client"),
    "the user's token as an assertion": (lambda ways: {"client_assertion": ways.subject()}, "invalid_client"),
    "a secret of nobody": (
        lambda _: {"client_secret": "s", "client_assertion": None, "client_assertion_type": None},
        "invalid_client",
    ),
    "another name beside": (lambda _: {"client_id": OTHER}, "invalid_client"),
    "another grant": (lambda _: {"grant_type": "password"}, "unsupported_grant_type"),
    "another resource": (lambda _: {"resource": "http://other/mcp"}, "invalid_target"),
    "another kind of detail": (
        lambda _: {"authorization_details": details(type="payment")},
        DETAILS,
    ),
    "two details": (
        lambda _: {"authorization_details": json.dumps([DETAIL, DETAIL])},
        DETAILS,
    ),
    "no JSON": (lambda _: {"authorization_details": "[{"}, DETAILS),
    "a scope that is not there": (
        lambda _: {"authorization_details": details(scope="x")},
        DETAILS,
    ),
    "another purpose": (lambda _: {"authorization_details": details(purpose="x")}, DETAILS),
    "a parameter too many": (
        lambda _: {"authorization_details": details(parameters={"a": 1})},
        DETAILS,
    ),
    "a parameter that is a list": (
        lambda _: {"authorization_details": details(parameters={"a": [1]})},
        DETAILS,
    ),
    "a field that is not known": (lambda _: {"actor_token": "x"}, "invalid_request"),
    "a user beside the agent's own work": (lambda _: {"grant_type": CREDENTIALS}, "invalid_request"),
    "an assertion beside a subject": (lambda _: {"assertion": "x"}, "invalid_request"),
    "no subject": (lambda _: {"subject_token": None}, "invalid_request"),
}


@pytest.mark.parametrize("case", WRONG)
async def test_whatever_is_wrong_is_refused_with_a_standard_s_code_and_no_more(case, ways):
    await ways.house.open()
    changed, error = WRONG[case]
    answer = await ways.ask(**changed(ways))
    assert answer.json() == {"error": error}
    assert answer.status_code == (401 if error == "invalid_client" else 400)
    assert ways.house.kinds("task.opened") == ["task.opened"]  # the one of the test


async def test_what_cannot_be_recorded_is_not_granted(ways, monkeypatch):
    @contextmanager
    def broken():
        raise StoreFault("the disk is gone")
        yield

    monkeypatch.setattr(ways.house.store, "begin", broken)
    answer = await ways.ask()
    assert (answer.status_code, answer.json()) == (503, {"error": "temporarily_unavailable"})


@pytest.mark.requirement("exchange-once")
async def test_an_assertion_is_used_once(ways):
    vouched = ways.assertion()
    assert (await ways.ask(client_assertion=vouched)).status_code == 200
    assert (await ways.ask(client_assertion=vouched)).json() == {"error": "invalid_client"}


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"grant_type=a&grant_type=b", "application/x-www-form-urlencoded"),
        (b"grant_type", "application/x-www-form-urlencoded"),
        (b"\xff=1", "application/x-www-form-urlencoded"),
        (b"a=%ff", "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % at for at in range(40)), "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"", "application/x-www-form-urlencoded"),
    ],
)
async def test_a_body_that_is_no_form_is_refused(body, content_type, ways):
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=ways.app)) as client:
        answer = await client.post(ways.endpoint.url, content=body, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})
