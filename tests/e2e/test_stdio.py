"""An agent that speaks stdio, through a started connector and a started broker, in both eras."""

import json

import anyio
import pytest
from mcp import MCPError

from broker.connect.pipes import LONGEST
from tests.piped import cancel, piped, request, speaking
from tests.served import asking
from tests.talk import ERAS, refusal, true_soon

READ, SLOW = "bank__account_read", "bank__count_slowly"
SECRETS = ("bank.example", "dear diary", "Owner ", "+49 30", "400000000000000", "pin1")

HOSTILE = (
    (b"\x00\xff", -32700),
    (b"hello", -32700),
    (b'{"jsonrpc":"2.0","id":1,"method":"\xff"}', -32700),
    (b'{"jsonrpc":"2.0","id":1,"id":2,"method":"tools/list"}', -32700),
    (b'{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"a":NaN}}', -32700),
    (b"[" * 99, -32700),
    (b"[]", -32600),
    (b'{"jsonrpc":"2.0","id":1.5,"method":"tools/list"}', -32600),
    (b'{"jsonrpc":"2.0","id":1,"method":"tools/list","more":1}', -32600),
    (b'"' + b"x" * (1 << 20) + b'"', -32600),  # more than the broker reads
)


@pytest.fixture
def task(shared_bank, request):
    (one,) = shared_bank.grants([asking(user=f"piped-{abs(hash(request.node.name))}")])
    return one


@pytest.fixture
def env(task):
    return {"BROKER_TOKEN": task.token}


def ends(bank, task):
    return [one for one in bank.log if one.get("task") == task and one["kind"] in {"call.outcome", "call.abandoned"}]


@pytest.mark.parametrize("era", ERAS)
async def test_over_stdio_an_agent_lists_calls_is_refused_and_reads_masks(shared_bank, served_bank, task, env, era):
    async with speaking("--url", served_bank.url, era=era, env=env) as client:
        tools = {one.name for one in (await client.list_tools()).tools}
        shown = await client.call_tool(READ, {"account_id": 1})
        denied = await client.call_tool("bank__pay", {"account_id": 2, "amount": 1})
        with pytest.raises(MCPError) as unknown:
            await client.call_tool("bank__whole_bank", {})
    assert {READ, SLOW} <= tools
    assert "bank__whole_bank" not in tools
    (row,) = shown.structured_content["rows"]
    assert (row["card"], row["phone"], row["diary"]) == ("****0001", None, "[free-text]")
    assert row["email"].startswith("hdl-email-")
    assert not any(secret in json.dumps(row) for secret in SECRETS)
    assert refusal(denied) == ("value_not_allowed", False)
    assert unknown.value.code == -32602
    assert shared_bank.of(task.task.id).count("call.intent") == 1
    assert shared_bank.of(task.task.id).count("call.denied") == 2


@pytest.mark.requirement("cancel-eras")
@pytest.mark.parametrize("era", ERAS)
async def test_a_cancel_of_the_agent_stops_the_tool_and_gets_no_answer(shared_bank, served_bank, task, env, era):
    modern = era != "legacy"
    async with piped("--url", served_bank.url, env=env) as agent:
        if not modern:
            await agent.initialize()
        await agent.send(request("tools/call", {"name": SLOW, "arguments": {"base": 0}}, 7, modern=modern))
        await true_soon(lambda: "call.intent" in shared_bank.of(task.task.id))
        await agent.send(cancel(7))
        await true_soon(lambda: ends(shared_bank, task.task.id))
        _, before = await agent.ask("tools/list", n=8, modern=modern)
        assert await agent.end() == 0
    (end,) = ends(shared_bank, task.task.id)
    assert (end["status"], end["effect"]) == ("failed", "none")
    assert end["duration_us"] < 15_000_000  # the tool's own time has 20 seconds
    assert before == []


