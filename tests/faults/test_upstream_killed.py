"""A server dies with twenty calls under way: each ends as it must, none is sent twice, the next one is served."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace

import anyio
import pytest

from broker.adapters.mcp.reach import Launch
from broker.model.faults import Effect
from tests.upstreams.kit import QUICK, ROOT, Script, call, fault, running, text_of, until
from tests.upstreams.speech import VERSIONS
from tests.upstreams.web import address_of, free_port

MANY = 20
SLOW_MACHINE = replace(QUICK, wait=30.0)  # seconds that a server on the SDK may take to start


class Real:
    """A server on the SDK, and what it noted."""

    def __init__(self, folder, era="both"):
        self.notes, self.era, self.port, self.started = folder / "notes", era, free_port(), None
        self.notes.touch()

    @property
    def launch(self):
        command = (sys.executable, "-m", "tests.upstreams.real", str(self.notes))
        return Launch(command=command, env=dict, cwd=ROOT, verify=lambda: None)

    @contextmanager
    def serving(self):
        command = (sys.executable, "-m", "tests.upstreams.real", str(self.notes), str(self.port), self.era)
        with subprocess.Popen(command, cwd=ROOT) as self.started:
            try:
                yield address_of(self.port)
            finally:
                self.started.kill()

    def noted(self, word):
        return [line.split()[1] for line in self.notes.read_text().splitlines() if line.startswith(word)]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.requirement("sent-once")
async def test_a_child_that_is_killed_with_twenty_calls_under_way(tmp_path, version):
    server, found = Script(tmp_path, {"version": version}), []
    async with running(server.reach) as up:
        child = int(text_of(await call(up, "born")).split()[0])
        async with anyio.create_task_group() as tasks:
            for _ in range(MANY):
                tasks.start_soon(lambda: keep(found, up, "hang"))
            await until(lambda: len(server.heard("tools/call")) == MANY + 1)
            os.kill(child, signal.SIGKILL)
        assert [(one.effect, one.is_unreachable) for one in found] == [(Effect.UNKNOWN, True)] * MANY
        assert text_of(await call(up, "echo", text="anew")) == "anew"
    assert len(server.heard("tools/call")) == MANY + 2
    assert server.starts == 2


@pytest.mark.parametrize("era", ["legacy", "both"])
async def test_a_server_at_an_address_that_is_killed_with_twenty_calls_under_way(tmp_path, era):
    server, found = Real(tmp_path, era), []
    async with running(address_of(server.port), patience=SLOW_MACHINE) as up:
        with server.serving():
            assert text_of(await call(up, "echo", text="there", within=30)) == "there"
            assert up.definitions.protocol == ("2025-11-25" if era == "legacy" else "2026-07-28")
            async with anyio.create_task_group() as tasks:
                for number in range(MANY):
                    tasks.start_soon(lambda mark=str(number): keep(found, up, "hang", mark=mark))
                await until(lambda: len(server.noted("began")) == MANY)
                server.started.kill()
        assert [one.effect for one in found] == [Effect.UNKNOWN] * MANY
        await until(lambda: up.trouble is not None)
        with server.serving():
            assert text_of(await call(up, "echo", text="anew", within=30)) == "anew"
    assert sorted(server.noted("began"), key=int) == [str(number) for number in range(MANY)]


async def keep(found, upstream, name, **arguments):
    found.append(await fault(upstream, name, within=60, **arguments))


@pytest.mark.parametrize("way", ["stdio", "legacy http", "http"])
async def test_a_server_on_the_sdk_is_asked_told_and_cancelled(tmp_path, way):
    server, told = Real(tmp_path, way.split()[0]), []

    async def step(done, total):
        told.append((done, total))

    with server.serving() as address:
        async with running(server.launch if way == "stdio" else address, patience=SLOW_MACHINE) as up:
            await call(up, "echo", text="up", within=30)
            assert text_of(await call(up, "steps", progress=step)) == "stepped"
            assert told == [(1.0, 2.0), (2.0, 2.0)]
            assert (await fault(up, "hang", mark="one", within=0.3)).effect is Effect.UNKNOWN
            await until(lambda: server.noted("cancelled") == ["one"])
            await call(up, "grow")
            await until(lambda: "grown" in up.definitions.tools)
            assert (await call(up, "fail"))["isError"] is True
            assert (await fault(up, "ask")).effect is Effect.UNKNOWN  # it asks us in turn, and hears no


async def test_twenty_calls_take_hardly_longer_than_one(tmp_path):
    async with running(Real(tmp_path).launch, patience=SLOW_MACHINE) as up:
        await call(up, "echo", text="up", within=30)
        began = anyio.current_time()
        async with anyio.create_task_group() as tasks:
            for _ in range(MANY):
                tasks.start_soon(lambda: call(up, "slow", seconds=0.4))
        assert anyio.current_time() - began < MANY * 0.4 / 2
