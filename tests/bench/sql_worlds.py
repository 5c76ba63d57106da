"""Thousands of SELECTs that a grammar writes, and every attack there is, asked of two databases that must answer alike.

`python -m tests.bench.sql_worlds --statements 20000 --engine sqlite|postgres --seed N` prints what came of them, by
world and by what stood in those that ran; it fails with the simplest statement that told the two databases apart.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests import pg
from tests.oracle.grammar import statements
from tests.oracle.judge import judged
from tests.oracle.layers import EngineAlone, GuardAlone, Whole
from tests.oracle.places import postgres_pair, sqlite_pair
from tests.oracle.vectors import vectors
from tests.oracle.worlds import WORLDS

LAYERS = {"whole": Whole, "guard": GuardAlone, "engine": EngineAlone}
VERDICTS = ("ran", "denied", "failed")


@dataclass(slots=True)
class Tally:
    """Of one world, or of one kind of statement."""

    seen: Counter = field(default_factory=Counter)
    parts: Counter = field(default_factory=Counter)  # of the statements that ran
    texts: set = field(default_factory=set)
    leaks: list = field(default_factory=list)
    seconds: float = 0.0


@contextmanager
def pair_of(world, engine, server):
    if engine == "postgres":
        with postgres_pair(world, server) as pair:
            yield pair
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield sqlite_pair(world, Path(folder))


def drawn(layer, pair, most, start, tick):
    """Of statements of the grammar. The first leak ends it, made as simple as it can be."""
    tally, began = Tally(), time.monotonic()

    @seed(start)
    @settings(
        suppress_health_check=list(HealthCheck),
        deadline=None,
        max_examples=most,
        database=None,
        phases=(Phase.generate, Phase.shrink),
    )
    @given(statements(layer.world, layer.dialect))
    def tells_nothing(written):
        sql, parts = written
        tally.texts.add(sql)
        found = judged(layer, pair, sql)
        tally.seen[found.first.verdict] += 1
        if found.first.verdict == "ran":
            tally.parts.update(parts)
        tick()
        assert found.by is None, str(found)

    try:
        tells_nothing()
    except AssertionError as leak:
        tally.leaks.append(str(leak))
    tally.seconds = time.monotonic() - began
    return tally


def attacked(layer, pair, tick):
    tally, began = Tally(), time.monotonic()
    before = [layer.digest(place) for place in pair]
    for kind, sql in vectors(layer.dialect):
        found = judged(layer, pair, sql)
        tally.seen[found.first.verdict] += 1
        tally.parts[kind] += 1
        tally.texts.add(sql)
        if found.by is not None:
            tally.leaks.append(str(found))
        tick()
    if [layer.digest(place) for place in pair] != before:
        tally.leaks.append("something was written")
    tally.seconds = time.monotonic() - began
    return tally


def asked(options, server, progress):
    """(name, tally) of each world, by the grammar and by the attacks."""
    worlds = [world for world in WORLDS if options.world in {None, world.name}]
    each = options.statements // len(worlds)
    attacks = len(vectors(options.engine)) if options.attacks else 0
    bar = progress.add_task(f"{options.engine}, {options.layer}", total=(each + attacks) * len(worlds))
    for at, world in enumerate(worlds):
        with pair_of(world, options.engine, server) as pair, LAYERS[options.layer](world, options.engine) as layer:
            yield world.name, drawn(layer, pair, each, options.seed + at, lambda: progress.advance(bar))
            if options.attacks:
                yield f"{world.name}, attacks", attacked(layer, pair, lambda: progress.advance(bar))


def shown(found, out):
    table = Table("statements", "asked", "different", *VERDICTS, "ran %", "leaks", "seconds")
    parts = Counter()
    for name, tally in found:
        total = sum(tally.seen.values())
        counts = [str(tally.seen[one]) for one in VERDICTS]
        share = f"{100 * tally.seen['ran'] / total:.0f}" if total else "-"
        row = (str(total), str(len(tally.texts)), *counts, share, str(len(tally.leaks)), f"{tally.seconds:.0f}")
        table.add_row(name, *row)
        if "attacks" not in name:
            parts += tally.parts
    out.print(table)
    out.print(
        "in those of the grammar that ran: " + ", ".join(f"{name} {count}" for name, count in parts.most_common())
    )
    for name, tally in found:
        for leak in tally.leaks:
            out.print(f"[{name}] {leak}", markup=False)


def main():
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("--statements", type=int, default=20_000)
    said.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    said.add_argument("--layer", choices=tuple(LAYERS), default="whole")
    said.add_argument("--world", choices=[world.name for world in WORLDS])
    said.add_argument("--seed", type=int, default=1)
    said.add_argument("--no-attacks", dest="attacks", action="store_false")
    options = said.parse_args()
    out = Console()
    with Progress(console=Console(stderr=True)) as progress:
        if options.engine == "postgres":
            with pg.serving() as server:
                found = list(asked(options, server, progress))
        else:
            found = list(asked(options, None, progress))
    shown(found, out)
    sys.exit(1 if any(tally.leaks for _, tally in found) else 0)


if __name__ == "__main__":
    main()
