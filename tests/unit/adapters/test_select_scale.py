"""On a large table a guarded query goes through no more of it than the query itself would."""

import pytest

from tests import pg
from tests.bench import sql_scale


class Nowhere:
    """Nobody looks on."""

    @staticmethod
    def watched(_said, items):
        return items


@pytest.fixture(scope="module")
def found(tmp_path_factory, postgres):
    """dialect -> what was compared; made when it is first asked."""
    known = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(pg.PASSWORD_ENV, pg.PASSWORD)

        def of(make):
            if make.dialect not in known:
                engine = make(tmp_path_factory.mktemp("large"), postgres, sql_scale.QUICK)
                with engine.made(Nowhere) as sides:
                    known[make.dialect] = list(sql_scale.compared(engine, sides, Nowhere))
            return known[make.dialect]

        yield of


@pytest.mark.parametrize("make", [sql_scale.Sqlite, sql_scale.Postgres])
def test_under_a_row_filter_no_query_goes_through_a_table_that_it_would_not_go_through_bare(found, make):
    asked = [one for one in found(make) if one.grant == "one account"]
    assert len(asked) >= 20
    assert {one.name: one.plan for one in asked if one.worse} == {}
    assert [one.name for one in asked if one.took is None] == []
    # The filter's own index serves what would have gone through everything.
    assert all("entry" not in one.guarded for one in asked)


@pytest.mark.parametrize("make", [sql_scale.Sqlite, sql_scale.Postgres])
def test_without_a_row_filter_no_query_goes_through_more_either(found, make):
    asked = [one for one in found(make) if one.grant == "every account"]
    assert {one.name: one.plan for one in asked if one.worse} == {}
    assert [one.name for one in asked if one.took is None] == []


def test_the_comparison_sees_a_scan(found):
    everything = next(one for one in found(sql_scale.Sqlite) if one.name == "everything, as much as fits")
    assert "entry" in everything.bare
    assert any("entry" in one.bare for one in found(sql_scale.Postgres) if one.name == "everything, as much as fits")
