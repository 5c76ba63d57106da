"""Any SELECT that a grammar writes: what may not be seen makes no difference to what comes of it."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.oracle.grammar import statements
from tests.oracle.judge import judged
from tests.oracle.layers import EngineAlone, GuardAlone, Whole
from tests.oracle.places import postgres_pair, sqlite_pair
from tests.oracle.weak import unfiltered, unmasked
from tests.oracle.worlds import WORLDS

OWN, EVERY, SAID, WAY = WORLDS
# Who answers, in which world, how many: of each engine 2,000 in all. What a condition of a scope says beyond whose row
# it is, the guard alone holds on PostgreSQL.
ASKED = {
    "sqlite": (
        *((Whole, OWN, 400), (Whole, EVERY, 400), (Whole, SAID, 300), (Whole, WAY, 200)),
        *((GuardAlone, OWN, 200), (GuardAlone, EVERY, 200), (EngineAlone, OWN, 150), (EngineAlone, EVERY, 150)),
    ),
    "postgres": (
        *((Whole, OWN, 300), (Whole, EVERY, 300), (Whole, SAID, 200), (Whole, WAY, 200)),
        *((GuardAlone, OWN, 350), (GuardAlone, EVERY, 350), (EngineAlone, OWN, 150), (EngineAlone, EVERY, 150)),
    ),
}
ROUNDS = [(engine, one) for engine, those in ASKED.items() for one in those]


def named(value):
    if isinstance(value, tuple):
        return f"{value[0].__name__}-{value[1].name}-{value[2]}"
    return getattr(value, "__name__", str(value))


def ask(layer, pair, engine, most, phases=tuple(Phase)):
    """Raises with the simplest statement that tells the two apart. How many were denied, failed and ran."""
    seen = Counter()

    @settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=most, database=None, phases=phases)
    @given(statements(layer.world, engine))
    def tells_nothing(drawn):
        sql, _ = drawn
        found = judged(layer, pair, sql)
        seen[found.first.verdict] += 1
        assert found.by is None, str(found)

    tells_nothing()
    return seen


@pytest.mark.parametrize(("engine", "asked"), ROUNDS, ids=named)
def test_what_may_not_be_seen_makes_no_difference(engine, asked, tmp_path, request):
    who, world, most = asked
    if engine == "sqlite":
        with who(world, engine) as layer:
            seen = ask(layer, sqlite_pair(world, tmp_path), engine, most)
    else:
        with postgres_pair(world, request.getfixturevalue("postgres")) as pair, who(world, engine) as layer:
            seen = ask(layer, pair, engine, most)
    assert seen["ran"] >= most * 0.6  # what is denied or fails is no evidence


@pytest.mark.parametrize("weak", [unmasked, unfiltered], ids=named)
def test_a_guard_that_leaks_is_found_by_a_grammar_that_does_not_know_of_it(weak, tmp_path):
    with weak(OWN, "sqlite") as layer, pytest.raises(AssertionError, match="leak by"):
        ask(layer, sqlite_pair(OWN, tmp_path), "sqlite", 300, phases=(Phase.generate,))
