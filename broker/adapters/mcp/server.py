"""One server behind the broker: its connection, what was approved of it, and whether that still is what runs."""

from __future__ import annotations

from dataclasses import dataclass

from broker.adapters.mcp import runs
from broker.adapters.mcp.reach import Launch, Reach
from broker.adapters.mcp.upstream import Upstream
from broker.catalog.pins import Pins


@dataclass(slots=True, kw_only=True)
class Server:
    upstream: Upstream
    reach: Reach
    pins: Pins | None  # None: nothing of it is approved
    runs_other: str | None = None  # why what would run is not what was approved; found out before each start

    def missing(self) -> str | None:
        """What of it is not there, for an operator. Blocking; starts nothing."""
        if isinstance(self.reach, Launch):
            return "there is no such program" if runs.program(self.reach.command[0], self.reach.cwd) is None else None
        return None
