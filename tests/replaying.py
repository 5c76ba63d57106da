"""Somebody between agents and a broker, who keeps every request, plays them again, and cuts answers off."""

import socket
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
import httpx2
import uvicorn
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route

from tests.hosted import Door

_OWN = frozenset({"content-length", "transfer-encoding", "connection", "host"})  # of one way, and not of what travels
_PATIENCE = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A request as it was sent."""

    method: str
    path: str
    headers: tuple
    body: bytes

    @property
    def is_asking(self):
        return self.path in {"/token", "/revoke"}


@dataclass
class Between:
    """`cut`: how many bytes of the next answer to a POST there get through, by its path; None: all of them."""

    upstream: str = ""
    port: int = 0
    kept: list = field(default_factory=list)
    cut: dict = field(default_factory=dict)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/mcp"

    async def again(self, one, *, at=None, path=None, body=None):
        """The status of what was kept, sent once more: elsewhere, to another endpoint, with another body."""
        place = f"{self.upstream if at is None else at}{one.path if path is None else path}"
        content = one.body if body is None else body
        headers = [*one.headers, ("host", f"127.0.0.1:{self.port}")]
        with anyio.fail_after(_PATIENCE):
            async with (
                httpx2.AsyncClient(timeout=_PATIENCE, verify=False) as client,
                client.stream(one.method, place, headers=headers, content=content) as answer,
            ):
                return answer.status_code

    async def _passed_on(self, request):
        body = await request.body()
        headers = tuple((name, value) for name, value in request.headers.items() if name not in _OWN)
        self.kept.append(Kept(method=request.method, path=request.url.path, headers=headers, body=body))
        client = httpx2.AsyncClient(timeout=None, verify=False)
        meant = [*headers, ("host", request.headers["host"])]
        asked = client.build_request(request.method, f"{self.upstream}{request.url.path}", headers=meant, content=body)
        answer = await client.send(asked, stream=True)
        left = self.cut.pop(request.url.path, None) if request.method == "POST" else None

        async def parts():
            passed = 0
            try:
                async for part in answer.aiter_raw():
                    if left is not None and passed + len(part) > left:
                        yield part[: left - passed]
                        raise _CutError
                    passed += len(part)
                    yield part
            finally:
                with anyio.CancelScope(shield=True):
                    await answer.aclose()
                    await client.aclose()

        kept = {name: value for name, value in answer.headers.items() if name not in _OWN}
        return StreamingResponse(parts(), answer.status_code, headers=kept)


class _CutError(Exception):
    """The line is dead."""


@asynccontextmanager
async def between():
    """Listens; its `upstream` is said once there is one."""
    one = Between()
    made = Starlette(routes=[Route("/{rest:path}", one._passed_on, methods=["GET", "POST", "DELETE"])])
    with socket.create_server(("127.0.0.1", 0)) as listening:
        one.port = listening.getsockname()[1]
        door = Door(uvicorn.Config(made, lifespan="off", log_config=None, timeout_graceful_shutdown=1))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(door.serve, [listening])
            try:
                yield one
            finally:
                door.should_exit = True
