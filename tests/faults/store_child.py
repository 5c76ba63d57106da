"""One serving process of its own for the fault tests: `python store_child.py FILE BOOT CALLS`.

It makes calls at a budget that all processes share and writes each acknowledged step to its output as it happens.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import anyio

from broker.model.outcome import Intended
from broker.store.sqlite import Sqlite
from tests.unit.audit.audit_made import call, claim, journal, masked, permit

LIMIT = 60


def said(text):
    os.write(1, f"{text}\n".encode())  # at once, and whole: a process that is killed has no buffer left behind


async def main(path, boot, calls):
    store = Sqlite(Path(path), bytes(32), boot)
    log = journal(store)

    async def one(at):
        asked = permit(call(), claims=(claim("calls", 1, LIMIT),), digest=f"{boot}{at}")
        name = asked.checked.call.id
        intended = await log.intend(asked)
        if not isinstance(intended, Intended):
            said(f"refused {name}")
            return
        said(f"intended {name}")
        await log.close(intended, masked(vault=()))
        said(f"closed {name}")

    at = 0
    while at < calls:
        async with anyio.create_task_group() as group:
            for _ in range(min(8, calls - at)):
                group.start_soon(one, at)
                at += 1
    store.close()


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], sys.argv[2], int(sys.argv[3]))
