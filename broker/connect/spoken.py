"""What one line of the agent is: a request, a notification, an answer, or nothing that can be read."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from broker.edge.ingress import UnreadableBody, document, message
from broker.model.label import Json

_VERSION = "io.modelcontextprotocol/protocolVersion"
_NAMED: Mapping[str, str] = MappingProxyType({"tools/call": "name", "prompts/get": "name", "resources/read": "uri"})
_PLAIN = re.compile(r"[\x20-\x7e]*")
_CODED = re.compile(r"=\?base64\?.*\?=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`version`: of the envelope of the newer protocol; None is a request of the older one."""

    raw: bytes = field(repr=False)
    id: str | int
    method: str
    version: str | None
    params: Mapping[str, Json] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    raw: bytes = field(repr=False)
    method: str
    version: str | None
    params: Mapping[str, Json] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """To a request of the broker; it makes none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """`id`: of the request that it would be, where that much can be read."""

    raw: bytes = field(repr=False)
    id: str | int | None
    why: UnreadableBody


Spoken = Request | Notification | Reply | Unreadable


def read(raw: bytes) -> Spoken:
    """The line, read once by the reader that stands before every path."""
    found = message(raw)
    if isinstance(found, UnreadableBody):
        return _unreadable(raw, found)
    params = found.get("params", {})
    meta = params.get("_meta")
    version = meta.get(_VERSION) if isinstance(meta, dict) else None
    version = version if isinstance(version, str) else None
    if "id" in found:
        return Request(raw=raw, id=found["id"], method=found["method"], version=version, params=params)
    return Notification(raw=raw, method=found["method"], version=version, params=params)


def envelope(said: Request | Notification) -> dict[str, str]:
    """The headers that say of a message of the newer protocol what its body says; none for an older one.

    Protocol 2026-07-28, transports: `MCP-Protocol-Version`, `Mcp-Method`, and `Mcp-Name` where there is one.
    """
    if said.version is None:
        return {}
    found = {"MCP-Protocol-Version": spelled(said.version), "Mcp-Method": spelled(said.method)}
    name = said.params.get(_NAMED.get(said.method, ""))
    if isinstance(name, str):
        found["Mcp-Name"] = spelled(name)
    return found


def spelled(value: str) -> str:
    """As a header's value: plain where it survives the way, else in the protocol's base64 form."""
    if _PLAIN.fullmatch(value) and value == value.strip() and not _CODED.fullmatch(value):
        return value
    return f"=?base64?{base64.b64encode(value.encode()).decode()}?="


def _unreadable(raw: bytes, why: UnreadableBody) -> Spoken:
    found = document(raw)
    if not isinstance(found, dict):
        return Unreadable(raw=raw, id=None, why=why)
    if "method" not in found and ("result" in found or "error" in found):
        return Reply()
    named = found.get("id")
    is_usable = isinstance(named, str | int) and not isinstance(named, bool)
    return Unreadable(raw=raw, id=named if is_usable else None, why=why)
