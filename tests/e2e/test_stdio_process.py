"""The connector as a process: what it holds, what it is told by, how it ends, and which doors it goes through."""

import json
import os
import signal
import subprocess
import sys

import anyio
import pytest

from tests.piped import piped, request, speaking, words
from tests.served import asking
from tests.talk import true_soon

READ, SLOW = "bank__account_read", "bank__count_slowly"
READS = {"name": READ, "arguments": {"account_id": 1}}
SAYS_WHAT_IT_LOADED = """
import atexit, os, sys
atexit.register(lambda: os.write(2, "\\n".join(sys.modules).encode()))
sys.argv = ["broker", "stdio", *sys.argv[1:]]
from broker.cli.app import run
run()
"""
BECOMES_ENV = """
import os
from broker.connect.bearer import taken
taken(os.environ, print)
os.execvp("env", ["env"])
"""


@pytest.fixture
def task(shared_bank, request):
    (one,) = shared_bank.grants([asking(user=f"door-{abs(hash(request.node.name))}")])
    return one


@pytest.fixture
def token(tmp_path, task):
    path = tmp_path / "token"
    path.touch(0o600)
    path.write_text(task.token + "\n")
    return path


@pytest.mark.requirement("token-only")
async def test_a_connector_has_no_code_in_it_that_could_read_a_key_or_decide(served_bank, token, tmp_path):
    said = tmp_path / "loaded"
    command = [sys.executable, "-c", SAYS_WHAT_IT_LOADED, "--url", served_bank.url]
    with said.open("wb") as err:
        env = {**os.environ, "BROKER_TOKEN_FILE": str(token)}
        async with await anyio.open_process(command, env=env, stderr=err) as process:
            line = b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n'
            await process.stdin.send(line)
            await process.stdout.receive()
            await process.stdin.aclose()
            assert await process.wait() == 0
    loaded = set(said.read_text().split())
    rooms = {name.split(".")[1] for name in loaded if name.startswith("broker.")}
    assert rooms == {"cli", "connect", "demo", "edge", "leaves", "model"}
    assert {name for name in loaded if name.startswith(("broker.edge.", "broker.demo."))} == {
        "broker.edge.ingress",
        "broker.demo.plain",
    }
    assert not loaded & {"cryptography", "joserfc", "sqlmodel", "sqlite3", "pysqlite3", "mcp"}


@pytest.mark.requirement("token-only")
@pytest.mark.parametrize("name", ["BROKER_TOKEN", "BROKER_TOKEN_FILE"])
async def test_no_child_of_the_connector_gets_the_token(token, task, name):
    clean = {one: value for one, value in os.environ.items() if not one.startswith("BROKER_")}
    env = {**clean, name: task.token if name == "BROKER_TOKEN" else str(token)}
    done = await anyio.run_process([sys.executable, "-c", BECOMES_ENV], env=env)
    names = {line.partition("=")[0] for line in done.stdout.decode().splitlines()}
    assert "PATH" in names
    assert not {one for one in names if one.startswith("BROKER")}


@pytest.mark.requirement("token-only")
async def test_the_token_is_said_nowhere(shared_bank, served_bank, task, tmp_path):
    spent = shared_bank.expired(task.task)
    for place in (served_bank.url, "http://127.0.0.1:1/mcp", f"{served_bank.base}/elsewhere"):
        async with piped("--url", place, env={"BROKER_TOKEN": spent}, err=tmp_path / "err") as agent:
            answer, _ = await agent.ask("tools/call", READS)
            said = await anyio.Path(f"/proc/{agent.process.pid}/cmdline").read_text()
            assert await agent.end() == 0
        said += str(answer) + (tmp_path / "err").read_text()
        assert answer["error"]["code"] == -31001
        assert not any(part in said for part in spent.split("~"))


async def test_a_token_that_has_run_out_is_replaced_without_a_restart(shared_bank, served_bank, task, token):
    token.write_text(shared_bank.expired(task.task))
    async with piped("--url", served_bank.url, env={"BROKER_TOKEN_FILE": str(token)}) as agent:
        answer, _ = await agent.ask("tools/call", READS, 1)
        assert answer["error"]["data"]["refused"] == "token_expired"
        token.write_text(shared_bank.renewed(task.task))
        for n in (2, 3):
            answer, _ = await agent.ask("tools/call", READS, n)
            assert len(answer["result"]["structuredContent"]["rows"]) == 1
    assert shared_bank.of(task.task.id).count("call.intent") == 2


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({}, "BROKER_TOKEN_FILE"),
        ({"BROKER_TOKEN": "a b"}, "holds no token"),
        ({"BROKER_TOKEN": "x", "BROKER_TOKEN_FILE": "/dev/null"}, "both set"),
        ({"BROKER_TOKEN_FILE": "/nowhere/token"}, "no such file"),
        ({"BROKER_TOKEN_FILE": "/dev/null"}, "not a regular file"),
        ({"BROKER_TOKEN_FILE": "/etc/passwd"}, "others may read this token; chmod 600 /etc/passwd"),
    ],
    ids=["none", "two words", "both", "no file", "a device", "an open file"],
)
async def test_without_one_good_token_it_does_not_begin(env, says, tmp_path):
    async with piped(env=env, err=tmp_path / "err") as agent:
        assert await agent.end() == 2
    (line,) = (tmp_path / "err").read_text().splitlines()
    assert line.startswith("error: ")
    assert says in line


