"""`broker stdio --local`: the broker of a folder and the connector to it in one process, over a socket of their own."""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import anyio

from broker.cli import say
from broker.cli.options import given
from broker.connect.address import Address, behind
from broker.main.build import Broker, opened
from broker.main.doors import Door, standing, unix
from broker.main.logs import configure
from broker.main.serving import application
from broker.main.visits import Visits

Relay = Callable[[Address], Awaitable[None]]


def serving(home: Path, relay: Relay) -> None:
    """Serve while `relay` runs. Raises ConfigError."""
    configure(as_json=False)
    with opened(given(home / "broker.toml")) as broker, tempfile.TemporaryDirectory(prefix="broker-") as folder:
        for warning in broker.warnings:
            say.note(warning)
        say.note("agent and keys share a user: what runs as it can read the keys and needs no token")
        anyio.run(partial(_run, broker, Path(folder) / "broker.sock", relay))


async def _run(broker: Broker, path: Path, relay: Relay) -> None:
    await broker.journal.recover()
    house = Visits(application(broker))
    with unix(path, 0o600) as listening:
        async with standing(house, [Door(house, listening)]):
            await relay(behind(path))
