"""docs/oauth-openapi.yaml and the endpoints say the same, whatever is asked of them."""

import re
from pathlib import Path

import httpx2
import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from starlette.applications import Starlette
from starlette.routing import Route

from broker.adapters.broken import Broken
from broker.edge.oauth import metadata, revoke, token
from broker.edge.oauth.metadata import routes
from broker.edge.oauth.revoke import RevokeEndpoint
from tests import kit
from tests.oauth_kit import Ways

ROOT = Path(__file__).parents[3]
PAGE = YAML(typ="safe").load(ROOT / "docs" / "oauth-openapi.yaml")
PARTS = PAGE["components"]
FORM = "application/x-www-form-urlencoded"
ODD = st.one_of(st.text(max_size=40), st.sampled_from(["", "\0", "null", "[]", "{}", "[{}]", "a.b.c", "é" * 300]))


def ways():
    one = Ways(kit.house(Broken(answers={"rows": []}, leaves=kit.spec().leaves)))
    back = RevokeEndpoint(pipeline=one.house.pipeline, agents=one.endpoint.agents)
    posts = {"/token": one.endpoint.answer, "/revoke": back.answer}
    made = [Route(path, endpoint, methods=["POST"]) for path, endpoint in posts.items()]
    one.app = Starlette(routes=[*routes(kit.AUDIENCE, list), *made])
    return one


def operations():
    return {path: (method, said) for path, methods in PAGE["paths"].items() for method, said in methods.items()}


def answer_of(said, status):
    """What the page says of an answer: its headers and its form."""
    found = said["responses"][str(status)]
    if "$ref" in found:
        found = PARTS["responses"][found["$ref"].rpartition("/")[2]]
    headers = {name: PARTS["headers"][one["$ref"].rpartition("/")[2]] for name, one in found.get("headers", {}).items()}
    return headers, found["content"]["application/json"]["schema"]


def held(answer, said):
    headers, schema = answer_of(said, answer.status_code)
    assert answer.headers["content-type"] == "application/json"
    assert {name: answer.headers.get(name) for name in headers} == {
        name: one["schema"]["const"] for name, one in headers.items()
    }
    jsonschema_rs.validate(schema, answer.json())


def properties(path):
    return operations()[path][1]["requestBody"]["content"][FORM]["schema"]["properties"]


def test_every_endpoint_stands_on_the_page_with_its_method_and_nothing_else():
    there = {one.path: sorted(one.methods - {"HEAD"}) for one in ways().app.routes}
    assert there == {path: [method.upper()] for path, (method, _) in operations().items()}


def test_every_field_and_every_refusal_stands_on_the_page():
    assert set(properties("/token")) == token._KNOWN
    assert set(properties("/revoke")) == revoke._KNOWN
    sources = "".join(path.read_text() for path in Path(metadata.__file__).parent.glob("*.py"))
    said = set(re.findall(r'FormError\(\s*"(\w+)"', sources))
    errors = PARTS["responses"]["Refused"]["content"]["application/json"]["schema"]["properties"]["error"]["enum"]
    assert said == {*errors, "invalid_client", "temporarily_unavailable"}


@pytest.mark.requirement("no-registration")
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["/register", "/authorize", "/userinfo", "/introspect", "/login", "/callback"])
async def test_nobody_signs_in_or_registers_here_and_nobody_is_sent_anywhere(method, path):
    asked = {"response_type": "code", "client_id": "a", "redirect_uri": "https://evil.example/", "state": "s"}
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=ways().app)) as client:
        answer = await client.request(
            method, f"http://broker{path}", params=asked, json={"redirect_uris": ["https://evil"]}
        )
        said = (await client.get(f"http://broker{metadata.SERVER}")).json()
    assert answer.status_code in {400, 404, 405}
    assert "location" not in answer.headers
    assert "evil" not in answer.text
    assert [name for name in said if "registration" in name] == []
    assert said["response_types_supported"] == []


@pytest.mark.parametrize("path", [path for path, (method, _) in operations().items() if method == "get"])
async def test_what_the_broker_says_of_itself_is_as_the_page_says(path):
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=ways().app)) as client:
        held(await client.get(f"http://broker{path}"), operations()[path][1])


@pytest.mark.requirement("token-answers")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.data())
async def test_whatever_is_asked_has_one_of_the_answers_of_the_page_and_no_wrong_form_gets_a_token(drawn):
    """A form that was right, with some of its fields left out, some written otherwise, and some beside."""
    one = ways()
    path = drawn.draw(st.sampled_from(["/token", "/revoke"]))
    right = one.form() if path == "/token" else {"token": "x", "client_assertion": one.assertion()}
    wrong = drawn.draw(st.dictionaries(st.sampled_from(sorted(properties(path))), ODD | st.none(), min_size=1))
    form = {name: value for name, value in {**right, **wrong}.items() if value is not None}
    headers = drawn.draw(
        st.sampled_from([{}, {"DPoP": "a.b.c"}, {"Authorization": "Basic eA=="}, {"Authorization": "x"}])
    )
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=one.app)) as client:
        answer = await client.post(f"http://broker{path}", data=form, headers=headers)
    held(answer, operations()[path][1])
    if answer.status_code == 200 and path == "/token":
        assert {name: form.get(name) for name in right} == right
