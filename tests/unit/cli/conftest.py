"""A folder as `broker init` makes it, with the demo's shop in it, and a runner of commands."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from broker.cli.app import app
from broker.demo.shop import build
from tests.plenty import plenty


@pytest.fixture
def run():
    """Run `broker WORDS`, with `fed` to its stdin; its result has `exit_code`, `stdout` and `stderr`."""
    runner = CliRunner(env={"TERM": "dumb", "BROKER_CONFIG": ""})
    return lambda *words, fed=None: runner.invoke(app(), [str(word) for word in words], input=fed)


@pytest.fixture
def made(tmp_path, run) -> Path:
    """As `broker init` leaves it."""
    folder = tmp_path / "home"
    assert run("init", folder).exit_code == 0
    return folder


@pytest.fixture
def home(made) -> Path:
    """The same, with room for the tasks of a test."""
    plenty(made / "broker.toml")
    return made


@pytest.fixture
def shop(home):
    return build(home / "data")


@pytest.fixture
def at(home, run):
    """Run a command of this home."""
    return lambda *words: run(*words, "--config", home / "broker.toml")


@pytest.fixture
def granted(at, shop):
    """Open the demo's own task."""
    words = ("--user", "maria", "--role", "support", "--agent", "helpdesk-1", "--purpose", "refund")

    def grant(*more, ticket=shop.own.ticket, scope="support-refund"):
        return at("grant", scope, *words, "--task", f"ticket={ticket}", *more)

    return grant
