"""TRIM with characters of one's own, in time that ends.

SQLite's looks at each of them for each letter, and cannot be stopped meanwhile: a megabyte trimmed by 8,000 of them
took it two minutes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Final

_MOST: Final = 64  # characters to trim by


def teach(database: sqlite3.Connection) -> None:
    """A set that is larger fails the statement."""
    for name, strip in (("trim", str.strip), ("ltrim", str.lstrip), ("rtrim", str.rstrip)):
        database.create_function(name, 2, _bounded(strip), deterministic=True)


def _bounded(strip: Callable[[str, str], str]) -> Callable[[object, object], str | None]:
    def trimmed(value: object, characters: object) -> str | None:
        if value is None or characters is None:
            return None
        said = _text(characters)
        if len(said) > _MOST:
            raise ValueError("too many characters to trim by")
        return strip(_text(value), said) if said else _text(value)

    return trimmed


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
