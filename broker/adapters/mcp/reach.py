"""Where an MCP server is: a command that is started here, or an address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A command that speaks MCP on its standard streams. The callables may block; each is asked before every start."""

    command: tuple[str, ...]
    env: Callable[[], Mapping[str, str]] = field(repr=False)  # beyond a small base; secrets: raises ToolFault
    cwd: Path
    verify: Callable[[], str | None]  # why what would run is not what was approved; None: it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A streamable HTTP endpoint. `headers` may block; it is asked for every request and may raise ToolFault."""

    url: str
    headers: Callable[[], Mapping[str, str]] = field(repr=False)


Reach = Launch | Address

Streams = tuple[Any, Any]
"""What the SDK reads messages from, and what it writes them to; their protocols are private to it."""
