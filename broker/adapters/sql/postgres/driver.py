"""PostgreSQL's driver and parser: an extra, of half a second to import, so a source that needs them loads them."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from broker.adapters.sql.postgres.engine import PostgresEngine

_NEEDED: Final = ("psycopg", "pglast")


def absent() -> str | None:
    """How to get what PostgreSQL needs; None: it is installed."""
    lost = [name for name in _NEEDED if find_spec(name) is None]
    return f"`{lost[0]}` is not installed: install `toolbroker[postgres]`" if lost else None


def engine_type() -> type[PostgresEngine]:
    """What imports the driver. Only where nothing is `absent`."""
    return cast("type[PostgresEngine]", import_module("broker.adapters.sql.postgres.engine").PostgresEngine)
