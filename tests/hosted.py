"""A house in memory behind a real door: the real application on a real socket, in the loop of the test."""

import socket
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import anyio
import uvicorn

from broker.edge.announcer import Announcer
from broker.edge.http import app
from broker.model.constraint import Anything, Field
from broker.model.scope import Budget, ToolGrant
from broker.settings import Server
from tests.kit import House, Shelf, scope


@dataclass
class Hosted:
    """Where agents reach it, and what tells them of changes."""

    url: str
    announcer: Announcer


class Door(uvicorn.Server):
    """Signals are the test run's."""

    @contextmanager
    def capture_signals(self):
        yield


@asynccontextmanager
async def hosted(house):
    announcer = Announcer(pipeline=house.pipeline)
    made = app(house.pipeline, house.ids, announcer, Server(), "0", opening=house.opening)
    config = uvicorn.Config(made, lifespan="off", log_level="critical", timeout_graceful_shutdown=1)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        door = Door(config)
        async with made.router.lifespan_context(made), anyio.create_task_group() as tasks:
            tasks.start_soon(door.serve, [listening])
            try:
                yield Hosted(f"http://127.0.0.1:{listening.getsockname()[1]}/mcp", announcer)
            finally:
                door.should_exit = True


async def granted(*entries, media=(), **of_scope):
    """A house with an open task that may use each of `entries`, (spec, tool), for whatever it takes."""
    tools = {one.name: (one, tool) for one, tool in entries}
    grants = {
        name: ToolGrant(
            arguments={word: Field(Anything(), optional=not of.required) for word, of in one.arguments.items()},
            rows=None,
            budget=Budget(),
            media=frozenset(media),
        )
        for name, (one, _) in tools.items()
    }
    house = House(Shelf(scope(grants, **of_scope), tools))
    await house.open()
    return house
