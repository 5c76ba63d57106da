"""The door: who may come in, by which name, with how much, and what watchers are told."""

import json

import pytest

from tests.served import asking
from tests.talk import call, http, one_call, post

READ = "bank__account_read"


@pytest.fixture(scope="module")
def task(shared_bank):
    (one,) = shared_bank.grants([asking(user="door")])
    return one


@pytest.mark.requirement("strangers-401")
async def test_without_a_good_token_nobody_is_known(shared_bank, served_bank, task):
    good = task.token
    root, _, seal = good.partition("~")
    flipped = good[:-20] + ("A" if good[-20] != "A" else "B") + good[-19:]
    tried = {
        "none": None,
        "made up": "x",
        "forged": flipped,
        "cut": good[:-1],
        "unsealed": root,
        "sealed twice": f"{good}~{seal}",
        "expired": shared_bank.expired(task.task),
    }
    before = len(shared_bank.kinds("call."))
    for name, token in tried.items():
        response = await one_call(served_bank.url, token, READ, {"account_id": 1})
        said = response.json()["error"]["data"]
        assert response.status_code == 401, name
        expected = "token_expired" if name == "expired" else "bad_token"
        assert (said["refused"], said["retryable"]) == (expected, False), name
        challenge = response.headers["www-authenticate"]
        assert challenge.startswith(f'Bearer error="invalid_token", error_description="{expected}", resource_metadata=')
    assert len(shared_bank.kinds("call.")) == before
    assert (await one_call(served_bank.url, good, READ, {"account_id": 1})).status_code == 200


@pytest.mark.requirement("names")
@pytest.mark.parametrize(
    ("header", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
    ids=str,
)
async def test_another_name_and_a_page_of_a_browser_are_turned_away(shared_bank, served_bank, task, header, status):
    body, headers = call(READ, {"account_id": 1})
    before = len(shared_bank.kinds("call.denied"))
    async with http(task.token) as client:
        response = await post(client, served_bank.url, body, {**headers, **header})
    assert response.status_code == status
    assert len(shared_bank.kinds("call.denied")) == before + 1


@pytest.mark.requirement("max-body")
async def test_a_body_beyond_the_limit_is_not_read(shared_bank, served_bank, task):
    body, headers = call(READ, {"account_id": 1, "x": "y" * (1 << 20)})
    before = len(shared_bank.kinds("call.denied"))
    async with http(task.token) as client:
        response = await post(client, served_bank.url, body, headers)
    assert (response.status_code, response.json()["error"]["code"]) == (413, -32600)
    assert len(shared_bank.kinds("call.denied")) == before + 1


@pytest.mark.requirement("one-reading")
@pytest.mark.parametrize(
    "spoilt",
    [b'{"jsonrpc":"2.0","id":1,"id":2,"method":"tools/call"}', b"NaN", b"[" * 99, b'{"a":1e999}', b'"\\ud800"', b""],
    ids=lambda one: one[:12].decode(),
)
async def test_what_is_no_strict_json_is_refused_and_recorded(shared_bank, served_bank, task, spoilt):
    _, headers = call(READ, {})
    before = len(shared_bank.kinds("call."))
    async with http(task.token) as client:
        response = await post(client, served_bank.url, spoilt, headers)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == -32700
    assert len(shared_bank.kinds("call.")) == before + 1


async def test_headers_that_say_another_thing_than_the_body_are_refused(shared_bank, served_bank, task):
    body, headers = call(READ, {"account_id": 1})
    before = len(shared_bank.kinds("call."))
    async with http(task.token) as client:
        response = await post(client, served_bank.url, body, {**headers, "Mcp-Name": "bank__pay"})
    assert (response.status_code, response.json()["error"]["code"]) == (400, -32020)
    assert len(shared_bank.kinds("call.")) == before + 1


@pytest.mark.requirement("ready")
async def test_watchers_are_told_that_it_lives_and_is_ready(served_bank):
    async with http() as client:
        alive, ready = [await client.get(f"{served_bank.base}/{name}") for name in ("healthz", "readyz")]
    assert (alive.status_code, alive.json()) == (200, {"alive": True})
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "why": None})


async def test_there_is_nothing_else_there(served_bank, task):
    async with http(task.token) as client:
        for path in ("", "/", "/mcp/x", "/docs", "/metrics", "/..%2fkeys/token.jwk"):
            assert (await client.get(f"{served_bank.base}{path}")).status_code == 404, path
        for method in ("GET", "PUT", "DELETE", "OPTIONS"):
            response = await client.request(method, served_bank.url, headers={"MCP-Protocol-Version": "2026-07-28"})
            assert response.status_code == 405, method


async def test_an_answer_never_says_what_serves_it(served_bank, task):
    response = await one_call(served_bank.url, task.token, READ, {"account_id": 1})
    assert "server" not in response.headers
    assert "python" not in json.dumps(dict(response.headers)).lower()
