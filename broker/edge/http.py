"""The HTTP face: one MCP endpoint behind the gate, and two answers for whoever watches over the process."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import anyio
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from broker.edge.announcer import Announcer
from broker.edge.forwarded import Forwarded
from broker.edge.gate import Gate
from broker.edge.in_url import InUrl
from broker.edge.lasting import Lasting
from broker.edge.mcp_server import server
from broker.edge.ready import Readiness
from broker.edge.sessions import IDLE
from broker.model.faults import JournalFault
from broker.opening import Opening
from broker.pipeline import Pipeline
from broker.ports import Ids
from broker.settings import Server

_MINUTE = 60.0
_SESSIONS = 500
_LAST = 10.0  # seconds that cut-off calls get at the end to say on record how they ended


def app(
    pipeline: Pipeline,
    ids: Ids,
    announcer: Announcer,
    settings: Server,
    version: str,
    *,
    beside: Sequence[Route] = (),
    watched: Sequence[Callable[[], Awaitable[str | None]]] = (),
    opening: Opening | None = None,
) -> Starlette:
    """An ASGI application. Its lifespan tells of changes, keeps house every minute, and counts strangers at the end.

    `beside`: what else it answers, to whoever asks; `opening`: by which static tokens open tasks.
    """
    manager = StreamableHTTPSessionManager(
        app=server(pipeline, ids, announcer, version, opening),
        security_settings=_security(settings),
        session_idle_timeout=IDLE,
        max_sessions=_SESSIONS,
        max_request_body_size=settings.max_body,
    )
    inner = Lasting(StreamableHTTPASGIApp(manager), pipeline)
    ready = Readiness(pipeline=pipeline, watched=watched)
    endpoint = Gate(app=inner, pipeline=pipeline, ids=ids, max_body=settings.max_body)

    async def healthz(_request: Request) -> JSONResponse:
        return JSONResponse({"alive": True})

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks, manager.run():
            tasks.start_soon(_keep_house, pipeline)
            tasks.start_soon(announcer.run)
            yield
            tasks.cancel_scope.cancel()
        with anyio.move_on_after(_LAST):
            await pipeline.journal.settled()
        with contextlib.suppress(JournalFault):  # latched: it has been said, and the count stands in no log any more
            await pipeline.journal.flush_strangers()

    routes = [Route("/mcp", endpoint), Route("/healthz", healthz), Route("/readyz", ready.answer), *beside]
    around = [
        Middleware(InUrl, turned_down=pipeline.turned_down),
        Middleware(
            Forwarded,
            proxies=settings.proxies,
            needs_tls=urlsplit(pipeline.audience.url).scheme == "https",
            turned_down=pipeline.turned_down,
        ),
    ]
    return Starlette(lifespan=lifespan, routes=routes, middleware=around)


async def _keep_house(pipeline: Pipeline) -> None:
    """Every minute: strangers are counted out, and tasks that are over are ended. A latched log keeps no house."""
    with contextlib.suppress(JournalFault):
        while True:
            await pipeline.journal.expire()
            await anyio.sleep(_MINUTE)
            await pipeline.journal.flush_strangers()


def _security(settings: Server) -> TransportSecuritySettings:
    """Against DNS rebinding: only our own names, and no page of a browser unless it is listed."""
    outside = () if settings.url is None else (_host(settings.url),)
    ours = ["127.0.0.1", "localhost", "[::1]", settings.host, *outside, *settings.hosts]
    hosts = [*ours, *(f"{name}:*" for name in ours)]
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=True, allowed_hosts=hosts, allowed_origins=list(settings.origins)
    )


def _host(url: str) -> str:
    """As a `Host` header has it."""
    host = urlsplit(url).hostname or ""
    return f"[{host}]" if ":" in host else host
