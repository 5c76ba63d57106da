"""What all tests share: a log of their own, and over a started broker one launcher and one bank, a worker."""

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests import pg, pg_shop
from tests.served import Launcher, bank, home

# How long an example takes says how busy the machine is, and nothing of what is tested.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _own_log():
    """What one test configures must not write into another's closed streams."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def launcher():
    one = Launcher()
    yield one
    one.end()


@pytest.fixture
def fresh_bank(tmp_path, launcher):
    """A bank of this test alone; nothing serves yet."""
    with home(tmp_path / "bank", launcher, bank) as one:
        yield one


@pytest.fixture(scope="session")
def shared_bank(tmp_path_factory, launcher):
    """A bank for whoever leaves the others' tasks alone."""
    with home(tmp_path_factory.mktemp("shared") / "bank", launcher, bank) as one:
        yield one


@pytest.fixture(scope="session")
def served_bank(shared_bank):
    with shared_bank.serving() as one:
        yield one


@pytest.fixture(scope="session")
def postgres():
    with pg.serving() as one:
        yield one


@pytest.fixture
def database(postgres):
    """An empty database of this test alone."""
    with postgres.database() as one:
        yield one


@pytest.fixture
def pg_shop_database(postgres):
    with postgres.database(like=postgres.template("shop", pg_shop.SCHEMA)) as one:
        yield one
