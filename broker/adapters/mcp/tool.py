"""One tool, resource or prompt of an MCP server, asked for as it was approved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

import orjson

from broker.adapters.label import label
from broker.adapters.mcp import result
from broker.adapters.mcp.listing import Definitions
from broker.adapters.mcp.server import Server
from broker.leaves.forms import Form
from broker.model.decision import Permit
from broker.model.faults import ToolFault
from broker.model.label import Json, Labeled, Leaf
from broker.model.outcome import Opened
from broker.model.scope import Rows, RowsAny
from broker.model.tool import Face
from broker.ports import Progress

_ONE = 1  # an answer counts as one row


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of the server is meant."""

    face: Face
    upstream: str  # its own name, URI or template
    kind: str  # the list that it stands in
    form: Form
    idempotency: str | None  # the argument that gets the same key for the same call


@dataclass(frozen=True, slots=True, kw_only=True)
class McpTool:
    server: Server = field(repr=False)
    asked: Asked
    pinned: str  # digest of the approved definition
    leaves: Mapping[str, Leaf]

    def admit(self, rows: Rows | None) -> str | None:
        """See the port: a server's answer has no rows that a filter could be placed in."""
        return None if rows is None or isinstance(rows, RowsAny) else "no row filter can be placed in a server's answer"

    def missing(self) -> str | None:
        return self.server.missing()

    def changed(self) -> str | None:
        if self.server.runs_other is not None:
            return self.server.runs_other
        live = self.server.upstream.definitions
        return None if live is None else self._other(live)

    def _other(self, live: Definitions) -> str | None:
        """Why it is not, on this connection, what was approved."""
        if self.asked.upstream in live.unclear:
            return "the server lists it twice, or against the protocol"
        one = getattr(live, self.asked.kind).get(self.asked.upstream)
        if one is None:
            return "the server does not list it any more"
        same = self.server.digest(self.asked.kind, self.asked.upstream, one) == self.pinned
        return None if same else "its definition is not the one that was approved"

    async def unfit(self, permit: Permit) -> str | None:  # noqa: ARG002 - the schema says all that its server takes
        return None

    async def invoke(self, opened: Opened, progress: Progress) -> Labeled:
        intended = opened.intended
        spec = intended.permit.checked.tool.spec
        method, params = self._request(opened)
        wire = await self.server.upstream.ask(
            method,
            params,
            timeout=spec.timeout,
            max_bytes=intended.bytes,
            progress=progress,
            expects=self._other,
        )
        value = self._value(wire)
        return label(value, self.leaves, _ONE, len(_bytes(value)))

    def _request(self, opened: Opened) -> tuple[str, Mapping[str, Json]]:
        said = dict(opened.clear_arguments)
        match self.asked.face:
            case Face.TOOL:
                if self.asked.idempotency is not None:
                    said[self.asked.idempotency] = opened.intended.permit.checked.digest
                return "tools/call", {"name": self.asked.upstream, "arguments": said}
            case Face.RESOURCE:
                return "resources/read", {"uri": said["uri"]}
            case Face.PROMPT:
                return "prompts/get", {"name": self.asked.upstream, "arguments": said}
            case _:
                assert_never(self.asked.face)

    def _value(self, wire: Mapping[str, Json]) -> Json:
        match self.asked.face:
            case Face.TOOL:
                if self.asked.form is Form.TEXT:
                    return result.of_blocks(wire)
                return result.of_form(wire, self.asked.form)
            case Face.RESOURCE:
                return result.of_resource(wire)
            case Face.PROMPT:
                return result.of_prompt(wire)
            case _:
                assert_never(self.asked.face)


def _bytes(value: Json) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError as error:  # a lone surrogate, an integer beyond 64 bits
        raise ToolFault("it answered what is no JSON") from error
