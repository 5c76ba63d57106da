"""Upstreams as tests use them: started, asked, and looked at from the server's side."""

import json
import sys
from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio

from broker.adapters.mcp.patience import Patience
from broker.adapters.mcp.reach import Launch
from broker.adapters.mcp.upstream import Upstream
from broker.model.faults import ToolFault

ROOT = Path(__file__).parents[2]
QUICK = Patience(apart=0.01, first_pause=0.01, longest_pause=0.05)  # nobody has to wait for a test's server


async def unasked(done, total):
    """Progress that nobody asked for."""


def anything(definitions):  # noqa: ARG001
    """Whatever is listed is as pinned."""
    return


@dataclass
class Script:
    """A scripted server, and what it heard."""

    folder: Path
    script: Mapping
    env: Mapping = field(default_factory=dict)
    unfit: str | None = None
    starts: int = 0

    @property
    def reach(self):
        command = (
            sys.executable,
            "-m",
            "tests.upstreams.scripted",
            json.dumps({**self.script, "heard": str(self.file)}),
        )
        return Launch(command=command, env=lambda: self.env, cwd=ROOT, verify=self._verify)

    @property
    def file(self):
        return self.folder / "heard"

    def _verify(self):
        self.starts += 1
        return self.unfit

    def heard(self, method=None):
        """Every message that the server read whole; of one method."""
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        messages = [json.loads(line) for line in lines]
        return [one for one in messages if method is None or one.get("method") == method]


@asynccontextmanager
async def running(reach, *, patience=QUICK, changed=lambda: None, **more):
    """An upstream whose owner task runs."""
    upstream = Upstream("up", reach, changed, patience=patience, **more)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(upstream.run)
        yield upstream
        tasks.cancel_scope.cancel()


async def call(upstream, name, *, within=10.0, max_bytes=1 << 20, progress=unasked, expects=anything, **arguments):
    params = {"name": name, "arguments": arguments}
    return await upstream.ask(
        "tools/call", params, timeout=within, max_bytes=max_bytes, progress=progress, expects=expects
    )


async def fault(upstream, name, **more):
    """The fault that a call ends in; what it answers instead is none."""
    try:
        said = await call(upstream, name, **more)
    except ToolFault as fault:
        return fault
    raise AssertionError(f"no fault but {said}")


async def until(true, seconds=10.0):
    """Wait for what happens in another process, which can tell us of it by files alone."""
    with anyio.fail_after(seconds):
        while not true():  # noqa: ASYNC110 - it sets no event here
            await anyio.sleep(0.005)


def text_of(result):
    return result["content"][0]["text"]
