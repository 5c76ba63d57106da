"""A holder of a key before a real broker: over a unix socket, so that its URL is the audience whatever port is free."""

import json
import socket
import tempfile
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import anyio
import httpx2
import uvicorn
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from broker.agent.auth import DPoPAuth
from broker.agent.held import Held
from broker.edge.announcer import Announcer
from broker.edge.http import app
from broker.settings import Server
from tests.hosted import Door
from tests.kit import AUDIENCE
from tests.served import asking
from tests.talk import call, post

URL = "http://127.0.0.1:8750/mcp"  # what broker.toml says where it says nothing


@dataclass(frozen=True)
class Way:
    """How a broker is reached."""

    url: str
    socket: Path

    def http(self, auth=None, **more):
        return httpx2.AsyncClient(
            transport=httpx2.AsyncHTTPTransport(uds=str(self.socket)), auth=auth, timeout=30, **more
        )

    @asynccontextmanager
    async def client(self, held, era, **more):
        """The SDK's own client, with requests that `held` signs."""
        async with (
            self.http(DPoPAuth(held)) as http,
            Client(streamable_http_client(self.url, http_client=http), mode=era, cache=None, **more) as found,
        ):
            yield found

    async def sends(self, headers, body=None):
        """One modern call (or `body`), with these headers beside its own."""
        said, own = call("t__t", {"a": "x"})
        async with self.http() as http:
            return await post(http, self.url, said if body is None else body, {**own, **headers})


@contextmanager
def folder():
    """Short: a socket's path is at most 100 bytes."""
    with tempfile.TemporaryDirectory(prefix="b-") as found:
        yield Path(found)


@asynccontextmanager
async def socketed(house):
    """The application of a house in memory behind a socket, in the loop of the test."""
    announcer = Announcer(pipeline=house.pipeline)
    made = app(house.pipeline, house.ids, announcer, Server(hosts=("broker",)), "0")
    with folder() as where, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(where / "s"))
        listening.listen()
        door = Door(uvicorn.Config(made, lifespan="off", log_level="critical", timeout_graceful_shutdown=1))
        async with made.router.lifespan_context(made), anyio.create_task_group() as tasks:
            tasks.start_soon(door.serve, [listening])
            try:
                yield Way(AUDIENCE.url, where / "s"), announcer
            finally:
                door.should_exit = True


def bound(home, key, **more):
    """A task of a served home whose token is for this key."""
    (one,) = home.grants([replace(asking(**more), holder=key.public)])
    return one, Held(token=one.token, key=key)


@contextmanager
def doors(home, *names):
    """For each name a settings file of this home with a socket of its own: processes over one store."""
    with folder() as where:
        found = []
        for name in names:
            config = home.folder / f"{name}.toml"
            config.write_text(f"[server]\nsocket = {json.dumps(str(where / name))}\n")
            found.append((config, Way(URL, where / name)))
        yield found
