"""What the broker answers: the messages in a response, JSON or a stream of events, and errors for what is none."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType

import orjson
from httpx2 import EventSource, Response

from broker.model.label import Json

LARGEST = 32 * 1024 * 1024  # bytes of one message
_CODE = -31001  # the broker's own, as for whoever it does not let in
_CRASHED = 500
_EVENTS, _JSON = "text/event-stream", "application/json"


class StrangeError(Exception):
    """What answered does not speak the protocol."""


class LostError(Exception):
    """The answer broke off, or is longer than anyone reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why a request got no answer of the broker's, in the words of its refusals."""

    refused: str = "broker_unavailable"
    hint: str
    retryable: bool


UNREACHABLE = Trouble(hint="the broker cannot be reached; once `broker serve` runs, retry", retryable=True)
LOST = Trouble(hint="the connection to the broker broke before it answered; retry", retryable=True)
UNKNOWN = Trouble(
    refused="effect_unknown",
    hint="the connection to the broker broke; the call may have had its effect: a person must look first",
    retryable=False,
)
STRANGE = Trouble(hint="what answered is no broker: the operator should look at its address", retryable=False)
CROWDED = Trouble(hint="too many requests are under way; retry when some have ended", retryable=True)


@dataclass(frozen=True, slots=True)
class Message:
    raw: bytes  # one line
    said: Mapping[str, Json]

    @property
    def is_notification(self) -> bool:
        """What has an id too is a request of the broker's: agents are asked nothing."""
        return "method" in self.said and "id" not in self.said

    def answers(self, request: str | int) -> bool:
        return "method" not in self.said and self.said.get("id") == request


async def each(response: Response) -> AsyncGenerator[Message]:
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


async def refusal(request: str | int | None, response: Response) -> bytes:
    """A refusal by HTTP as the JSON-RPC error that it holds, for this request. Raises StrangeError and LostError."""
    try:
        error = orjson.loads(await whole(response))["error"]
        said = {name: error[name] for name in ("code", "message", "data") if name != "data" or name in error}
    except (ValueError, TypeError, KeyError):
        if response.status_code >= _CRASHED:  # somewhere behind the door, and who knows how late
            raise LostError from None
        raise StrangeError from None
    return _error(request, said)


def troubled(request: str | int | None, trouble: Trouble) -> bytes:
    return _error(request, {"code": _CODE, "message": trouble.hint, "data": asdict(trouble)})


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
