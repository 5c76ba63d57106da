"""CPU per call and how long one takes, for a broker process and for the bare SDK in the same run: `make bench`.

A call is `tools/call` of 2026-07-28 over keep-alive HTTP: the broker reads one row of a SQLite file under a grant,
masks it and has both records durable before it answers; the bare server answers the like from memory. CPU is that of
the server's whole process tree (utime + stime), so it counts threads and no client.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles

import anyio
import httpx2
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.served import Launcher, asking, bank, home, until
from tests.talk import call

AT_ONCE = (1, 8, 32)
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    server: str
    at_once: int
    calls: int
    cpu_us: float  # per call
    p50_ms: float
    p99_ms: float
    per_second: float


def cpu(pid):
    """Seconds that a process has used, its children that ended among them."""
    said = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, said[11:15])) / _TICKS


async def measured(server, pid, url, token, *, at_once, calls, step):
    """One cell: `at_once` clients, each with a connection of its own, share `calls`."""
    body, headers = call("bank__account_read", {"account_id": 1})
    content, headers = json.dumps(body).encode(), {**headers, "Authorization": f"Bearer {token}"}
    took, left = [], iter(range(calls))

    async def client():
        async with httpx2.AsyncClient(verify=False, timeout=60, headers=headers) as http:
            for _ in left:
                start = time.perf_counter()
                response = await http.post(url, content=content)
                took.append(time.perf_counter() - start)
                if response.status_code != 200 or b'"isError":false' not in response.content:
                    raise RuntimeError(f"{server} answered {response.status_code}: {response.text[:300]}")
                step()

    before, start = cpu(pid), time.perf_counter()
    async with anyio.create_task_group() as clients:
        for _ in range(at_once):
            clients.start_soon(client)
    wall, used = time.perf_counter() - start, cpu(pid) - before
    cuts = quantiles(took, n=100)
    return Cell(
        server=server,
        at_once=at_once,
        calls=calls,
        cpu_us=used / calls * 1e6,
        p50_ms=cuts[49] * 1e3,
        p99_ms=cuts[98] * 1e3,
        per_second=calls / wall,
    )


@contextmanager
def broker(folder):
    """pid, URL and token of a broker over the tests' bank."""
    launcher = Launcher()
    try:
        with home(folder / "bank", launcher, bank) as one, one.serving() as served:
            (opened,) = one.grants([asking()])
            yield served.pid, served.url, opened.token
    finally:
        launcher.end()


@contextmanager
def bare(folder):
    """The same of a server that is the SDK and nothing else."""
    said = folder / "bare.txt"
    with said.open("wb") as out, subprocess.Popen([sys.executable, "-m", "tests.bench.bare"], stdout=out) as process:
        try:
            until(lambda: b"\n" in said.read_bytes() or process.poll() is not None)
            yield process.pid, said.read_text().strip(), "nobody"
        finally:
            process.kill()


def run(calls, console):
    cells = []
    with tempfile.TemporaryDirectory() as folder, Progress(console=console, transient=True) as progress:
        bar = progress.add_task("calls", total=2 * len(AT_ONCE) * (calls + calls // 5))
        for name, server in (("broker", broker), ("bare SDK", bare)):
            with server(Path(folder)) as (pid, url, token):
                for at_once in AT_ONCE:
                    for part in (calls // 5, calls):  # the first warms up
                        cell = anyio.run(_cell, name, pid, url, token, at_once, part, lambda: progress.advance(bar))
                    cells.append(cell)
    return cells


async def _cell(name, pid, url, token, at_once, calls, step):  # noqa: PLR0917 - anyio.run takes no keywords
    return await measured(name, pid, url, token, at_once=at_once, calls=calls, step=step)


def told(cells):
    table = Table(title="tools/call, 2026-07-28, one row of SQLite")
    for name in ("server", "at once", "CPU µs per call", "p50 ms", "p99 ms", "calls per s"):
        table.add_column(name, justify="left" if name == "server" else "right")
    for one in cells:
        numbers = f"{one.cpu_us:,.0f}", f"{one.p50_ms:.1f}", f"{one.p99_ms:.1f}", f"{one.per_second:,.0f}"
        table.add_row(one.server, str(one.at_once), *numbers)
    return table


def main():
    said = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    said.add_argument("--calls", type=int, default=1_000, help="of each cell")
    said.add_argument("--json", action="store_true", help="print JSON, for programs")
    given = said.parse_args()
    console = Console(stderr=given.json)
    cells = run(given.calls, console)
    if given.json:
        sys.stdout.write(json.dumps([asdict(one) for one in cells]) + "\n")
        return
    console.print(told(cells))
    for at_once in AT_ONCE:
        ours, theirs = [one.cpu_us for one in cells if one.at_once == at_once]
        console.print(f"at {at_once}: {ours / theirs:.1f} times the CPU of the bare SDK")


if __name__ == "__main__":
    main()
