"""What goes over the wire of the token endpoints: a small body in, one JSON answer out that nobody may keep."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

import anyio
import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from broker.edge.oauth.form import MAX_BODY, FormError, fields
from broker.model.faults import Fault
from broker.pipeline import Pipeline

_UNAUTHORIZED: Final = 401
_SLOWEST: Final = 10.0  # seconds


async def answer(pipeline: Pipeline, path: str, work: Callable[[], Awaitable[Mapping[str, object]]]) -> Response:
    """One JSON answer, whatever came of it. Whatever is refused says a standard's code (RFC 6749 5.2), and no more."""
    try:
        said = await work()
    except FormError as refused:
        if not refused.is_counted:
            pipeline.turned_down(f"{path}: {refused}")
        return _answered({"error": refused.error}, refused.status)
    except ClientDisconnect:
        return _answered({"error": "invalid_request"}, 400)
    except Fault as fault:  # what may not be recorded is not done
        pipeline.journal.faulted(fault)
        return _answered({"error": "temporarily_unavailable"}, 503)
    return _answered(said, 200)


async def form(request: Request, known: AbstractSet[str]) -> Mapping[str, str]:
    """The fields of a request, all of which are known. Raises FormError."""
    said = fields(await _body(request), request.headers.get("content-type", ""))
    if not said.keys() <= known:
        raise FormError("invalid_request", "a field that is not known")
    return said


async def _body(request: Request) -> bytes:
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


def _answered(said: Mapping[str, object], status: int) -> Response:
    """RFC 6749 5.1: nothing of it may be kept on its way; 5.2: 401 says how to say who asks."""
    challenge = {"WWW-Authenticate": 'Basic realm="token"'} if status == _UNAUTHORIZED else {}
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache", **challenge}
    return Response(orjson.dumps(said), status, media_type="application/json", headers=headers)
