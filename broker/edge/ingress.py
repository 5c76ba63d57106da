"""Bytes into JSON, once and strictly, before any path: what two readers could read differently is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from broker.leaves import strict_json
from broker.leaves.forms import Unparsable
from broker.model.label import Json

_FIELDS = frozenset({"jsonrpc", "id", "method", "params"})


@dataclass(frozen=True, slots=True)
class UnreadableBody:
    """Why a body is refused: a JSON-RPC error code, and a sentence that quotes nothing of it."""

    code: int
    why: str
    status: int = 400


def message(body: bytes) -> Mapping[str, Json] | UnreadableBody:
    """One JSON-RPC request or notification, in the one form that is accepted."""
    found = document(body)
    if isinstance(found, UnreadableBody):
        return found
    if not isinstance(found, dict) or found.get("jsonrpc") != "2.0" or not isinstance(found.get("method"), str):
        return UnreadableBody(-32600, "not a JSON-RPC 2.0 request")
    if not set(found) <= _FIELDS or not isinstance(found.get("params", {}), dict):
        return UnreadableBody(-32600, "not the fields of a JSON-RPC 2.0 request")
    named = found.get("id", "")
    if isinstance(named, bool) or not isinstance(named, str | int):
        return UnreadableBody(-32600, "an id is a text or an integer")
    if "id" not in found and not found["method"].startswith("notifications/"):
        return UnreadableBody(-32600, "a request needs an id")
    return found


def document(body: bytes) -> Json | UnreadableBody:
    """The JSON value in `body`, as the one strict reader takes it."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return UnreadableBody(-32700, "not UTF-8")
    found = strict_json.read(text)
    return UnreadableBody(-32700, found.why) if isinstance(found, Unparsable) else found
