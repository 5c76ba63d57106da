"""What a server offers, as it lists it: every page, within caps, each name once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from mcp import MCPError
from mcp.client import Client
from mcp.shared.inbound import find_invalid_x_mcp_header
from mcp_types import (
    METHOD_NOT_FOUND,
    ListPromptsRequest,
    ListResourcesRequest,
    ListResourceTemplatesRequest,
    ListToolsRequest,
    PaginatedRequestParams,
)

from broker.adapters.mcp.answer import Raw
from broker.adapters.mcp.lost import Lost
from broker.model.label import Json

_PAGES: Final = 200
_NAMES: Final = 5_000  # of one kind
_BYTES: Final = 8 << 20  # of everything a server lists

Wire = Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """Own name, or URI, -> the definition as it came over the wire."""

    protocol: str = field(compare=False)
    tools: Mapping[str, Wire]
    resources: Mapping[str, Wire]
    templates: Mapping[str, Wire]
    prompts: Mapping[str, Wire]
    unclear: frozenset[str]  # listed twice, or against the protocol: nobody could say which one a call means


@dataclass(slots=True, kw_only=True)
class Listing:
    """Reads one server's lists. Raises Lost where they do not end or are too large, and what the SDK raises."""

    client: Client
    _left: int = _BYTES
    _unclear: set[str] = field(default_factory=set)

    async def read(self) -> Definitions:
        offers = self.client.server_capabilities
        resources = offers.resources is not None
        return Definitions(
            protocol=self.client.protocol_version,
            tools=await self._all(ListToolsRequest, "tools", "name") if offers.tools is not None else {},
            resources=await self._all(ListResourcesRequest, "resources", "uri") if resources else {},
            templates=await self._all(ListResourceTemplatesRequest, "resourceTemplates", "uriTemplate")
            if resources
            else {},
            prompts=await self._all(ListPromptsRequest, "prompts", "name") if offers.prompts is not None else {},
            unclear=frozenset(self._unclear),
        )

    async def _all(self, request: type[_List], kind: str, key: str) -> Mapping[str, Wire]:
        found: dict[str, Wire] = {}
        twice: set[str] = set()
        cursor: str | None = None
        for _ in range(_PAGES):
            page = await self._page(request, cursor)
            for one in page.get(kind, []):
                name = one[key]
                self._left -= len(json.dumps(one))
                if name in found or find_invalid_x_mcp_header(one.get("inputSchema", {})) is not None:
                    twice.add(name)
                found[name] = one
            if len(found) > _NAMES or self._left < 0:
                raise Lost(f"it lists more {kind} than the {_NAMES} or the {_BYTES} bytes that are read")
            cursor = page.get("nextCursor")
            if cursor is None:
                self._unclear |= twice
                return {name: one for name, one in found.items() if name not in twice}
        raise Lost(f"its list of {kind} does not end after {_PAGES} pages")

    async def _page(self, request: type[_List], cursor: str | None) -> Wire:
        asked = request(params=None if cursor is None else PaginatedRequestParams(cursor=cursor))
        try:
            return (await self.client.session.send_request(asked, Raw)).root
        except MCPError as refused:
            if refused.code == METHOD_NOT_FOUND:  # servers say that they have resources and then know no templates
                return {}
            raise


_List = ListToolsRequest | ListResourcesRequest | ListResourceTemplatesRequest | ListPromptsRequest
