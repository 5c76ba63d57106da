"""`broker serve`: binds the port, settles what a dead process left open, and serves until it is told to end."""

from __future__ import annotations

import signal
import socket
import ssl
from pathlib import Path
from types import FrameType
from typing import Annotated

import anyio
import typer
import uvicorn

from broker.cli import say
from broker.cli.options import CONFIG, AsJson, Config, given
from broker.main.build import Broker, opened
from broker.main.logs import configure
from broker.main.serving import application
from broker.model.faults import ConfigError, Problem
from broker.settings import Server, Settings

_GRACE = 10  # seconds that calls under way get when the broker is told to end
_LONGEST_HEADERS = 64 * 1024  # bytes


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
    with opened(settings) as broker, _listening(settings.server, port, config) as listening:
        anyio.run(_run, _Announced(_config(broker, config), broker, listening, as_json=as_json), broker, listening)


class _Announced(uvicorn.Server):
    """Says where it can be reached once it can be."""

    def __init__(self, config: uvicorn.Config, broker: Broker, listening: socket.socket, *, as_json: bool) -> None:
        super().__init__(config)
        self._broker = broker
        self._listening = listening
        self._as_json = as_json

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            _announce(self._broker, _base(self._broker.settings.server, self._listening), as_json=self._as_json)


async def _run(server: uvicorn.Server, broker: Broker, listening: socket.socket) -> None:
    await broker.journal.recover()
    await server.serve(sockets=[listening])


def _listening(server: Server, port: int | None, config: Path) -> socket.socket:
    """The port is ours before anything is promised. Raises ConfigError."""
    wanted = server.port if port is None else port
    try:
        family = socket.getaddrinfo(server.host, wanted, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server((server.host, wanted), family=family, backlog=2048)
    except OSError as error:
        said = f"cannot listen on {server.host}:{wanted}: {(error.strerror or type(error).__name__).lower()}"
        mend = "stop what uses the port, or choose another with --port"
        raise ConfigError([Problem(file=str(config), field="server", expected=said, mend=mend)]) from None
    # asyncio sets it for none but its own sockets; without it each answer waits 40 ms for the other side's delayed ACK.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _config(broker: Broker, config: Path) -> uvicorn.Config:
    server = broker.settings.server
    cert, key = (None if path is None else str(broker.settings.at(path)) for path in (server.tls_cert, server.tls_key))
    found = uvicorn.Config(
        application(broker),
        lifespan="on",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # forwarded headers are believed from nobody
        log_level="critical",
        timeout_graceful_shutdown=_GRACE,
        h11_max_incomplete_event_size=_LONGEST_HEADERS,
        ssl_certfile=cert,
        ssl_keyfile=key,
    )
    try:
        found.load()
    except (OSError, ssl.SSLError) as error:
        said = f"the certificate or its key cannot be used: {error.strerror or type(error).__name__}"
        mend = "both are PEM files, and the key must be the certificate's"
        raise ConfigError([Problem(file=str(config), field="server.tls_cert", expected=said, mend=mend)]) from None
    return found


def _base(server: Server, listening: socket.socket) -> str:
    host = f"[{server.host}]" if ":" in server.host else server.host
    scheme = "http" if server.tls_cert is None else "https"
    return f"{scheme}://{host}:{listening.getsockname()[1]}"


def _announce(broker: Broker, base: str, *, as_json: bool) -> None:
    for warning in broker.warnings:
        say.note(warning)
    if as_json:
        say.as_json({"url": f"{base}/mcp", "ready": f"{base}/readyz"})
        return
    settings = broker.settings
    console = say.out()
    console.print(say.text(f"Serving {base}/mcp", "bold"), soft_wrap=True)
    console.print(say.facts(_served(broker, settings, base)))


def _served(broker: Broker, settings: Settings, base: str) -> list[tuple[str, object]]:
    tools, scopes = broker.catalog.specs(), broker.catalog.scopes()
    sources = len({spec.source for spec in tools})
    return [
        ("tools", f"{len(tools)} of {sources} sources, from {settings.at(settings.tools)}"),
        ("scopes", f"{len(scopes)}: {', '.join(sorted(scope.name for scope in scopes))}"),
        ("log", f"{settings.store.url}, {broker.archive.head().size} records"),
        ("keys", settings.at(settings.keys)),
        ("ready", f"{base}/readyz"),
        ("stop", "Ctrl-C"),
    ]


def _leave(_number: int, _frame: FrameType | None) -> None:
    # uvicorn lets calls end, then raises the signals that it caught once more: told to end, a broker ends well.
    raise SystemExit(0)
