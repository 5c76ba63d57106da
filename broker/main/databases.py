"""The sources that stand on PostgreSQL, and the ground that their roles stand on there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from broker.adapters.sql.access.ground import PUBLIC_SCHEMA, Ground
from broker.adapters.sql.access.writes import writes
from broker.adapters.sql.postgres import driver
from broker.adapters.sql.select_tool import SelectTool
from broker.adapters.sql.tool import SqlTool
from broker.ports import Catalog

if TYPE_CHECKING:
    from broker.adapters.sql.postgres.engine import PostgresEngine


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """One source's."""

    engine: PostgresEngine
    ground: Ground


def databases(found: Catalog, base: str = PUBLIC_SCHEMA) -> Mapping[str, Database]:
    """source -> its database. `base`: the schema of the tables."""
    tools: dict[str, list[SqlTool | SelectTool]] = {}
    for spec in found.specs():
        tool = found.tool(spec.name)
        if isinstance(tool, SqlTool | SelectTool):
            tools.setdefault(spec.source, []).append(tool)
    all_of = {source: _database(source, of, base) for source, of in sorted(tools.items())}
    return {source: one for source, one in all_of.items() if one is not None}


def _database(source: str, tools: list[SqlTool | SelectTool], base: str) -> Database | None:
    tables = tools[0].tables
    # The driver is an extra: it is not even looked for where the source is of another kind.
    if tables.engine.dialect != "postgres" or not isinstance(tables.engine, driver.engine_type()):
        return None
    written = writes(one.resolved for one in tools if isinstance(one, SqlTool))
    ground = Ground(source=source, role=tables.engine.address.user, tables=tables, writes=written, base=base)
    return Database(engine=tables.engine, ground=ground)
