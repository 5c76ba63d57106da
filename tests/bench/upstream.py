"""What one server behind the broker costs: twenty slow calls at once, and one short call after the other.

`python -m tests.bench.upstream` prints, by way and protocol: seconds for twenty calls of 0.4 s each, and of a short
call the milliseconds until the answer and the milliseconds that this process itself works for it.
"""

import sys
import tempfile
import time
from pathlib import Path

import anyio

from tests.faults.test_upstream_killed import Real
from tests.upstreams.kit import call, running

MANY, SHORT = 20, 500


async def measured(reach):
    async with running(reach) as up:
        await call(up, "echo", text="warm", within=30)
        began = time.perf_counter()
        async with anyio.create_task_group() as tasks:
            for _ in range(MANY):
                tasks.start_soon(lambda: call(up, "slow", seconds=0.4))
        slow = time.perf_counter() - began
        began, worked = time.perf_counter(), time.process_time()
        for _ in range(SHORT):
            await call(up, "echo", text="hi")
        wall, cpu = time.perf_counter() - began, time.process_time() - worked
        return up.definitions.protocol, slow, wall / SHORT * 1000, cpu / SHORT * 1000


def main():
    with tempfile.TemporaryDirectory() as folder:
        for way, era in (("stdio", "both"), ("http", "both"), ("http", "legacy")):
            server = Real(Path(folder), era)
            with server.serving() as address:
                protocol, slow, wall, cpu = anyio.run(measured, server.launch if way == "stdio" else address)
            sys.stdout.write(f"{way:6} {protocol}  20 x 0.4 s: {slow:.2f} s  echo: {wall:.2f} ms, {cpu:.2f} ms here\n")


if __name__ == "__main__":
    main()
