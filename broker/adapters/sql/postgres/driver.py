"""PostgreSQL's driver and parser: an extra of a third of a second to import, so both are loaded when first needed."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, cast

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


def parsed(sql: str) -> tuple[Any, ...]:
    """The statements as PostgreSQL's own parser reads them; its nodes have no types. Raises ValueError."""
    parser = import_module("pglast.parser")
    try:
        return tuple(parser.parse_sql(sql))
    except parser.ParseError as error:
        raise ValueError(str(error.args[0])) from error


def spelled(sql: str) -> bytes:
    """The same as one JSON document, for a twentieth of the cost. Raises ValueError."""
    parser = import_module("pglast.parser")
    try:
        return str(parser.parse_sql_json(sql)).encode()
    except parser.ParseError as error:
        raise ValueError(str(error.args[0])) from error
