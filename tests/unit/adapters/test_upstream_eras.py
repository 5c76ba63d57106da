"""A server of any version of the protocol is connected to, listed and asked; none learns what it need not."""

import json

import anyio
import mcp.client.session
import pytest

from broker.adapters.mcp.upstream import Upstream
from tests.upstreams.kit import Script, anything, call, running, text_of, unasked
from tests.upstreams.speech import MODERN, NAMED, VERSIONS

OPENING = ("server/discover", "initialize")


async def ask(upstream, method, **params):
    return await upstream.ask(method, params, timeout=10, max_bytes=1000, progress=unasked, expects=anything)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.requirement("every-version")
async def test_every_version_is_spoken(tmp_path, version):
    server = Script(tmp_path, {"version": version})
    async with running(server.reach) as up:
        assert text_of(await call(up, "echo", text="over there")) == "over there"
        listed = up.definitions
        assert (listed.protocol, up.trouble) == (version, None)
        assert list(listed.tools) == [one["name"] for one in NAMED["tools/list"]]
        assert listed.tools["echo"] == NAMED["tools/list"][0]
        assert listed.resources == {"note://one": NAMED["resources/list"][0]}
        assert listed.templates == {"note://{name}": NAMED["resources/templates/list"][0]}
        assert listed.prompts == {"greet": NAMED["prompts/list"][0]}


def test_an_upstream_can_be_made_before_anything_runs(tmp_path):
    reach = Script(tmp_path, {}).reach
    made = Upstream("up", reach, lambda: None)

    async def run():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(made.run)
            assert text_of(await call(made, "echo", text="now")) == "now"
            tasks.cancel_scope.cancel()

    anyio.run(run)


@pytest.mark.parametrize("version", VERSIONS)
async def test_resources_prompts_and_completions_are_asked_for_like_tools(tmp_path, version):
    async with running(Script(tmp_path, {"version": version}).reach) as up:
        read = await ask(up, "resources/read", uri="note://one")
        got = await ask(up, "prompts/get", name="greet", arguments={"who": "you"})
        completed = await ask(
            up,
            "completion/complete",
            ref={"type": "ref/prompt", "name": "greet"},
            argument={"name": "who", "value": "y"},
        )
    assert read["contents"] == [{"uri": "note://one", "text": "read"}]
    assert json.loads(got["messages"][0]["content"]["text"]) == {"who": "you"}
    assert completed["completion"] == {"values": ["y!"]}


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_server_learns_the_name_of_the_product_and_that_nobody_here_answers_it(tmp_path, version):
    server = Script(tmp_path, {"version": version})
    async with running(server.reach) as up:
        await call(up, "echo")
    opened = [one["params"] for one in server.heard() if one["method"] in OPENING]
    prefix = "io.modelcontextprotocol/"
    for params in opened:
        told = (
            params
            if "clientInfo" in params
            else {key.removeprefix(prefix): value for key, value in params["_meta"].items()}
        )
        assert told["clientInfo"] == {"name": "toolbroker", "version": "0"}
        assert told["capabilities" if "capabilities" in told else "clientCapabilities"] == {}
    assert opened


async def test_who_a_server_says_it_is_does_not_go_on(tmp_path):
    async with running(Script(tmp_path, {"version": MODERN}).reach) as up:
        assert "somebody" not in str(await call(up, "echo", text="said"))


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_null_among_the_arguments_stays_a_null(tmp_path, version):
    server = Script(tmp_path, {"version": version})
    async with running(server.reach) as up:
        await call(up, "echo", none=None, deep={"none": [None]})
    (asked,) = server.heard("tools/call")
    assert asked["params"]["arguments"] == {"none": None, "deep": {"none": [None]}}


async def test_a_server_that_ends_at_a_question_it_does_not_know_is_met_with_the_old_handshake(tmp_path):
    server = Script(tmp_path, {"version": "2024-11-05", "opening": "picky"})
    async with running(server.reach) as up:
        assert text_of(await call(up, "echo", text="still here")) == "still here"
    assert [one["method"] for one in server.heard() if one["method"] in OPENING] == list(OPENING)
    assert server.starts == 2


async def test_a_server_that_leaves_a_question_open_is_met_with_the_old_handshake(tmp_path, monkeypatch):
    monkeypatch.setattr(mcp.client.session, "DISCOVER_TIMEOUT_SECONDS", 0.1)
    server = Script(tmp_path, {"version": "2025-06-18", "opening": "deaf"})
    async with running(server.reach) as up:
        assert text_of(await call(up, "echo", text="at last")) == "at last"
    assert [one["method"] for one in server.heard()][:2] == list(OPENING)
    assert server.starts == 1


@pytest.mark.parametrize("before", [["starting up\n"], ["\n", "  \n"], ['{"level": "info"}\n', "{not json\n", "[1]\n"]])
async def test_what_a_server_prints_beside_the_protocol_is_passed_over(tmp_path, before):
    async with running(Script(tmp_path, {"version": "2025-06-18", "before": before}).reach) as up:
        assert text_of(await call(up, "echo", text="and yet")) == "and yet"
