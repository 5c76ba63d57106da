"""How tests stand in for an agent that speaks stdio: a connector process, by hand or through the SDK's client."""

import json
import os
import signal
import sys
from contextlib import asynccontextmanager

import anyio
from anyio.streams.buffered import BufferedByteReceiveStream
from mcp import Client, StdioServerParameters

from tests.talk import LEGACY, MODERN

PATIENCE = 30.0  # seconds
_LONGEST = 64 * 1024 * 1024
_META = {"io.modelcontextprotocol/protocolVersion": MODERN, "io.modelcontextprotocol/clientCapabilities": {}}


def words(*more):
    return [sys.executable, "-m", "broker", "stdio", *map(str, more)]


def speaking(*more, era, env, **rest):
    """The real client of the SDK over a connector process."""
    command, *args = words(*more)
    return Client(StdioServerParameters(command=command, args=args, env=env), mode=era, cache=None, **rest)


class Agent:
    """Both pipes of a connector process."""

    def __init__(self, process):
        self.process = process
        self._out = BufferedByteReceiveStream(process.stdout)

    async def send(self, *said):
        """Lines: bytes as they are, anything else as JSON."""
        for one in said:
            await self.process.stdin.send((one if isinstance(one, bytes) else json.dumps(one).encode()) + b"\n")

    async def heard(self):
        """The next line, as JSON; every byte of stdout is part of one."""
        with anyio.fail_after(PATIENCE):
            return json.loads(await self._out.receive_until(b"\n", _LONGEST))

    async def ask(self, method, params=None, n=1, *, modern=True):
        """The answer, and what was said before it."""
        await self.send(request(method, params, n, modern=modern))
        before = []
        while True:
            found = await self.heard()
            if found.get("id") == n and "method" not in found:
                return found, before
            before.append(found)

    async def initialize(self, n="i"):
        params = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {"name": "t", "version": "0"}}
        answer, _ = await self.ask("initialize", params, n, modern=False)
        await self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return answer

    async def end(self):
        """The agent has said all: exit code, what was still written, what stood on stderr."""
        await self.process.stdin.aclose()
        with anyio.fail_after(PATIENCE):
            await self.process.wait()
        return self.process.returncode


def request(method, params=None, n=1, *, modern=True):
    params = {} if params is None else params
    meta = {"_meta": {**_META, **params.get("_meta", {})}} if modern else {}
    return {"jsonrpc": "2.0", "id": n, "method": method, "params": {**params, **meta}}


def cancel(n):
    return {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": n}}


@asynccontextmanager
async def piped(*more, env, err=None):
    """A connector process. `err`: a path for its stderr."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BROKER_")}
    async with await anyio.open_file(os.devnull if err is None else err, "wb") as said:
        process = await anyio.open_process(words(*more), env={**clean, **env}, stderr=said.wrapped)
    async with process:
        try:
            yield Agent(process)
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGKILL)
