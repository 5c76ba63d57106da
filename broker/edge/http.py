"""The HTTP face: one MCP endpoint behind the gate, and two answers for whoever watches over the process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from broker.edge.gate import Gate
from broker.edge.mcp_server import server
from broker.pipeline import Pipeline
from broker.ports import Ids
from broker.settings import Server

_MINUTE = 60.0
_IDLE = 600.0  # seconds that a session of the older protocol may lie unused
_SESSIONS = 500


def app(pipeline: Pipeline, ids: Ids, settings: Server, version: str) -> Starlette:
    """An ASGI application. Its lifespan counts strangers out every minute, and once more at the end."""
    manager = StreamableHTTPSessionManager(
        app=server(pipeline, ids, version),
        security_settings=_security(settings),
        session_idle_timeout=_IDLE,
        max_sessions=_SESSIONS,
        max_request_body_size=settings.max_body,
    )
    endpoint = Gate(app=StreamableHTTPASGIApp(manager), pipeline=pipeline, ids=ids, max_body=settings.max_body)

    async def healthz(_request: Request) -> JSONResponse:
        return JSONResponse({"alive": True})

    async def readyz(_request: Request) -> JSONResponse:
        why = pipeline.journal.latched
        return JSONResponse({"ready": why is None, "why": why}, status_code=200 if why is None else 503)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks, manager.run():
            tasks.start_soon(_count_out, pipeline)
            yield
            tasks.cancel_scope.cancel()
        await pipeline.journal.flush_strangers()

    routes = [Route("/mcp", endpoint), Route("/healthz", healthz), Route("/readyz", readyz)]
    return Starlette(lifespan=lifespan, routes=routes)


async def _count_out(pipeline: Pipeline) -> None:
    while pipeline.journal.latched is None:
        await anyio.sleep(_MINUTE)
        await pipeline.journal.flush_strangers()


def _security(settings: Server) -> TransportSecuritySettings:
    """Against DNS rebinding: only our own names, and no page of a browser unless it is listed."""
    ours = ["127.0.0.1", "localhost", "[::1]", settings.host, *settings.hosts]
    hosts = [*ours, *(f"{name}:*" for name in ours)]
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=True, allowed_hosts=hosts, allowed_origins=list(settings.origins)
    )
