"""What the process says of itself on stderr: one line of key=value or JSON an event, never a value of a call."""

from __future__ import annotations

import logging
import sys

import structlog


def configure(*, as_json: bool) -> None:
    """Once a process, before it serves."""
    render = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    # The SDK and its transports quote requests in their messages: they may say that something broke, not with what.
    logging.basicConfig(level=logging.CRITICAL, stream=sys.stderr, format="%(name)s %(levelname)s")
