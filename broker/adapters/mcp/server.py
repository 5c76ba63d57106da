"""One server behind the broker: its connection, what was approved of it, and whether that still is what runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from broker.adapters.mcp import runs
from broker.adapters.mcp.reach import Launch, Reach
from broker.adapters.mcp.upstream import Upstream
from broker.catalog import pins
from broker.catalog.pins import Pins
from broker.model.label import Json


@dataclass(slots=True, kw_only=True)
class Server:
    upstream: Upstream
    reach: Reach
    pins: Pins | None  # None: nothing of it is approved
    runs_other: str | None = None  # why what would run is not what was approved; found out before each start
    _digests: dict[tuple[str, str], tuple[Mapping[str, Json], str]] = field(default_factory=dict)

    def missing(self) -> str | None:
        """What of it is not there, for an operator. Blocking; starts nothing."""
        if isinstance(self.reach, Launch):
            return "there is no such program" if runs.program(self.reach.command[0], self.reach.cwd) is None else None
        return None

    def digest(self, kind: str, name: str, wire: Mapping[str, Json]) -> str:
        """Of what it lists now. Each call asks for it, so it is made once for each listing."""
        known = self._digests.get((kind, name))
        if known is None or known[0] is not wire:
            known = wire, pins.digest(pins.essence(kind, wire))
            self._digests[kind, name] = known
        return known[1]
