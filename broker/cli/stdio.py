"""`broker stdio`: MCP to an agent over its pipes, HTTP to a broker with a token that the agent never sees."""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Annotated

import anyio
import stamina.instrumentation
import typer
from anyio.abc import TaskStatus

from broker.cli import say
from broker.cli.plainly import plainly
from broker.connect.address import Address, at, behind
from broker.connect.bearer import BORNE, taken
from broker.connect.presenting import Presenting
from broker.connect.relay import relay

_URL = "http://127.0.0.1:8750/mcp"


def stdio(
    *,
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help=f"Where `broker serve` is; {_URL} if not said.")
    ] = None,
    socket: Annotated[Path | None, typer.Option("--socket", metavar="PATH", help="Or its unix socket.")] = None,
    ca: Annotated[
        Path | None, typer.Option("--ca", metavar="PEM", help="Who vouches for its certificate, if not the system.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--key", metavar="FILE", help="The key of a token that is bound to one.")
    ] = None,
    local: Annotated[bool, typer.Option("--local", help="Or be the broker too, in this process.")] = False,
    home: Annotated[
        Path | None, typer.Option("--home", metavar="DIR", help="With --local: the folder of broker.toml.")
    ] = None,
) -> None:
    """Connect an agent over stdio. The token is in BROKER_TOKEN, or in the file that BROKER_TOKEN_FILE names."""
    _one_of(url, socket, local=local, home=home)
    address = at(_URL if url is None else url, ca) if socket is None else behind(socket)
    presenting = BORNE if key is None else _proving(key, None if local or socket is not None else address.url)
    bearer = taken(os.environ, say.note, presenting)
    stamina.instrumentation.set_on_retry_hooks(())  # they would write to stdout
    source, sink = _private(0, os.open(os.devnull, os.O_RDONLY)), _private(1, 2)
    connected = partial(relay, bearer=bearer, source=source, sink=sink, tell=say.note)
    with plainly():
        if local:
            # Loaded where it is asked for: a connector alone has no code in it that could read a key.
            serving = import_module("broker.cli.local").serving
            serving(Path() if home is None else home, partial(_until_told, connected))
        else:
            anyio.run(_until_told, connected, address)


def _one_of(url: str | None, socket: Path | None, *, local: bool, home: Path | None) -> None:
    if (url is not None) + (socket is not None) + local > 1:
        raise typer.BadParameter("there is one broker", param_hint="--url, --socket, --local")
    if home is not None and not local:
        raise typer.BadParameter("it goes with --local", param_hint="--home")


def _proving(key: Path, url: str | None) -> Presenting:
    """Loaded where it is asked for: a connector that bears its token has no code in it that could sign."""
    made: Presenting = import_module("broker.cli.proving").proving(key, url)
    return made


async def _until_told(connected: Callable[[Address], Awaitable[None]], address: Address) -> None:
    """A signal ends it as the agent's last word does."""
    async with anyio.create_task_group() as tasks:
        await tasks.start(_heed, tasks.cancel_scope)
        await connected(address)
        tasks.cancel_scope.cancel()


async def _heed(told: anyio.CancelScope, *, task_status: TaskStatus[None]) -> None:
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        task_status.started()
        async for _ in signals:
            told.cancel()


def _private(fd: int, instead: int) -> int:
    """The pipe for us alone: whatever else reads or writes a standard stream must not meet the protocol."""
    found = os.dup(fd)
    os.dup2(instead, fd)
    return found
