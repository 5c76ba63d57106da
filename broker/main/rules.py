"""What the admin's files say, checked and compiled with every kind of source there is."""

from __future__ import annotations

from datetime import UTC, datetime

from broker.adapters.sql.kind import Sql
from broker.catalog.catalog import load
from broker.ports import Catalog
from broker.settings import Settings
from broker.store.system import SystemClock


def catalog(settings: Settings) -> tuple[Catalog, tuple[str, ...]]:
    """The catalog, and what does not keep it from serving. Raises ConfigError with every problem at once."""
    today = datetime.fromtimestamp(SystemClock().now(), UTC).date()
    return load(settings, {"sql": Sql(root=settings.root)}, today)
