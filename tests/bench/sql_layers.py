"""Attacks and statements of a grammar through guard and engine, and through the engine alone, as rows of the table."""

from collections import Counter
from itertools import count

from tests.bench import sql_table, sql_worlds
from tests.oracle.judge import judged
from tests.oracle.layers import EngineAlone, Whole
from tests.oracle.vectors import vectors
from tests.oracle.worlds import WORLDS
from tests.unit.adapters.test_select_engine_alone import OF_THE_SERVER, WITHOUT_END, hidden

OWN, EVERY, *_ = WORLDS
# What a condition of a scope says beyond whose a row is, the guard alone holds on PostgreSQL.
ALONE = {"sqlite": WORLDS, "postgres": (OWN, EVERY)}


def attacks(run, server):
    for engine in sql_table.ENGINES:
        seen, leaks = Counter(), []
        for world in run.watched(f"attacks on {engine}", WORLDS):
            with sql_worlds.pair_of(world, engine, server) as pair, Whole(world, engine) as layer:
                found = sql_worlds.attacked(layer, pair, lambda: None)
            seen += found.seen
            leaks += found.leaks
        yield _row(run, f"{len(vectors(engine))} attacks in {len(WORLDS)} worlds, {engine}", seen, leaks)


def drawn(run, server, most):
    """`most`: statements of each engine."""
    for engine in sql_table.ENGINES:
        seen, leaks, different = Counter(), [], 0
        for number, world in zip(count(1), run.watched(f"statements of a grammar on {engine}", WORLDS), strict=False):
            with sql_worlds.pair_of(world, engine, server) as pair, Whole(world, engine) as layer:
                found = sql_worlds.drawn(layer, pair, most // len(WORLDS), number, lambda: None)
            seen += found.seen
            leaks += found.leaks
            different += len(found.texts)
        yield _row(run, f"{different:,} different statements of a grammar, {engine}", seen, leaks)


def alone(run, server):
    """The guard let everything through: what is told, and whether a hidden value stands in an answer."""
    for engine in sql_table.ENGINES:
        seen, leaks = Counter(), []
        for world in run.watched(f"attacks on {engine} alone", ALONE[engine]):
            secrets = hidden(world, engine)
            with sql_worlds.pair_of(world, engine, server) as pair, EngineAlone(world, engine) as layer:
                before = [layer.digest(place) for place in pair]
                for _, sql in vectors(engine):
                    if sql == WITHOUT_END or sql in OF_THE_SERVER:
                        continue
                    told = judged(layer, pair, sql)
                    seen[told.first.verdict] += 1
                    answers = "".join((*told.first.rows, *told.second.rows))
                    said = [one for one in secrets if one in answers and one not in sql]
                    leaks += [str(told)] if told.by is not None or said else []
                leaks += [] if [layer.digest(place) for place in pair] == before else ["something was written"]
        yield _row(run, f"attacks on the engine alone, {engine}", seen, leaks)


def _row(run, measure, seen, leaks):
    for one in leaks:
        run.tell(one)
    counted = ", ".join(f"{number:,} {verdict}" for verdict, number in sorted(seen.items()))
    measured = f"{len(leaks)} leaks of {sum(seen.values()):,} ({counted})"
    return run.row(measure, bar="0 leaks, 0 writes", measured=measured, ok=not leaks)
