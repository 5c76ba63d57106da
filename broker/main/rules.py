"""What the admin's files say, checked and compiled with every kind of source there is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from broker.adapters.mcp.kind import Mcp
from broker.adapters.python.kind import Python
from broker.adapters.sql.kind import Sql
from broker.catalog.catalog import load
from broker.ports import Catalog
from broker.settings import Settings
from broker.store.system import SystemClock


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The catalog, what does not keep it from serving, and the servers that its sources stand on."""

    catalog: Catalog
    warnings: tuple[str, ...]
    servers: Mcp


def rules(settings: Settings, changed: Callable[[], None] = lambda: None) -> Rules:
    """`changed`: told when a server lists other things than before. Raises ConfigError with every problem at once."""
    today = datetime.fromtimestamp(SystemClock().now(), UTC).date()
    servers = Mcp(root=settings.root, changed=changed)
    known, warnings = load(settings, {"sql": Sql(root=settings.root), "mcp": servers, "python": Python()}, today)
    return Rules(catalog=known, warnings=warnings, servers=servers)


def catalog(settings: Settings) -> tuple[Catalog, tuple[str, ...]]:
    """The same for whoever starts nothing."""
    found = rules(settings)
    return found.catalog, found.warnings
