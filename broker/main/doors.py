"""The doors of a serving broker: listening sockets of ours, each with a server of its own before one application."""

from __future__ import annotations

import fcntl
import os
import socket
import stat
from collections.abc import AsyncIterator, Generator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import anyio
import uvicorn

from broker.main.certificate import Certificate, unusable
from broker.main.guest import Doorway, Patience
from broker.main.peers import Peers
from broker.main.visits import Visits
from broker.model.faults import ConfigError, Problem
from broker.settings import Server

_GRACE = 10  # seconds that calls under way get when the broker is told to end
_PATIENCE = Patience()
_LONGEST_HEADERS = 64 * 1024  # bytes
_WAITING = 2048  # connections that nobody has accepted yet


class Door(uvicorn.Server):
    """One socket's server. When it opens and closes is decided by `standing`, and not by signals."""

    def __init__(
        self,
        app: Visits,
        listening: socket.socket,
        *,
        certificate: Certificate | None = None,
        peers: Peers | None = None,
        patience: Patience = _PATIENCE,
    ) -> None:
        """`peers`: who may come in at all; None: whoever reaches it."""
        config = Doorway(
            app,
            peers=peers,
            patience=patience,
            lifespan="off",  # there may be several doors, and the application lives once
            access_log=False,
            server_header=False,
            proxy_headers=False,  # the application reads them by itself, and strictly
            log_level="critical",
            timeout_graceful_shutdown=_GRACE,
            h11_max_incomplete_event_size=_LONGEST_HEADERS,
            ssl_context_factory=None if certificate is None else lambda *_: certificate.context,
        )
        config.load()
        super().__init__(config)
        self.listening = listening
        self.stands = anyio.Event()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.stands.set()


@asynccontextmanager
async def standing(house: Visits, doors: Sequence[Door]) -> AsyncIterator[None]:
    """Within it, agents can come in. At the end calls under way get their grace, then the application ends."""
    async with house.app.router.lifespan_context(house.app), anyio.create_task_group() as tasks:
        for door in doors:
            tasks.start_soon(door.serve, [door.listening])
        for door in doors:
            await door.stands.wait()
        try:
            yield
        finally:
            for door in doors:
                door.should_exit = True
            house.end_listening()


def tcp(server: Server, port: int | None, config: Path) -> socket.socket:
    """The port is ours before anything is promised. Raises ConfigError."""
    wanted = server.port if port is None else port
    try:
        family = socket.getaddrinfo(server.host, wanted, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server((server.host, wanted), family=family, backlog=_WAITING)
    except OSError as error:
        said = f"cannot listen on {server.host}:{wanted}: {(error.strerror or type(error).__name__).lower()}"
        mend = "stop what uses the port, or choose another with --port"
        raise ConfigError([Problem(file=str(config), field="server", expected=said, mend=mend)]) from None
    # asyncio sets it for none but its own sockets; without it each answer waits 40 ms for the other side's delayed ACK.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


@contextmanager
def unix(path: Path, mode: int) -> Iterator[socket.socket]:
    """A socket in the file system, for those alone whom `mode` lets in; removed at the end. Raises ConfigError.

    Whoever holds the lock beside it may put it there: what a dead process left is then nobody's, and is replaced.
    """
    with _alone(path):
        _vacant(path)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
            try:
                listening.bind(str(path))
                path.chmod(mode)  # before it listens: until then nobody can connect
                listening.listen(_WAITING)
                ours = path.lstat()
            except OSError as error:
                raise _unusable(path, _said(error), "a path of at most 100 bytes, in a folder that is there") from None
            try:
                yield listening
            finally:
                with suppress(OSError):
                    if os.path.samestat(path.lstat(), ours):
                        path.unlink()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    lock = path.with_name(f"{path.name}.lock")
    try:
        held = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise _unusable(path, _said(error), "its folder must be there, and be the broker's") from None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(held)
        raise _unusable(path, "another broker listens there", "stop it, or give this one another socket") from None
    try:
        yield
    finally:
        os.close(held)  # and the lock with it; its file stays, for a lock on a removed file keeps nobody out


def _vacant(path: Path) -> None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(found.st_mode):
        raise _unusable(path, "something lies there that is no socket", "move it away, or choose another path")
    path.unlink()


def _said(error: OSError) -> str:
    return (error.strerror or str(error) or type(error).__name__).lower()


def _unusable(path: Path, said: str, mend: str) -> ConfigError:
    return ConfigError([Problem(file=str(path), field="server.socket", expected=said, mend=mend)])


def shown(server: Server, root: Path, config: Path) -> Certificate | None:
    """What the port shows; None: it speaks in clear text. Raises ConfigError."""
    if server.tls_cert is None or server.tls_key is None:
        return None
    try:
        return Certificate(root / server.tls_cert, root / server.tls_key)
    except OSError as error:  # ssl.SSLError is one
        raise _unfit(config, error) from None


def _unfit(config: Path, error: OSError) -> ConfigError:
    said = unusable(error)
    mend = "both are PEM files, and the key must be the certificate's"
    return ConfigError([Problem(file=str(config), field="server.tls_cert", expected=said, mend=mend)])
