"""One process of its own that opens tasks: `python -m tests.faults.opening_child FOLDER BOOT HOLDERS TRIES`.

Told to go `up` or down the holders, it tries to open so many tasks at once for each, and says how many it got.
"""

import json
import sys
from pathlib import Path

import anyio

from broker.adapters.broken import Broken
from broker.model.outcome import OpenedTask
from broker.model.task import Limits
from broker.store.sqlite import Sqlite
from broker.store.system import SystemClock
from tests.kit import House, Shelf, asking, scope, spec

LIMITS = Limits(open=3, per_hour=4)


async def main(folder, boot, holders, tries):
    store = Sqlite(Path(folder) / "broker.db", bytes(32), boot)
    shelf = Shelf(scope(), {"t.t": (spec(), Broken())})
    house = House(shelf, store=store, clock=SystemClock(), deadline=60.0, limits=LIMITS)
    got = [0] * holders

    async def ask(holder):
        opened = await house.opening.open_task(asking(actor=f"agent-{holder}"))
        got[holder] += isinstance(opened, OpenedTask)

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    order = range(holders) if sys.stdin.readline() == "up\n" else reversed(range(holders))
    for holder in order:
        async with anyio.create_task_group() as group:
            for _ in range(tries):
                group.start_soon(ask, holder)
    store.close()
    sys.stdout.write(json.dumps(got) + "\n")


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
