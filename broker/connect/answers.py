"""What the broker answers: the messages in a response, be it JSON or a stream of events, and errors for what is none."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import orjson
from httpx2 import EventSource, Response

from broker.model.label import Json

LARGEST = 32 * 1024 * 1024  # bytes of one message
_CODE = -31001  # the broker's own, as for whoever it does not let in
_EVENTS, _JSON = "text/event-stream", "application/json"


class StrangeError(Exception):
    """What answered does not speak the protocol."""


class LostError(Exception):
    """The answer broke off, or is longer than anyone reads."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a request got no answer of the broker's, in the words of its refusals."""

    refused: str
    hint: str
    retryable: bool


UNREACHABLE = Trouble("broker_unavailable", "the broker cannot be reached; once `broker serve` runs, retry", True)
LOST = Trouble("broker_unavailable", "the connection to the broker broke before it answered; retry", True)
UNKNOWN = Trouble(
    "effect_unknown", "the connection to the broker broke; the call may have had its effect: a person must look", False
)
STRANGE = Trouble("broker_unavailable", "what answered is no broker; its address ends in /mcp", False)
CROWDED = Trouble("broker_unavailable", "too many requests under way; retry when some have ended", True)


@dataclass(frozen=True, slots=True)
class Message:
    raw: bytes  # one line
    said: Mapping[str, Json]


async def each(response: Response) -> AsyncIterator[Message]:
    """Every message in it. Raises StrangeError, LostError, and what the connection raises."""
    match response.headers.get("content-type", "").partition(";")[0].strip().lower():
        case kind if kind == _EVENTS:
            async for event in EventSource(response, LARGEST):
                if event.event == "message" and event.data:
                    yield _message(event.data.encode())
        case kind if kind == _JSON:
            yield _message(await whole(response))
        case _:
            raise StrangeError


async def whole(response: Response) -> bytes:
    """The body. Raises LostError beyond the limit."""
    parts, size = [], 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > LARGEST:
            raise LostError
        parts.append(part)
    return b"".join(parts)


def refused(request: str | int | None, body: bytes) -> bytes:
    """A refusal by HTTP as the JSON-RPC error that it holds, for this request. Raises StrangeError."""
    try:
        error = orjson.loads(body)["error"]
        said = {name: error[name] for name in ("code", "message", "data") if name != "data" or name in error}
    except (ValueError, TypeError, KeyError):
        raise StrangeError from None
    return _error(request, said)


def troubled(request: str | int | None, trouble: Trouble, about: str = "") -> bytes:
    told = f"{trouble.hint} ({about})" if about else trouble.hint
    data = {"refused": trouble.refused, "hint": told, "retryable": trouble.retryable}
    return _error(request, {"code": _CODE, "message": told, "data": data})


def unreadable(request: str | int | None, code: int, why: str) -> bytes:
    return _error(request, {"code": code, "message": why})


def _error(request: str | int | None, error: Mapping[str, Json]) -> bytes:
    return orjson.dumps({"jsonrpc": "2.0", "id": request, "error": error})


def _message(raw: bytes) -> Message:
    try:
        said = orjson.loads(raw)
    except ValueError:
        raise LostError from None
    if not isinstance(said, dict):
        raise LostError
    # Outside a text a line's end is a space in JSON, and inside one it does not occur.
    return Message(raw.replace(b"\r", b" ").replace(b"\n", b" "), MappingProxyType(said))
