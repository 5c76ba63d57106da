"""What goes over the wire of the token endpoints: a small body in, one JSON answer out that nobody may keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import anyio
import orjson
from starlette.requests import Request
from starlette.responses import Response

from broker.edge.oauth.form import MAX_BODY, FormError

_UNAUTHORIZED: Final = 401
_SLOWEST: Final = 10.0  # seconds


async def body(request: Request) -> bytes:
    """Raises FormError where it is larger, or comes slower, than any that is meant."""
    parts, size = [], 0
    with anyio.move_on_after(_SLOWEST):
        async for part in request.stream():
            size += len(part)
            if size > MAX_BODY:
                raise FormError("invalid_request", "a body that is too large", 413)
            parts.append(part)
        return b"".join(parts)
    raise FormError("invalid_request", "a body that does not end", 408)


def answered(said: Mapping[str, object], status: int) -> Response:
    """RFC 6749 5.1: nothing of it may be kept on its way; 5.2: 401 says how to say who asks."""
    challenge = {"WWW-Authenticate": "Bearer"} if status == _UNAUTHORIZED else {}
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache", **challenge}
    return Response(orjson.dumps(said), status, media_type="application/json", headers=headers)
