"""Questions to the database about itself, as the source's role. They change nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import psycopg

from broker.adapters.sql.postgres.connect import Connection
from broker.model.faults import ToolFault

_PATIENCE: Final = 5.0  # seconds


def asked(
    connect: Callable[[float], Connection], questions: Sequence[str], parameters: Mapping[str, object]
) -> list[list[tuple[object, ...]]] | str:
    """The rows of each; or in one sentence why they could not be asked. Bare names are PostgreSQL's own."""
    begin = (
        f"BEGIN READ ONLY; SET LOCAL statement_timeout TO {int(_PATIENCE * 1000)}; SET LOCAL search_path TO pg_catalog"
    )
    try:
        with connect(_PATIENCE) as connection:
            connection.execute(begin.encode())
            return [connection.execute(one.encode(), parameters).fetchall() for one in questions]
    except ToolFault as fault:
        return f"the password of PostgreSQL: {fault}"
    except psycopg.Error as error:
        return f"PostgreSQL cannot be asked: {str(error).strip().partition(chr(10))[0]}"
