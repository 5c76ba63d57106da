"""Agents that have a secret: shown in the header or in the form, one way at a time, and kept as a digest alone."""

import base64
import hashlib
from datetime import date

import httpx2
import pytest

from broker.edge.oauth.subjects import CREDENTIALS
from tests import kit
from tests.oauth_kit import AGENT, OTHER, Ways, agent
from tests.unit.edge.test_edge_token import answering

SECRET = "s3cret of+more than 128 bits: äöü"
DIGEST = hashlib.sha256(SECRET.encode()).hexdigest()


@pytest.fixture
def ways():
    one = Ways(kit.house(answering()))
    roles = frozenset({"r"})
    one.endpoint.agents[AGENT] = agent(key=None, secret_sha256=DIGEST, roles=roles, scope="s")
    one.endpoint.agents[OTHER] = agent(OTHER, roles=roles, scope="s")  # it has a key alone
    return one


def basic(name=AGENT, secret=SECRET):
    """Both parts as in a form, as RFC 6749 2.3.1 has it."""
    written = [httpx2.QueryParams({"v": one}).__str__().partition("=")[2] for one in (name, secret)]
    return {"Authorization": "Basic " + base64.b64encode(":".join(written).encode()).decode()}


async def asks(ways, headers=(), **form):
    said = {"grant_type": CREDENTIALS, **form}
    return await ways.ask({name: one for name, one in said.items() if one is not None}, headers)


@pytest.mark.requirement("agent-secret")
async def test_it_says_who_asks_in_the_header_and_in_the_form(ways):
    for headers, form in ((basic(), {}), ({}, {"client_id": AGENT, "client_secret": SECRET})):
        said = (await asks(ways, headers, **form)).json()
        assert (said["token_type"], said["scope"]) == ("Bearer", "s")
        facts = await ways.house.store.facts(said["authorization_details"][0]["task"])
        assert facts.task.actor == AGENT


@pytest.mark.requirement("agent-secret")
@pytest.mark.parametrize(
    ("headers", "form", "error"),
    [
        (basic(secret="another"), {}, "invalid_client"),
        (basic(secret=DIGEST), {}, "invalid_client"),  # whoever reads broker.toml has no secret
        (basic(secret=""), {}, "invalid_client"),
        (basic(name=OTHER), {}, "invalid_client"),  # of another client, which has none
        (basic(name="nobody"), {}, "invalid_client"),
        (basic(), {"client_id": OTHER}, "invalid_client"),
        ({"Authorization": "Basic !"}, {}, "invalid_client"),
        ({"Authorization": "Basic " + "QQ==" * 400}, {}, "invalid_client"),
        ({"Authorization": "Basic YQ=="}, {}, "invalid_client"),
        ({"Authorization": "Bearer x"}, {}, "invalid_client"),
        ({"Authorization": "Basic ä".encode("latin-1").decode("latin-1")}, {}, "invalid_client"),
        ({}, {"client_secret": SECRET}, "invalid_client"),
        ({}, {"client_id": AGENT, "client_secret": "another"}, "invalid_client"),
        (basic(), {"client_id": AGENT, "client_secret": SECRET}, "invalid_request"),  # two ways
        (basic(), {"client_assertion": "x"}, "invalid_request"),
        (basic(), {"client_assertion_type": "x"}, "invalid_request"),
    ],
)
async def test_another_secret_is_nobody_s_and_the_answer_tells_nothing(headers, form, error, ways):
    coded = {name: value.encode("latin-1") for name, value in dict(headers).items()}
    answer = await asks(ways, coded, **form)
    assert answer.json() == {"error": error}
    if error == "invalid_client":
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Basic realm="token"')
    assert ways.house.kinds("task.") == []
    await ways.house.journal.flush_strangers()
    assert ways.house.records[-1]["counts"] == {"bad_token": 1}


async def test_an_agent_whose_review_is_overdue_has_no_secret_any_more(ways):
    ways.endpoint.agents[AGENT] = agent(key=None, secret_sha256=DIGEST, review_by=date(2000, 1, 1), scope="s")
    assert (await asks(ways, basic())).json() == {"error": "invalid_client"}


@pytest.mark.requirement("agent-secret")
async def test_it_stands_in_no_record_and_in_no_value_that_is_shown(ways):
    await asks(ways, basic())
    await asks(ways, basic(secret="another"))
    await ways.house.journal.flush_strangers()
    said = repr(ways.house.records) + repr(ways.endpoint)
    assert SECRET not in said
    assert DIGEST not in said