@pytest.mark.parametrize(("number", "modern"), [(signal.SIGTERM, True), (signal.SIGINT, False)])
async def test_a_signal_ends_it_as_the_agents_last_word_does(shared_bank, served_bank, task, number, modern):
    async with piped("--url", served_bank.url, env={"BROKER_TOKEN": task.token}) as agent:
        if not modern:
            await agent.initialize()
        await agent.send(request("tools/call", {"name": SLOW, "arguments": {"base": 0}}, 7, modern=modern))
        await true_soon(lambda: "call.intent" in shared_bank.of(task.task.id))
        agent.process.send_signal(number)
        with anyio.fail_after(5):
            assert await agent.process.wait() == 0
    await true_soon(lambda: "call.outcome" in shared_bank.of(task.task.id))


def test_when_nobody_reads_its_answers_it_ends(served_bank, token):
    env = {**os.environ, "BROKER_TOKEN_FILE": str(token)}
    pipe = subprocess.PIPE
    with subprocess.Popen(words("--url", served_bank.url), env=env, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        for n in (1, 2):
            process.stdin.write(json.dumps(request("tools/call", READS, n)).encode() + b"\n")
            process.stdin.flush()
            if n == 1:
                assert json.loads(process.stdout.readline())["id"] == 1
                process.stdout.close()
        assert process.wait(10) == 0
        assert process.stderr.read() == b""


async def test_a_broker_that_was_restarted_is_found_again(fresh_bank, tmp_path):
    (task,) = fresh_bank.grants([asking()])
    token = tmp_path / "token"
    token.touch(0o600)
    token.write_text(task.token)
    with fresh_bank.serving() as first:
        port = first.base.rpartition(":")[2]
        async with piped("--url", first.url, env={"BROKER_TOKEN_FILE": str(token)}) as agent:
            await agent.initialize()
            assert "result" in (await agent.ask("tools/call", READS, 1, modern=False))[0]
            assert await anyio.to_thread.run_sync(first.terminate) == 0
            gone, _ = await agent.ask("tools/call", READS, 2, modern=False)
            assert gone["error"]["data"] == {
                "refused": "broker_unavailable",
                "hint": "the broker cannot be reached; once `broker serve` runs, retry",
                "retryable": True,
            }
            with fresh_bank.serving("--port", port):
                for n, modern in ((3, False), (4, True), (5, False)):
                    back, _ = await agent.ask("tools/call", READS, n, modern=modern)
                    assert len(back["result"]["structuredContent"]["rows"]) == 1
    assert fresh_bank.of(task.task.id).count("call.intent") == 4


@pytest.mark.requirement("sent-once")
async def test_a_call_that_a_dying_broker_had_is_not_made_again(fresh_bank):
    (task,) = fresh_bank.grants([asking()])
    with fresh_bank.serving() as broker:
        async with piped("--url", broker.url, env={"BROKER_TOKEN": task.token}) as agent:
            await agent.send(
                request("tools/call", {"name": "bank__pay_slowly", "arguments": {"account_id": 1, "amount": 5}})
            )
            await true_soon(lambda: "call.intent" in fresh_bank.of(task.task.id))
            await anyio.to_thread.run_sync(broker.kill)
            said = await agent.heard()
    assert (said["error"]["data"]["refused"], said["error"]["data"]["retryable"]) == ("effect_unknown", False)
    assert fresh_bank.of(task.task.id).count("call.intent") == 1


async def test_in_one_process_with_its_broker_it_says_so_once_and_goes_the_same_way(fresh_bank, tmp_path):
    (task,) = fresh_bank.grants([asking()])
    places = ("--local", "--home", fresh_bank.folder)
    async with speaking(*places, era="legacy", env={"BROKER_TOKEN": task.token}) as client:
        shown = await client.call_tool(READ, {"account_id": 1})
    assert shown.structured_content["rows"][0]["card"] == "****0001"
    async with piped(*places, env={"BROKER_TOKEN": task.token}, err=tmp_path / "err") as agent:
        await agent.send(request("tools/call", {"name": SLOW, "arguments": {"base": 0}}, 7))
        await true_soon(lambda: fresh_bank.of(task.task.id).count("call.intent") == 2)
        assert await agent.end() == 0
    ends = [(one["status"], one["effect"]) for one in fresh_bank.log if one["kind"] == "call.outcome"]
    assert ends == [("served", "done"), ("failed", "none")]
    (line,) = (tmp_path / "err").read_text().splitlines()
    assert line.startswith("note: agent and keys share a user")


def test_there_is_one_broker_to_connect_to(fresh_bank):
    for more in (("--local", "--url", "http://127.0.0.1:1/mcp"), ("--socket", "x", "--local"), ("--home", "x")):
        code, out, err = fresh_bank.run(*words(*more)[3:])
        assert (code, out, len(err.splitlines())) == (2, "", 1)
