"""Is the database there, with the views that `broker sql grants` makes?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import psycopg

from broker.adapters.sql.postgres.connect import Connection
from broker.model.faults import ToolFault

_PATIENCE: Final = 2.0  # seconds
# As a statement would find them: a view that the schema's own role may not read is not there for it.
_COLUMNS: Final = """
    SELECT c.relname, a.attname
    FROM pg_catalog.pg_namespace AS n
    JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE n.nspname = %(home)s
    AND pg_catalog.has_schema_privilege(pg_catalog.to_regrole(pg_catalog.quote_ident(%(home)s)), n.oid, 'USAGE')
    AND pg_catalog.has_column_privilege(
      pg_catalog.to_regrole(pg_catalog.quote_ident(%(home)s)), c.oid, a.attnum, 'SELECT')
"""


def missing(
    connect: Callable[[float], Connection], schema: str, source: str, reads: Mapping[str, frozenset[str]]
) -> str | None:
    """What an operator must mend first, in one sentence. `reads`: table -> columns, folded. Reads no row of them."""
    try:
        with connect(_PATIENCE) as connection:
            connection.execute(f"BEGIN READ ONLY; SET LOCAL statement_timeout TO {int(_PATIENCE * 1000)}".encode())
            found = {(str(view), str(column)) for view, column in connection.execute(_COLUMNS, {"home": schema})}
    except ToolFault as fault:
        return f"the password of PostgreSQL: {fault}"
    except psycopg.Error as error:
        return f"PostgreSQL cannot be asked: {str(error).strip().partition(chr(10))[0]}"
    views = {view for view, _ in found}
    for table, columns in sorted(reads.items()):
        lost = "" if table in views else f"no view `{schema}.{table}`"
        for column in sorted(columns) if not lost else ():
            if (table, column) not in found:
                lost = f"no column `{schema}.{table}.{column}`"
                break
        if lost:
            return f"{lost}; run the SQL that `broker sql grants {source}` prints"
    return None
