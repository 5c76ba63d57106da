"""No attack tells two databases apart that differ in nothing but what may not be seen: the guard, and the engine."""

import sqlite3
from contextlib import closing

import pytest

from broker.actions.shapes import shape
from tests.oracle.judge import Seen, differs, judged, judged_whole
from tests.oracle.layers import Whole
from tests.oracle.places import postgres_pair, sqlite_pair
from tests.oracle.shop import CLASSES, COLUMNS, first
from tests.oracle.vectors import vectors
from tests.oracle.weak import Nobody, OnlyOutputs, Unfenced, unfiltered, unmasked
from tests.oracle.worlds import TASK_KEY, WORLDS, second

OWN, EVERY, *_ = WORLDS
TOO_LONG = {"dos", "long"}


def leaks(layer, pair, statements):
    found = [judged(layer, pair, sql) for _, sql in statements]
    return [one for one in found if one.by is not None], [one.first for one in found]


def unharmed(engine):
    """Each third of the attacks that a layer without limits survives."""
    return [(kind, sql) for kind, sql in vectors(engine) if kind not in TOO_LONG][::3]


@pytest.mark.parametrize("world", [OWN, EVERY], ids=lambda world: world.name)
def test_no_attack_tells_two_sqlite_databases_apart(world, tmp_path, monkeypatch):
    pair = sqlite_pair(world, tmp_path)
    monkeypatch.chdir(pair[0].parent)  # where a copy would be written to
    with Whole(world, "sqlite") as layer:
        before = [layer.digest(place) for place in pair]
        wrong, seen = leaks(layer, pair, vectors("sqlite"))
        assert not wrong, "\n".join(map(str, wrong))
        assert [layer.digest(place) for place in pair] == before
    assert sum(one.verdict == "ran" for one in seen) > 200  # what is denied proves nothing of masks and filters


@pytest.mark.parametrize("world", [OWN, EVERY], ids=lambda world: world.name)
def test_no_attack_tells_two_postgresql_databases_apart(world, postgres):
    with postgres_pair(world, postgres) as pair, Whole(world, "postgres") as layer:
        before = [layer.digest(place) for place in pair]
        wrong, seen = leaks(layer, pair, vectors("postgres"))
        assert not wrong, "\n".join(map(str, wrong))
        assert [layer.digest(place) for place in pair] == before
    assert sum(one.verdict == "ran" for one in seen) > 200


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_two_databases_of_a_world_show_the_same_and_hold_something_else(world, engine):
    rows = first(engine)
    other = second(world, rows)
    seen = [world.seen(one) for one in (rows, other)]
    for table, columns in COLUMNS.items():
        assert rows[table] != other[table] or table == "product"
        shown = [
            [row for row in those[table] if row in at[table]] for those, at in zip((rows, other), seen, strict=True)
        ]
        assert len(shown[0]) == len(shown[1])
        for one, two in zip(*shown, strict=True):
            for column, value, changed in zip(columns, one, two, strict=True):
                action = world.action(table, column)
                if action == "drop" or isinstance(value, bytes):
                    continue
                made = [
                    shape("pseudonym" if action == "handle" else action, CLASSES[table][column], each, TASK_KEY)
                    for each in (value, changed)
                ]
                assert made[0] == made[1], (table, column, value, changed)


WEAK = {
    "nobody guards": (Nobody, 80),
    "only the output is masked": (OnlyOutputs, 30),
    "no column is masked": (unmasked, 30),
    "no row is hidden": (unfiltered, 30),
}


@pytest.mark.parametrize(("weak", "most"), WEAK.values(), ids=WEAK)
def test_the_oracle_finds_what_a_weak_guard_lets_through_on_sqlite(weak, most, tmp_path, monkeypatch):
    pair = sqlite_pair(OWN, tmp_path)
    monkeypatch.chdir(pair[0].parent)
    with weak(OWN, "sqlite") as layer:
        wrong, _ = leaks(layer, pair, unharmed("sqlite"))
    assert len(wrong) > most
    assert {"output", "verdict"} <= {one.by for one in wrong} or weak is not Nobody


@pytest.mark.parametrize(("weak", "most"), WEAK.values(), ids=WEAK)
def test_the_oracle_finds_what_a_weak_guard_lets_through_on_postgresql(weak, most, postgres):
    asked = [one for one in unharmed("postgres") if one[0] not in {"func", "cmd", "dml"}]
    with postgres_pair(OWN, postgres) as pair, weak(OWN, "postgres") as layer:
        wrong, _ = leaks(layer, pair, asked)
    assert len(wrong) > most


def test_without_a_fence_postgresql_fails_on_a_row_that_is_hidden(postgres):
    sql = "SELECT sku FROM order_line WHERE 1 / (qty - 77) > -9"
    with postgres_pair(OWN, postgres) as pair, Unfenced(OWN, "postgres") as layer:
        assert judged(layer, pair, sql).by == "verdict"


def test_what_is_written_is_seen(tmp_path, postgres):
    pair = sqlite_pair(OWN, tmp_path)
    with Nobody(OWN, "sqlite") as layer:
        assert judged_whole(layer, pair, "DELETE FROM product").by == "write"
    with postgres_pair(OWN, postgres) as two, Writing(OWN, "postgres") as layer:
        assert judged_whole(layer, two, "DELETE FROM product").by == "write"
        assert judged_whole(layer, two, "CREATE ROLE thief_of_the_oracle").by == "write"
        two[0].run("DROP ROLE IF EXISTS thief_of_the_oracle")


def test_a_copy_that_is_written_beside_a_database_is_seen(tmp_path):
    pair = sqlite_pair(OWN, tmp_path)
    with Nobody(OWN, "sqlite") as layer:
        before = layer.digest(pair[0])
        with closing(sqlite3.connect(pair[0])) as database:
            database.execute(f"VACUUM INTO '{pair[0].parent / 'copy.db'}'")
        assert layer.digest(pair[0]) != before


def test_rows_are_compared_with_their_number_and_their_order():
    one = Seen(verdict="ran", rows=("a", "b", "b"))
    assert differs(one, Seen(verdict="ran", rows=("a", "b", "b"))) is None
    assert differs(one, Seen(verdict="ran", rows=("a", "b"))) == "output"
    assert differs(one, Seen(verdict="ran", rows=("b", "a", "b"))) == "order"
    assert differs(one, Seen(verdict="failed")) == "verdict"
    assert differs(one, Seen(verdict="ran", rows=("a", "b", "b"), said="True")) == "words"


class Writing(Nobody):
    def ask(self, place, sql, timeout):
        del timeout
        if sql.startswith("CREATE ROLE"):
            place.run(f"DROP ROLE IF EXISTS {sql.split()[-1]}")
        place.run(sql)
        return Seen(verdict="ran")
