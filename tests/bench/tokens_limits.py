"""Ten is ten: a hundred calls at once, from two brokers on one store, against a limit of ten.

Each trial is a fresh task. Two processes with the real pipeline make fifty calls each at the same time; counted is how
often the tool ran.
"""

import argparse
import tempfile
from pathlib import Path

from anyio.from_thread import start_blocking_portal

from tests.bench import table
from tests.pair import LIMIT, pair

TRIALS = 1_000
AT_ONCE = 50  # calls of each process
ONE = {"n": 1}
BAR = f"exactly {LIMIT} in each trial"


async def of_task(two, trial):
    task = await two.open("task", sub=f"task-{trial}")
    return await two.volley([(task, ONE, AT_ONCE)], [(task, ONE, AT_ONCE)])


async def of_block(two, trial):
    """The limit stands in a block; each of the two to whom its holder handed it on works at one of the brokers."""
    task = await two.open("block", sub=f"block-{trial}")
    block = task.handed_on("lead", budget={"calls": LIMIT})
    return await two.volley(*([(block.handed_on(name), ONE, AT_ONCE)] for name in ("here", "there")))


async def of_sum(two, trial):
    task = await two.open("sum", sub=f"sum-{trial}")
    return await two.volley([(task, ONE, AT_ONCE)], [(task, ONE, AT_ONCE)])


def of_ceiling(per):
    """Two tasks of one user, agent or subject: each is called at one of the brokers."""

    async def trial_of(two, trial):
        differ = {"sub": f"user-{trial}", "actor": f"agent-{trial}", "who": 1_000 + trial}
        mine = {"principal": "sub", "actor": "actor", "subject": "who"}[per]
        tasks = [
            await two.open(per, **{name: one if name == mine else _other(one, n) for name, one in differ.items()})
            for n in range(2)
        ]
        return await two.volley(*([(task, ONE, AT_ONCE)] for task in tasks))

    return trial_of


def _other(value, n):
    return value + (n + 1) * 1_000_000 if isinstance(value, int) else f"{value}-{n}"


SORTS = (
    ("budget of a task", of_task, 1),
    ("budget of a block that two sub-agents share", of_block, 1),
    ("sum of a task", of_sum, 10),
    *((f"ceiling per {per} over two tasks", of_ceiling(per), 10) for per in ("principal", "actor", "subject")),
)


def rows(run, folder, trials=TRIALS):
    """One for each sort of limit; of those that the others stand for, a tenth of the trials."""
    with pair(folder) as two, start_blocking_portal() as portal:
        for name, trial_of, share in SORTS:
            times = max(1, trials // share)
            ran = [portal.call(trial_of, two, trial) for trial in run.watched(name, range(times))]
            exact = sum(1 for ends, count in ran if count == ends["served"] == LIMIT)
            found = sorted({count for _, count in ran})
            measured = f"{exact:,} of {times:,} trials; ran: {', '.join(map(str, found))}"
            yield run.row(
                f"{name}: 10, {2 * AT_ONCE} calls over 2 processes", bar=BAR, measured=measured, ok=exact == times
            )


def main():
    said = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    said.add_argument("--trials", type=int, default=TRIALS)
    given = table.given(said)
    with tempfile.TemporaryDirectory() as folder, table.running(as_json=given.json) as run:
        found = list(rows(run, Path(folder), given.trials))
    table.printed("limits", found, as_json=given.json)


if __name__ == "__main__":
    main()
