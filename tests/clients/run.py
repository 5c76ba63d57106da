"""Other people's clients, each in an environment of its own, against brokers that serve: `make check-clients`.

Every client lists, calls, is refused, reads a masked result and passes its handle on, and gives a slow call up; over
HTTP, where it comes in by OAuth or, if it cannot, with one static token, and through `broker stdio` with a token of a
task; in each protocol era that it knows. The examples for agent builders run too.
"""

import argparse
import json
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import anyio
from rich.console import Console
from rich.progress import Progress

from tests.clients import environments, table
from tests.clients.conversation import talk
from tests.clients.environments import EnvironmentFault
from tests.clients.roster import Client, Run, runs
from tests.clients.stage import Stage, bank_stage, shop_stage
from tests.clients.table import Row, row
from tests.served import Launcher

AT_ONCE = 2  # programs, and environments


async def check(wanted: list[Run], folder: Path, progress: Progress, done: dict[str, float]) -> list[Row]:
    """Make the environments, start the brokers, and run all of them. Raises EnvironmentFault."""
    began = time.monotonic()
    await _environments({run.of.environment for run in wanted}, progress)
    done["environments"], began = time.monotonic() - began, time.monotonic()
    launcher = Launcher()
    try:
        with ExitStack() as stack:
            bank = await anyio.to_thread.run_sync(stack.enter_context, bank_stage(folder, launcher))
            shop = await anyio.to_thread.run_sync(stack.enter_context, shop_stage(folder, launcher))
            rows = await _runs(wanted, bank, shop, progress)
            for stage in (bank, shop):
                await anyio.to_thread.run_sync(stage.verify)
    finally:
        launcher.end()
    done["clients"] = time.monotonic() - began
    return rows


async def _environments(names: set[str], progress: Progress) -> None:
    needed = environments.needed(names)
    bar = progress.add_task("environments", total=len(needed))
    places = anyio.Semaphore(AT_ONCE)

    async def make(name: str) -> None:
        async with places:
            await environments.made(name)
        progress.advance(bar)

    if environments.NODE in needed:  # the others of Node are made with it
        await make(environments.NODE)
    async with anyio.create_task_group() as tasks:
        for name in needed:
            if name != environments.NODE:
                tasks.start_soon(make, name)


async def _runs(wanted: list[Run], bank: Stage, shop: Stage, progress: Progress) -> list[Row]:
    bar = progress.add_task("clients", total=len(wanted))
    places, alone = anyio.Semaphore(AT_ONCE), anyio.Lock()
    rows: dict[int, Row] = {}

    async def one(at: int, run: Run) -> None:
        stage = bank if isinstance(run.of, Client) else shop
        async with places:
            told = await talk(run, stage, at, alone)
            rows[at] = await anyio.to_thread.run_sync(row, told, stage)
        progress.advance(bar)

    async with anyio.create_task_group() as tasks:
        for at, run in enumerate(wanted):
            tasks.start_soon(one, at, run)
    return [rows[at] for at in sorted(rows)]


def main() -> int:
    said = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    said.add_argument("--only", action="append", default=[], metavar="NAME", help="clients with this in their name")
    said.add_argument("--json", action="store_true", help="print JSON, for programs")
    given = said.parse_args()
    console = Console(stderr=given.json)
    wanted = list(runs(given.only))
    if not wanted:
        said.error(f"no client has {' or '.join(given.only)} in its name")
    done: dict[str, float] = {}
    rows: list[Row] = []
    try:
        with tempfile.TemporaryDirectory() as folder, Progress(console=console, transient=True) as progress:
            rows = anyio.run(check, wanted, Path(folder), progress, done)
    except* EnvironmentFault as faults:
        console.print(*map(str, faults.exceptions), sep="\n", markup=False, style="red")
    if not rows:
        return 2
    if given.json:
        sys.stdout.write(json.dumps({"seconds": done, "runs": [one.printed for one in rows]}) + "\n")
    else:
        table.show(rows, done, console)
    return 0 if all(one.is_well for one in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
