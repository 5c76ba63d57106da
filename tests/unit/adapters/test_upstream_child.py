"""A child of ours gets little, is started only as it was approved, and leaves nothing behind."""

import json
import os
import signal
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import anyio.lowlevel
import pytest

from broker.adapters.mcp.patience import Patience
from broker.adapters.mcp.reach import Launch
from broker.model.faults import Effect, ToolFault
from tests.upstreams.kit import QUICK, ROOT, Script, call, fault, running, text_of, until
from tests.upstreams.speech import MODERN, VERSIONS

LEGACY = "2025-11-25"


def alive(pid):
    """A zombie counts: it would mean that nobody has waited for it."""
    return Path(f"/proc/{pid}").exists()


def runs(pid):
    """Whose parent is gone is waited for by the system, sooner or later."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def running_with(argument):
    found = []
    for one in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found += [one] if argument.encode() in one.read_bytes() else []
    return found


async def test_a_child_sees_a_small_environment_and_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("BROKER_SECRET", "nobody's business")
    monkeypatch.setenv("LANG", "C.UTF-8")
    server = Script(tmp_path, {}, env={"TOKEN": "its own", "LANG": "de"})
    async with running(server.reach) as up:
        seen, cwd = json.loads(text_of(await call(up, "environ")))
    assert set(seen) - {"LC_CTYPE"} <= {"PATH", "HOME", "LANG", "TMPDIR", "TZ", "TOKEN"}
    assert (seen["TOKEN"], seen["LANG"], seen["PATH"], cwd) == ("its own", "de", os.environ["PATH"], str(ROOT))


@pytest.mark.parametrize("stays", [None, "until told", "for ever"])
@pytest.mark.parametrize("version", [LEGACY, MODERN])
async def test_a_child_and_its_children_are_gone_at_the_end(tmp_path, version, stays):
    async with running(Script(tmp_path, {"version": version, "stays": stays}).reach) as up:
        child, grandchild = map(int, text_of(await call(up, "born")).split())
        assert alive(child)
        assert runs(grandchild)
    assert not alive(child)
    await until(lambda: not runs(grandchild))


async def test_the_children_of_a_child_that_died_are_gone_too(tmp_path):
    async with running(Script(tmp_path, {}).reach) as up:
        child, grandchild = map(int, text_of(await call(up, "born")).split())
        found = await fault(up, "die")
        assert (found.effect, found.is_unreachable) == (Effect.UNKNOWN, True)
        await until(lambda: not alive(child) and not runs(grandchild))


async def test_a_child_that_is_killed_while_it_starts_is_not_left_behind(tmp_path):
    server = Script(tmp_path, {"opening": "silent"})
    async with running(server.reach):
        await until(server.heard)
    assert running_with(server.reach.command[-1]) == []


async def test_what_is_not_as_approved_is_not_started(tmp_path):
    server = Script(tmp_path, {}, unfit="what runs is not what was approved")
    async with running(server.reach, patience=Patience(wait=0.1)) as up:
        found = await fault(up, "echo")
        assert (found.effect, found.is_unreachable) == (Effect.NONE, True)
        assert up.trouble == "what runs is not what was approved"
    assert server.starts >= 1
    assert not server.file.exists()


async def test_every_start_is_looked_at_anew(tmp_path):
    server = Script(tmp_path, {})
    async with running(server.reach, patience=Patience(wait=1, first_pause=0.01, longest_pause=0.01)) as up:
        await call(up, "echo")
        server.unfit = "changed meanwhile"
        await fault(up, "die")
        assert "changed meanwhile" in str(await fault(up, "echo"))


def no_secret():
    raise ToolFault("the secret `TOKEN` is not there")


def no_file():
    raise FileNotFoundError


@pytest.mark.parametrize(
    ("launch", "why"),
    [
        (Launch(command=("nowhere-to-be-found",), env=dict, cwd=ROOT, verify=lambda: None), "cannot be started"),
        (Launch(command=("true",), env=dict, cwd=ROOT / "nowhere", verify=lambda: None), "cannot be started"),
        (Launch(command=("true",), env=lambda: {"A\0": "b"}, cwd=ROOT, verify=lambda: None), "cannot be started"),
        (Launch(command=("true",), env=no_secret, cwd=ROOT, verify=lambda: None), "`TOKEN` is not there"),
        (Launch(command=("true",), env=dict, cwd=ROOT, verify=no_file), "cannot be read"),
        (Launch(command=("true",), env=dict, cwd=ROOT, verify=lambda: None), "it closed its"),
    ],
)
async def test_a_command_that_does_not_run_is_trouble_and_not_the_end(launch, why):
    async with running(launch, patience=Patience(wait=0.2, longest_pause=0.01)) as up:
        found = await fault(up, "echo")
        assert (found.effect, found.is_unreachable) == (Effect.NONE, True)
        await until(lambda: why in str(up.trouble))


async def test_the_last_words_of_a_child_are_an_operators_alone(tmp_path, capfd):
    words = "x" * 5000 + "\nTraceback:\x1b[31m no module\u202e `gone`\n"
    server = Script(tmp_path, {"words": words, "opening": "dies"})
    async with running(server.reach, patience=Patience(wait=0.5)) as up:
        found = await fault(up, "echo")
        await until(lambda: up.words.endswith("Traceback: [31m no module `gone`"))
        assert len(up.words) <= 2000
        assert "Traceback" not in str(found) + up.trouble
    shown = capfd.readouterr()
    assert "Traceback" not in shown.out + shown.err


async def test_a_dying_child_is_started_again_later_and_later(tmp_path):
    server = Script(tmp_path, {"opening": "dies"})
    began = anyio.current_time()
    async with running(server.reach, patience=Patience(first_pause=0.1, longest_pause=0.3)) as up:
        await until(lambda: server.starts == 4)
        assert up.trouble is not None
    assert anyio.current_time() - began >= 0.1 + 0.2 + 0.3


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_call_that_is_given_up_is_cancelled_there_and_harms_no_other(tmp_path, version):
    server = Script(tmp_path, {"version": version})
    async with running(server.reach) as up:
        await call(up, "echo")
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(call, up, "hang")
                await until(lambda: len(server.heard("tools/call")) == 2)
                scope.cancel()
        assert text_of(await call(up, "echo", text="next")) == "next"
        found = await fault(up, "hang", within=0.1)
        assert (str(found), found.effect, found.is_unreachable) == ("no answer within 0.1 s", Effect.UNKNOWN, False)
        assert text_of(await call(up, "echo", text="and next")) == "and next"
    hung = [one["id"] for one in server.heard("tools/call") if one["params"]["name"] == "hang"]
    assert [one["params"]["requestId"] for one in server.heard("notifications/cancelled")] == hung
    assert server.starts == 1


async def test_what_a_child_never_read_was_never_sent(tmp_path):
    server = Script(tmp_path, {})
    async with running(server.reach) as up:
        faults = {}

        async def one(name, **arguments):
            faults[name] = await fault(up, "say", within=0.5, **arguments)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: one("stuck", parts=[], stuck=True))
            await until(lambda: server.heard("tools/call"))
            tasks.start_soon(lambda: one("half", parts=[["x" * 200_000, 1]]))
            await anyio.wait_all_tasks_blocked()
            for number in range(30):
                tasks.start_soon(lambda name=number: one(name, parts=[]))
        assert [faults[name].effect for name in ("stuck", "half")] == [Effect.UNKNOWN] * 2
        assert {faults[number].effect for number in range(30)} == {Effect.NONE}


async def test_what_was_given_up_before_it_was_sent_is_not_sent_later(tmp_path):
    server, found = Script(tmp_path, {}), []
    async with running(server.reach) as up:
        child, _ = map(int, text_of(await call(up, "born")).split())
        os.kill(child, signal.SIGSTOP)
        async with anyio.create_task_group() as tasks:
            for text in ("x" * 200_000, *"abcdefghij"):
                tasks.start_soon(lambda said=text: keep(up, found, said))
                await anyio.wait_all_tasks_blocked()
        os.kill(child, signal.SIGCONT)
        assert text_of(await call(up, "echo", text="next")) == "next"
    effects = [Effect.UNKNOWN] + [Effect.NONE] * 10
    assert sorted(one.effect for one in found) == sorted(effects)
    sent = server.heard("tools/call")
    assert [one["params"]["arguments"].get("text", "")[:4] for one in sent] == ["", "xxxx", "next"]
    assert [one["params"]["requestId"] for one in server.heard("notifications/cancelled")] == [sent[1]["id"]]


async def keep(up, found, said):
    found.append(await fault(up, "echo", text=said, within=0.3))


@pytest.mark.parametrize("steps", range(25))
async def test_a_start_that_is_cut_off_anywhere_leaves_no_child(tmp_path, steps):
    ready = threading.Event()

    def env():
        ready.set()
        return {}

    reach = replace(Script(tmp_path, {}).reach, env=env)
    async with running(reach):
        await until(ready.is_set)
        for _ in range(steps):
            await anyio.lowlevel.checkpoint()
    assert running_with(reach.command[-1]) == []


async def test_a_connection_that_is_being_closed_is_no_connection(tmp_path):
    server = Script(tmp_path, {"stays": "for ever"})
    async with running(server.reach) as up:
        broken = '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":TOKEN,"progress":1%s}}\n'
        await fault(up, "say", parts=[(broken % ("0" * 400), 1)])
        await until(lambda: up.trouble is not None, 0.5)


async def test_an_owner_that_is_stopped_leaves_no_call_hanging(tmp_path):
    server, found = Script(tmp_path, {}), []
    async with anyio.create_task_group() as tasks, running(server.reach) as up:
        tasks.start_soon(lambda: hang(up, found))
        await until(lambda: server.heard("tools/call"))
    assert [(one.effect, one.is_unreachable) for one in found] == [(Effect.UNKNOWN, True)]


async def hang(up, found):
    found.append(await fault(up, "hang"))


async def test_a_child_that_is_stopped_does_not_keep_us(tmp_path):
    async with running(Script(tmp_path, {}).reach, patience=QUICK) as up:
        child, _ = map(int, text_of(await call(up, "born")).split())
        os.kill(child, signal.SIGSTOP)
        found = await fault(up, "echo", within=0.2)
        assert found.effect is Effect.UNKNOWN
    assert not alive(child)
