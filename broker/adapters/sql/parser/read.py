"""What PostgreSQL's own parser makes of a text. It comes with an extra, and is imported when the first text is read."""

from __future__ import annotations

from importlib import import_module
from typing import Any


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
