"""A broker on the network: apart from the rest, for the commands that need no protocol should not load one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from httpx2 import AsyncClient
from starlette.applications import Starlette
from starlette.routing import Route

from broker.edge.announcer import Announcer
from broker.edge.http import app
from broker.edge.oauth.issuer_keys import IssuerKeys, client
from broker.edge.oauth.metadata import routes, token_url
from broker.edge.oauth.revoke import RevokeEndpoint
from broker.edge.oauth.token import TokenEndpoint
from broker.main.build import VERSION, Broker
from broker.main.halting import watch


def application(broker: Broker) -> Starlette:
    """The ASGI application that serves this broker's agents, with the servers behind it for as long as it lives."""
    announcer = Announcer(pipeline=broker.pipeline)
    broker.changes.told.append(announcer.changed)
    asking = client(broker.identity.inside)
    served = app(
        broker.pipeline,
        broker.pipeline.ids,
        announcer,
        broker.settings.server,
        VERSION,
        beside=_oauth(broker, asking),
        watched=broker.watched,
        opening=broker.opening,
    )
    inner = served.router.lifespan_context
    sources = {spec.source for spec in broker.catalog.specs()}

    @asynccontextmanager
    async def lifespan(one: Starlette) -> AsyncIterator[None]:
        async with asking, broker.servers.connected(sources), inner(one), anyio.create_task_group() as tasks:
            tasks.start_soon(watch, broker.pipeline, announcer.changed)
            yield
            tasks.cancel_scope.cancel()

    served.router.lifespan_context = lifespan
    return served


def _oauth(broker: Broker, asking: AsyncClient) -> list[Route]:
    who, audience = broker.identity, broker.pipeline.audience
    endpoint = TokenEndpoint(
        opening=broker.opening,
        issuers=who.issuers,
        agents=who.agents,
        keys=IssuerKeys(listed=dict(who.places), clock=broker.pipeline.clock, client=asking),
        url=token_url(audience),
    )
    back = RevokeEndpoint(pipeline=broker.pipeline, agents=who.agents)
    return [
        *routes(audience, broker.verifying),
        Route("/token", endpoint.answer, methods=["POST"]),
        Route("/revoke", back.answer, methods=["POST"]),
    ]
