"""A broker over its files: whether it opens at all, and what it mints."""

from contextlib import closing
from datetime import date

import anyio
import pytest

from broker.catalog.classes import BUILT_IN
from broker.main.build import opened
from broker.main.keys import make
from broker.model.faults import ConfigError
from broker.settings import Agent, Identity, Settings
from broker.store.engine import DBAPI
from broker.store.system import SystemIds


@pytest.fixture
def settings(tmp_path):
    for name in ("tools", "scopes"):
        (tmp_path / name).mkdir()
    make(tmp_path / "keys", "test/log", SystemIds())
    one = Settings(root=tmp_path)
    with opened(one) as broker:
        anyio.run(broker.journal.recover)
    return one


def change(settings, sql):
    with closing(DBAPI.connect(settings.root / "data" / "broker.db")) as database, database:
        database.execute(sql)


def test_what_was_closed_well_opens_again(settings):
    with opened(settings) as broker:
        assert broker.archive.head().size == 1


@pytest.mark.requirement("tamper")
@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("UPDATE head SET frontier = zeroblob(32)", "head is not where"),
        ("UPDATE head SET size = 0, frontier = x''", "head is not where"),
        ("DELETE FROM checkpoint", "no checkpoint"),
        ("UPDATE checkpoint SET note = replace(note, 'test/log', 'evil/log')", "not signed"),
    ],
)
def test_a_log_that_was_changed_is_not_gone_on_with(settings, sql, says):
    change(settings, sql)
    with pytest.raises(ConfigError, match=says), opened(settings):
        pass


@pytest.mark.requirement("seal-required")
async def test_a_token_is_sealed_and_names_no_key_that_anybody_holds(settings):
    with opened(settings) as broker:
        token = await broker.opening.mint({"tid": "t"}, None)
        assert broker.pipeline.unseal(token).sealed
        assert not broker.pipeline.unseal(token.split("~")[0]).sealed


def test_a_class_without_a_row_gets_the_action_of_the_house(settings):
    with opened(settings) as broker:
        assert broker.pipeline.defaults == {name: rule.action for name, rule in BUILT_IN.items()}


def test_an_agent_that_gets_nothing_where_it_names_no_scope_is_told_of_when_it_opens(settings):
    who = {"owner": "sales", "model": "m", "provider": "p", "review_by": date(2999, 1, 1)}
    nightly = Agent(name="nightly-1", secret_sha256="0" * 64, scope="nowhere", **who)
    other = Agent(name="other-1", secret_sha256="1" * 64, **who)
    with opened(settings.model_copy(update={"identity": Identity(agents=(nightly, other))})) as broker:
        assert broker.warnings == (
            "agent `nightly-1` gets nothing where it names no scope: there is no scope `nowhere`",
        )
