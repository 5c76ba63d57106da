"""Can an agent with blocks of its own tell which of two values a handle stands for? How often the best strategy does.

Each trial is a fresh task in which the value is drawn anew. The strategy learns from all trials before: it mostly
writes the blocks that told most so far, and goes on trying the others.
`python -m tests.bench.tokens_handles --trials 10000`.
"""

import argparse
import hashlib
import secrets
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, islice

import anyio

from tests.bench import table
from tests.handle_blocks import SHAPES
from tests.handle_game import Game, Guesser

TRIALS = 10_000
PROCESSES = 2
BATCH = 250  # trials of one broker, with what is known when it begins
TRIES = 5  # each so many-th trial is one of the other shapes


def played(shapes, at_once=16):
    """(shape, sight, whether it was the first value) of one trial each."""
    return anyio.run(_played, shapes, at_once)


async def _played(shapes, at_once):
    game, found, waiting = Game(), [], list(shapes)

    async def plays():
        while waiting:
            shape, is_first = waiting.pop(), bool(secrets.randbelow(2))
            seen = await game.trial(SHAPES[shape], is_first=is_first)
            found.append((shape, hashlib.sha256("\n".join(seen).encode()).digest(), is_first))

    async with anyio.create_task_group() as tasks:
        for _ in range(at_once):
            tasks.start_soon(plays)
    return found


def success(trials, batch=BATCH, tick=iter):
    """How many of so many trials were guessed."""
    guesser, others, right = Guesser(len(SHAPES)), cycle(range(len(SHAPES))), 0
    with ProcessPoolExecutor(PROCESSES) as pool:
        left = trials
        for _ in tick(range(0, trials, batch * PROCESSES)):
            batches = []
            for _ in range(PROCESSES):
                size = min(batch, left)
                left -= size
                tried = list(islice(others, -(-size // TRIES)))
                batches.append([*tried, *[guesser.best] * (size - len(tried))])
            found = [one for each in pool.map(played, batches) for one in each]
            right += sum(
                guesser.guesses(shape, sight, bool(secrets.randbelow(2))) is first for shape, sight, first in found
            )
            for one in found:
                guesser.learns(*one)
    return right


def _near(trials):
    """How far from one half chance alone does not come: four standard deviations, 0.02 for 10,000 trials."""
    return 2 / trials**0.5


def rows(run, trials=TRIALS):
    right = success(trials, tick=lambda steps: run.watched("handles", steps))
    share, near = right / trials, _near(trials)
    yield run.row(
        f"a handle is one of two values, {len(SHAPES)} shapes of blocks: the best strategy's success",
        bar=f"within .50 +- {near:.2f}",
        measured=f"{share:.3f} of {trials:,} fresh tasks",
        ok=abs(share - 0.5) <= near,
    )


def main():
    said = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    said.add_argument("--trials", type=int, default=TRIALS)
    given = table.given(said)
    with table.running(as_json=given.json) as run:
        found = list(rows(run, given.trials))
    table.printed("Handles", found, as_json=given.json)


if __name__ == "__main__":
    main()
