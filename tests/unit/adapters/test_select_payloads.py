"""An injection changes the statement that it stands in, and nothing of what that may show."""

import pytest

from tests import pg
from tests.bench import sql_payloads
from tests.bench.sql_shapes import SHAPES, TEMPLATES
from tests.oracle.judge import judged
from tests.oracle.weak import Nobody

DIALECTS = ("sqlite", "postgres")


@pytest.fixture(scope="module")
def pairs(tmp_path_factory, postgres):
    made, stacks = {}, []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(pg.PASSWORD_ENV, pg.PASSWORD)

        def pair(dialect):
            if dialect not in made:
                stacks.append(sql_payloads.pair(dialect, tmp_path_factory.mktemp("payloads"), postgres))
                made[dialect] = stacks[-1].__enter__()
            return made[dialect]

        yield pair
        for one in stacks:
            one.__exit__(None, None, None)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_two_databases_that_differ_in_what_is_hidden_answer_an_injection_alike(pairs, dialect):
    places, layer, _ = pairs(dialect)
    asked = list(sql_payloads.statements(SHAPES))
    # A connection for each statement: PostgreSQL is asked every fourth, SQLite every second.
    verdicts, found = sql_payloads.leaks(layer, places, asked[:: 4 if dialect == "postgres" else 2])
    assert found == []
    assert verdicts["ran"]
    assert verdicts["denied"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_injection_is_a_value_where_a_named_query_takes_one(pairs, dialect, tmp_path):
    _, _, said = pairs(dialect)
    verdicts, found = sql_payloads.named(said, tmp_path, SHAPES)
    assert found == []
    # No database keeps a null byte in a text, and PostgreSQL says so.
    assert verdicts["ran"] >= len(SHAPES) - 1


@pytest.mark.parametrize("dialect", DIALECTS)
def test_without_a_guard_the_same_injections_tell_the_two_apart(pairs, dialect):
    places, layer, _ = pairs(dialect)
    template = TEMPLATES[0]
    shapes = [shape for shape in SHAPES if shape.startswith(("' UNION", "' OR"))]
    with Nobody(layer.world, dialect) as bare:
        told = [judged(bare, places, template.replace("{}", shape)) for shape in shapes]
    assert sum(one.by is not None for one in told) > 5
