"""What a holder needs from its machine: the time, and names that nobody used before."""

from __future__ import annotations

import secrets
import time


def now() -> float:
    """Unix seconds."""
    return time.time()  # noqa: TID251 - an agent is a program of its own; the broker's clock is not there


def name() -> str:
    """128 random bits as text: a proof or a block of this name there is once (RFC 9449 4.2, `jti`)."""
    return secrets.token_urlsafe(16)
