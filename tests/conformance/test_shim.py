"""The shim changes names and adds a token, and nothing else."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conformance.fixture_asking import ASKING, PROMPT
from tests.conformance.fixture_faces import PROMPTS
from tests.conformance.fixture_tools import TOOLS
from tests.conformance.serving import names
from tests.conformance.shim import Names, Shim

SOURCE = Path(__file__).parent / "house" / "tools" / "fixture" / "source.yaml"
NAMES = Names(outward={"echo": "fixture__echo"}, scheme="test:", places="fixture+")
SSE, JSON = b"text/event-stream", b"application/json"


async def through(body=b"", headers=(), *, kind=JSON, answer=(b"{}",), client="127.0.0.1"):
    """One request through the shim: what the application met, and what came back."""
    met, came = {}, []

    async def app(scope, receive, send):
        met.update(headers=scope["headers"], body=(await receive())["body"])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        for at, part in enumerate(answer, start=1):
            await send({"type": "http.response.body", "body": part, "more_body": at < len(answer)})

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        came.append(message)

    scope = {"type": "http", "headers": list(headers), "client": (client, 1)}
    await Shim(app, token="its-own", names=NAMES)(scope, receive, send)
    return met, b"".join(one.get("body", b"") for one in came)


def asked(params, method="tools/call"):
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()


@pytest.mark.parametrize(
    ("params", "met"),
    [
        ({"name": "echo", "arguments": {"name": "echo"}}, {"name": "fixture__echo", "arguments": {"name": "echo"}}),
        ({"uri": "test://a"}, {"uri": "fixture+test://a"}),
        ({"uri": "other://a"}, {"uri": "other://a"}),
        ({"ref": {"type": "ref/prompt", "name": "echo"}}, {"ref": {"type": "ref/prompt", "name": "fixture__echo"}}),
        ({"name": "fixture__echo"}, {"name": "fixture__echo"}),
        ({"name": "no_such"}, {"name": "no_such"}),
    ],
)
async def test_a_request_comes_in_the_brokers_names(params, met):
    found, _ = await through(asked(params))
    assert json.loads(found["body"])["params"] == met


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ({"result": {"tools": [{"name": "fixture__echo"}]}}, {"result": {"tools": [{"name": "echo"}]}}),
        ({"result": {"contents": [{"uri": "fixture+test://a"}]}}, {"result": {"contents": [{"uri": "test://a"}]}}),
        ({"error": {"data": {"uri": "fixture+test://a"}}}, {"error": {"data": {"uri": "test://a"}}}),
        ({"result": {"content": [{"text": "fixture__echo"}]}}, {"result": {"content": [{"text": "fixture__echo"}]}}),
    ],
)
@pytest.mark.parametrize("kind", [SSE, JSON])
async def test_an_answer_comes_in_the_suites_names(said, heard, kind):
    body = json.dumps(said).encode()
    _, back = await through(kind=kind, answer=(b"data: " + body + b"\n\n",) if kind == SSE else (body,))
    assert json.loads(back.removeprefix(b"data: ")) == heard


@given(
    st.lists(st.sampled_from([b"data: ", b'{"result": {"uri": "fixture+test://a"}}', b"\n", b"\r\n", b": on\n", b""]))
)
async def test_a_stream_comes_out_the_same_wherever_it_was_cut(parts):
    _, cut = await through(kind=SSE, answer=(*parts, b""))
    _, whole = await through(kind=SSE, answer=(b"".join(parts),))
    assert cut == whole


@pytest.mark.parametrize("body", [b'{"a" :1,"a":2}', b"\xff", b"", b'{"params": {"name": "no_such" }}'])
async def test_what_has_no_other_name_passes_byte_by_byte(body):
    met, _ = await through(body)
    assert met["body"] == body


async def test_a_token_is_added_where_there_is_none_and_only_near():
    ours, theirs = (b"authorization", b"Bearer its-own"), (b"authorization", b"Bearer other")
    assert ours in (await through())[0]["headers"]
    assert (await through(headers=[theirs]))[0]["headers"] == [theirs]
    assert (await through(client="10.0.0.1"))[0]["headers"] == []


async def test_the_header_that_names_what_is_called_is_mapped_too():
    met, _ = await through(headers=[(b"mcp-name", b"echo"), (b"mcp-method", b"echo")])
    assert met["headers"][:2] == [(b"mcp-name", b"fixture__echo"), (b"mcp-method", b"echo")]


def test_the_source_file_names_everything_that_the_fixture_lists():
    known = set(names(SOURCE).outward)
    listed = {one.tool.name for one in (*TOOLS, *ASKING)} | {one.name for one in (*PROMPTS, PROMPT.prompt)}
    assert listed <= known
