"""`broker serve`: opens its doors, settles what a dead process left open, and serves until it is told to end."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Annotated

import anyio
import typer
from anyio.abc import TaskStatus

from broker.cli import say
from broker.cli.options import CONFIG, AsJson, Config, given
from broker.cli.plainly import plainly
from broker.main.build import Broker, opened
from broker.main.certificate import Certificate, watch
from broker.main.doors import Door, shown, standing, tcp, unix
from broker.main.logs import configure
from broker.main.peers import peers
from broker.main.serving import application
from broker.main.visits import Visits
from broker.settings import Server, Settings


def serve(
    *,
    config: Config = CONFIG,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Instead of the one in broker.toml; 0: any.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Serve agents over MCP until SIGTERM or Ctrl-C."""
    settings = given(config)
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, _leave)
    configure(as_json=as_json)
    with plainly(), opened(settings) as broker, _listening(settings, port, config) as listening:
        anyio.run(_run, broker, listening, config, as_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    port: socket.socket | None
    file: socket.socket | None  # a unix socket


@contextmanager
def _listening(settings: Settings, port: int | None, config: Path) -> Iterator[Listening]:
    server = settings.server
    with ExitStack() as held:
        network = held.enter_context(tcp(server, port, config)) if server.tcp or port is not None else None
        mode = int(server.socket_mode, 8)
        file = None if server.socket is None else held.enter_context(unix(settings.at(server.socket), mode))
        yield Listening(port=network, file=file)


async def _run(broker: Broker, listening: Listening, config: Path, as_json: bool) -> None:  # noqa: FBT001 - anyio.run
    house = Visits(application(broker))
    certificate = shown(broker.settings.server, broker.settings.root, config)
    doors = list(_doors(broker, house, listening, certificate))
    await broker.journal.recover()
    async with anyio.create_task_group() as tasks:
        told = anyio.CancelScope()
        await tasks.start(_heed, told, house)
        if certificate is not None:
            tasks.start_soon(watch, certificate, broker.journal)
        async with standing(house, doors):
            _announce(broker, listening, as_json=as_json)
            with told:
                await anyio.sleep_forever()
        tasks.cancel_scope.cancel()


async def _heed(told: anyio.CancelScope, house: Visits, *, task_status: TaskStatus[None]) -> None:
    """The first signal ends it, with grace for the calls under way; another Ctrl-C takes the grace away."""
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        task_status.started()
        async for number in signals:
            if told.cancel_called and number == signal.SIGINT:
                house.end_all()
            told.cancel()


def _doors(broker: Broker, house: Visits, listening: Listening, certificate: Certificate | None) -> Iterator[Door]:
    """The port speaks TLS where there is a certificate; the file needs none, for nobody listens in between."""
    if listening.port is not None:
        only = peers(broker.settings.server, broker.pipeline.turned_down)
        yield Door(house, listening.port, certificate=certificate, peers=only)
    if listening.file is not None:
        yield Door(house, listening.file)


def _base(server: Server, listening: socket.socket) -> str:
    host = f"[{server.host}]" if ":" in server.host else server.host
    scheme = "http" if server.tls_cert is None else "https"
    return f"{scheme}://{host}:{listening.getsockname()[1]}"


def _announce(broker: Broker, listening: Listening, *, as_json: bool) -> None:
    for warning in broker.warnings:
        say.note(warning)
    settings = broker.settings
    said: list[tuple[str, object]] = []
    if listening.port is not None:
        base = _base(settings.server, listening.port)
        said += [("url", f"{base}/mcp"), ("ready", f"{base}/readyz")]
    if listening.file is not None:
        said.append(("socket", listening.file.getsockname()))
    if as_json:
        say.as_json(dict(said))
        return
    console = say.out()
    console.print(say.text(f"Serving {said[0][1]}", "bold"), soft_wrap=True)
    console.print(say.facts([*_served(broker, settings), *said[1:], ("stop", "Ctrl-C")]))


def _served(broker: Broker, settings: Settings) -> list[tuple[str, object]]:
    tools, scopes = broker.catalog.specs(), broker.catalog.scopes()
    sources = len({spec.source for spec in tools})
    return [
        ("tools", f"{len(tools)} of {sources} sources, from {settings.at(settings.tools)}"),
        ("scopes", f"{len(scopes)}: {', '.join(sorted(scope.name for scope in scopes))}"),
        ("log", f"{settings.store.url}, {broker.archive.head().size} records"),
        ("keys", settings.at(settings.keys)),
    ]


def _leave(_number: int, _frame: FrameType | None) -> None:
    """Before it serves there is nothing to end."""
    raise SystemExit(0)