@pytest.mark.requirement("cancel-eras")
@pytest.mark.parametrize("era", ERAS)
async def test_when_the_agent_is_gone_its_calls_are_stopped(shared_bank, served_bank, task, era, tmp_path):
    modern, env = era != "legacy", {"BROKER_TOKEN": task.token}
    async with piped("--url", served_bank.url, env=env, err=tmp_path / "err") as agent:
        if not modern:
            await agent.initialize()
        await agent.send(request("tools/call", {"name": SLOW, "arguments": {"base": 0}}, 7, modern=modern))
        await true_soon(lambda: "call.intent" in shared_bank.of(task.task.id))
        with anyio.fail_after(5):
            assert await agent.end() == 0
    await true_soon(lambda: ends(shared_bank, task.task.id))
    (end,) = ends(shared_bank, task.task.id)
    assert (end["status"], end["effect"]) == ("failed", "none")
    assert (tmp_path / "err").read_text() == ""


async def test_requests_run_beside_each_other(shared_bank, served_bank, task, env):
    async with piped("--url", served_bank.url, env=env) as agent:
        await agent.send(request("tools/call", {"name": SLOW, "arguments": {"base": 0}}, "slow"))
        await true_soon(lambda: "call.intent" in shared_bank.of(task.task.id))
        await agent.send(*(request("tools/call", {"name": READ, "arguments": {"account_id": 1}}, n) for n in range(20)))
        answered = [await agent.heard() for _ in range(20)]
    assert {one["id"] for one in answered} == set(range(20))
    assert all(one["result"]["structuredContent"]["rows"] for one in answered)


async def test_both_eras_may_be_spoken_on_one_pair_of_pipes(served_bank, env):
    async with piped("--url", served_bank.url, env=env) as agent:
        assert (await agent.initialize())["result"]["protocolVersion"] == "2025-11-25"
        older, _ = await agent.ask("tools/list", n=1, modern=False)
        newer, _ = await agent.ask("tools/list", n=2)
    assert "resultType" not in older["result"]
    assert newer["result"]["resultType"] == "complete"


async def test_a_name_that_no_header_can_hold_arrives(served_bank, env):
    async with piped("--url", served_bank.url, env=env) as agent:
        for n, name in enumerate(("bank__überweisung", " bank__pay", "a\nb: c", "=?base64?YQ==?=", "")):
            answer, _ = await agent.ask("tools/call", {"name": name, "arguments": {}}, n)
            assert (answer["error"]["code"], name in answer["error"]["message"]) == (-32602, True)


@pytest.mark.parametrize("era", ERAS)
async def test_a_refusal_by_http_reaches_the_request_that_it_is_about(shared_bank, served_bank, task, era):
    modern = era != "legacy"
    method, params = ("tools/list", None) if modern else ("initialize", {"protocolVersion": "2025-11-25"})
    async with piped("--url", served_bank.url, env={"BROKER_TOKEN": shared_bank.expired(task.task)}) as agent:
        answer, _ = await agent.ask(method, params, "mine", modern=modern)
    assert (answer["error"]["code"], answer["error"]["data"]["refused"]) == (-31001, "token_expired")
    async with piped("--url", served_bank.url, env={"BROKER_TOKEN": task.token}) as agent:
        answer, _ = await agent.ask("tools/call", {"name": READ, "arguments": {"x": "y" * (1 << 20)}}, 5)
        assert (answer["error"]["code"], answer["error"]["message"]) == (-32600, "a body is at most 1048576 bytes")
        answer, _ = await agent.ask("nothing/there", {}, 6)
        assert answer["error"]["code"] == -32601


@pytest.mark.requirement("answered-for")
async def test_every_line_that_is_refused_is_on_record_once_and_the_next_one_is_served(
    shared_bank, served_bank, task, env
):
    before = len(shared_bank.of(task.task.id))
    async with piped("--url", served_bank.url, env=env) as agent:
        for n, (line, code) in enumerate(HOSTILE, 1):
            await agent.send(line)
            said = await agent.heard()
            assert said["error"]["code"] == code, line[:80]
            assert shared_bank.of(task.task.id)[before:] == ["call.denied"] * n
        await agent.send(b'"' + b"x" * LONGEST + b'"')
        said = await agent.heard()
        assert (said["id"], said["error"]["message"]) == (None, f"a line is at most {LONGEST} bytes")
        answer, _ = await agent.ask("tools/call", {"name": READ, "arguments": {"account_id": 1}})
    assert len(answer["result"]["structuredContent"]["rows"]) == 1
    assert len(shared_bank.of(task.task.id)) == before + len(HOSTILE) + 2
