"""What analysts ask is answered, and answered as it would be without a guard."""

import pytest

from tests import pg
from tests.bench import sql_own, sql_sides

CASES = [
    pytest.param(world, dialect, question, id=f"{dialect}-{world}-{question.name}")
    for dialect in ("sqlite", "postgres")
    for world in ("tpch", "shop")
    for question in sql_own.questions(world, dialect)
]


@pytest.fixture(scope="module")
def pairs(tmp_path_factory, postgres):
    """A world on an engine, made when it is first asked."""
    made, stacks = {}, []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(pg.PASSWORD_ENV, pg.PASSWORD)

        def pair(world, dialect):
            if (world, dialect) not in made:
                one = sql_own.pair(world, dialect, tmp_path_factory.mktemp("benign"), postgres)
                made[world, dialect] = one.__enter__()
                stacks.append(one)
            return made[world, dialect]

        yield pair
        for one in stacks:
            one.__exit__(None, None, None)


@pytest.mark.parametrize(("world", "dialect", "question"), CASES)
def test_a_question_gets_the_answer_that_an_admin_gets_with_private_values_masked(pairs, world, dialect, question):
    real, twin = pairs(world, dialect)
    found = sql_own.asked(question, real, twin)
    assert found.accepted, found.said
    assert found.equal, f"not as {found.by}"


@pytest.mark.parametrize("dialect", ["sqlite", "postgres"])
def test_the_questions_have_answers_and_the_comparison_tells_a_wrong_one(pairs, dialect):
    real, _ = pairs("tpch", dialect)
    for question in sql_own.questions("tpch", dialect):
        rows = real.ask(question.sql).rows
        assert rows
        assert any(value is not None for value in rows[0])
        other = ((*rows[0][:-1], "another"), *rows[1:])
        assert not sql_sides.same(rows, other, in_order=True)
        assert not sql_sides.same(rows, rows[1:], in_order=False)
