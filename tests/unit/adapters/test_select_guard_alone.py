"""What the guard makes of an attack keeps its secret on the tables themselves, by whoever may read everything."""

import pytest

from tests.oracle.judge import judged
from tests.oracle.layers import GuardAlone
from tests.oracle.places import postgres_pair, sqlite_pair
from tests.oracle.vectors import vectors
from tests.oracle.worlds import WORLDS

OWN, EVERY, *_ = WORLDS


def asked(layer, pair, engine):
    """How many ran; none may tell."""
    before = [layer.digest(place) for place in pair]
    found = [judged(layer, pair, sql) for _, sql in vectors(engine)]
    wrong = [one for one in found if one.by is not None]
    assert not wrong, "\n".join(map(str, wrong))
    assert [layer.digest(place) for place in pair] == before
    return sum(one.first.verdict == "ran" for one in found)


@pytest.mark.parametrize("world", [OWN, EVERY], ids=lambda world: world.name)
def test_the_text_of_the_guard_tells_nothing_where_sqlite_hides_nothing(world, tmp_path):
    with GuardAlone(world, "sqlite") as layer:
        assert asked(layer, sqlite_pair(world, tmp_path), "sqlite") > 200


@pytest.mark.parametrize("world", [OWN], ids=lambda world: world.name)
def test_the_text_of_the_guard_tells_a_superuser_of_postgresql_nothing(world, postgres):
    with postgres_pair(world, postgres) as pair, GuardAlone(world, "postgres") as layer:
        assert asked(layer, pair, "postgres") > 200
