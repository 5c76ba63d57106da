"""An attack that reaches an engine as it was written finds nothing there that may not be seen."""

import pytest

from tests.oracle.judge import judged
from tests.oracle.layers import EngineAlone
from tests.oracle.places import postgres_pair, sqlite_pair
from tests.oracle.shop import COLUMNS, first
from tests.oracle.vectors import LONG, vectors
from tests.oracle.worlds import WORLDS, second

OWN, EVERY, *_ = WORLDS
WITHOUT_END = LONG["doubling"]
"""SQLite looks at no clock while it puts the text together: the guard alone keeps it away."""
# What PostgreSQL tells any role of the server, and no right takes away. None of it is what a column holds.
OF_THE_SERVER = {
    "SELECT random()": "dice",
    "SELECT gen_random_uuid(), clock_timestamp()": "dice and the clock",
    "SELECT current_user, session_user, inet_server_addr(), pg_backend_pid()": "its own session",
    "SELECT * FROM pg_stat_activity": "that there are others",
    "SELECT 'public.secrets'::regclass::oid::text": "the number of a table",
    "SELECT relname FROM pg_class": "names and numbers of relations",
    "SELECT relname FROM pg_catalog.pg_class": "the same",
    "SELECT n_live_tup FROM pg_stat_user_tables": "about how many rows a table has",
    "SELECT txid_current()": "how many transactions there were",
    "SELECT pg_logical_emit_message(false, 'a', 'b')": "how much was written to the log",
    "SELECT pg_export_snapshot()": "its own transaction",
}


def hidden(world, engine):
    """Texts that stand in either database and in nothing that may be seen of it; without those that mask themselves."""
    secret, shown = set(), set()
    one = first(engine)
    for rows in (one, second(world, one)):
        seen = world.seen(rows)
        for table, those in rows.items():
            for row in those:
                for column, value in zip(COLUMNS[table], row, strict=True):
                    if isinstance(value, str):
                        may = row in seen[table] and world.action(table, column) == "show"
                        (shown if may else secret).add(value)
    kept = {one for one in secret if len(one) > 4 and not one.startswith(("psn-", "****", "["))}
    return {one for one in kept if not any(one in other for other in shown)}


def asked(world, pair, engine, step=1):
    """What told the two apart. No value that is hidden may stand in an answer, unless the statement itself says it."""
    secrets = hidden(world, engine)
    with EngineAlone(world, engine) as layer:
        before = [layer.digest(place) for place in pair]
        found = [judged(layer, pair, sql) for _, sql in vectors(engine)[::step] if sql != WITHOUT_END]
        assert [layer.digest(place) for place in pair] == before
    for one in found:
        answers = "".join((*one.first.rows, *one.second.rows))
        assert not [secret for secret in secrets if secret in answers and secret not in one.sql], one
    assert sum(one.first.verdict == "ran" for one in found) > 300 // step
    return [one for one in found if one.by is not None]


@pytest.mark.parametrize("world", [OWN, EVERY], ids=lambda world: world.name)
def test_sqlite_alone_tells_nothing(world, tmp_path, monkeypatch):
    pair = sqlite_pair(world, tmp_path)
    monkeypatch.chdir(pair[0].parent)  # where a copy would be written to
    wrong = asked(world, pair, "sqlite")
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize(("world", "step"), [(OWN, 1), (EVERY, 3)], ids=["own", "every"])
def test_postgresql_alone_tells_nothing_but_what_it_tells_everybody_of_the_server(world, step, postgres):
    with postgres_pair(world, postgres) as pair:
        wrong = [one for one in asked(world, pair, "postgres", step) if one.sql not in OF_THE_SERVER]
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_there_is_something_to_be_found(engine):
    for world in WORLDS:
        assert {"sk_live_AAA", "likes tea"} & hidden(world, engine) == {"sk_live_AAA", "likes tea"}
