"""A broker on the network: apart from the rest, for the commands that need no protocol should not load one."""

from __future__ import annotations

from starlette.applications import Starlette

from broker.edge.http import app
from broker.main.build import VERSION, Broker


def application(broker: Broker) -> Starlette:
    """The ASGI application that serves this broker's agents."""
    return app(broker.pipeline, broker.pipeline.ids, broker.settings.server, VERSION)
