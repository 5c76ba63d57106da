"""The doors of a broker: a port, a unix socket for those alone whom its mode lets in, or both; and how they close."""

import json
import os
import signal
import socket
import stat
from contextlib import suppress

import anyio
import pytest

from tests.certified import certificate
from tests.piped import piped
from tests.served import Served, asking, until
from tests.talk import MODERN, connected, true_soon

READ = "bank__account_read"
GRACE = 9.0  # seconds; calls under way would get ten
READS = {"name": READ, "arguments": {"account_id": 1}}


def config(bank, **server):
    said = "".join(f"{name} = {json.dumps(value)}\n" for name, value in server.items())
    bank.config.write_text(f"[server]\n{said}")


def sock(bank):
    return bank.folder / "run" / "broker.sock"


@pytest.fixture
def bank(fresh_bank):
    (fresh_bank.folder / "run").mkdir(mode=0o700)
    config(fresh_bank, socket="run/broker.sock")
    return fresh_bank


async def rows(bank, *way):
    (task,) = bank.grants([asking()])
    async with piped(*way, env={"BROKER_TOKEN": task.token}) as agent:
        answer, _ = await agent.ask("tools/call", READS)
        return answer["result"]["structuredContent"]["rows"]


@pytest.mark.requirement("socket")
async def test_a_broker_is_reached_by_its_socket_and_by_its_port(bank):
    with bank.serving() as broker:
        assert stat.S_IMODE(sock(bank).stat().st_mode) == 0o600
        assert json.loads(bank.say("out").read_text())["socket"] == str(sock(bank))
        assert len(await rows(bank, "--socket", sock(bank))) == 1
        assert len(await rows(bank, "--url", broker.url)) == 1
        assert await anyio.to_thread.run_sync(broker.terminate) == 0
    assert not sock(bank).exists()
    assert bank.say("err").read_text() == ""


@pytest.mark.requirement("socket")
async def test_a_socket_may_be_the_only_door_and_open_for_its_group(bank):
    config(bank, socket="run/broker.sock", tcp=False, socket_mode="0660")
    out, err = bank.say("out"), bank.say("err")
    pid = bank.launcher.ask(argv=["serve", "--config", str(bank.config), "--json"], out=str(out), err=str(err))
    broker = Served(launcher=bank.launcher, pid=pid, url="")
    until(lambda: out.exists() and out.read_bytes().endswith(b"\n"))
    try:
        assert json.loads(out.read_text()) == {"socket": str(sock(bank))}
        assert stat.S_IMODE(sock(bank).stat().st_mode) == 0o660
        assert len(await rows(bank, "--socket", sock(bank))) == 1
    finally:
        assert await anyio.to_thread.run_sync(broker.terminate) == 0


async def test_what_a_killed_broker_left_there_is_replaced(bank):
    with bank.serving() as broker:
        broker.kill()
    assert sock(bank).exists()
    with bank.serving():
        assert len(await rows(bank, "--socket", sock(bank))) == 1


@pytest.mark.requirement("socket")
def test_a_socket_in_use_is_nobody_elses(bank):
    with bank.serving():
        code, out, err = bank.run("serve", "--config", str(bank.config), "--port", "0")
        assert (code, out, len(err.splitlines())) == (2, "", 1)
        assert "another broker listens there" in err
        with socket.socket(socket.AF_UNIX) as one:
            one.connect(str(sock(bank)))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda bank: sock(bank).write_text("mine"), "no socket"),
        (lambda bank: sock(bank).parent.rmdir(), "no such file"),
        (lambda bank: config(bank, socket="run/" + "x" * 120), "too long"),
        (lambda bank: config(bank, tcp=False), "without `tcp` there must be a `socket`"),
        (lambda bank: config(bank, socket="run/s", socket_mode="0666"), "socket_mode"),
    ],
    ids=["a file", "no folder", "too long", "no door", "for everyone"],
)
def test_a_socket_that_cannot_be_is_one_clear_line(bank, spoil, says):
    spoil(bank)
    code, out, err = bank.run("serve", "--config", str(bank.config), "--port", "0")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert says in err
    assert not sock(bank).exists() or sock(bank).read_text() == "mine"


async def test_with_a_certificate_the_port_speaks_tls_and_the_socket_needs_none(bank):
    certificate(bank.folder)
    config(bank, socket="run/broker.sock", host="localhost", tls_cert="cert.pem", tls_key="key.pem")
    with bank.serving() as broker:
        assert broker.url.startswith("https://localhost:")
        assert len(await rows(bank, "--url", broker.url, "--ca", bank.folder / "cert.pem")) == 1
        assert len(await rows(bank, "--socket", sock(bank))) == 1
        async with piped("--url", broker.url, env={"BROKER_TOKEN": "x"}) as agent:
            answer, _ = await agent.ask("tools/list")
            assert answer["error"]["data"]["refused"] == "broker_unavailable"


@pytest.mark.parametrize("era", ["legacy", MODERN])
async def test_who_only_listens_holds_nobody_up(bank, era):
    (task,) = bank.grants([asking()])
    with bank.serving() as broker:
        async with connected(broker.url, task.token, era) as client:
            await client.list_tools()
            began = anyio.current_time()
            assert await anyio.to_thread.run_sync(broker.terminate) == 0
    assert anyio.current_time() - began < GRACE


@pytest.mark.parametrize("era", ["legacy", MODERN])
async def test_told_twice_by_a_person_it_cuts_calls_off_at_once_and_on_record(bank, era):
    (task,) = bank.grants([asking()])
    with bank.serving() as broker:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(cut_off, broker.url, task.token, era)
            await true_soon(lambda: "call.intent" in bank.of(task.task.id))
            began = anyio.current_time()
            os.kill(broker.pid, signal.SIGINT)
            await true_soon(lambda: is_shut(broker))  # two signals at once are one
            assert await anyio.to_thread.run_sync(broker.terminate, signal.SIGINT) == 0
            assert anyio.current_time() - began < GRACE
            tasks.cancel_scope.cancel()
    ends = [(one["status"], one["effect"]) for one in bank.log if one["kind"] == "call.outcome"]
    assert ends == [("failed", "none")]


def is_shut(broker):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", int(broker.base.rpartition(":")[2]))) != 0


async def cut_off(url, token, era):
    with suppress(Exception):  # however a connection ends when the other side goes
        async with connected(url, token, era) as client:
            await client.call_tool("bank__count_slowly", {"base": 0})
