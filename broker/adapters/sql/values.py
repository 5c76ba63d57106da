"""Values on their way into a database and out of SQLite."""

from __future__ import annotations

from typing import Final

from broker.actions.shapes import shown
from broker.model.label import Json

_MAX_INTEGER: Final = 2**63 - 1

Stored = str | int | float | None


class NotStorableError(ValueError):
    """No column can hold this value."""


def stored(value: Json) -> Stored:
    """A scalar that any engine can hold. Raises NotStorableError."""
    match value:
        case int() if abs(value) > _MAX_INTEGER:
            raise NotStorableError
        case str() if any("\ud800" <= char <= "\udfff" for char in value):
            raise NotStorableError
        case None | str() | int() | float():
            return value
        case _:
            raise NotStorableError


def present(value: Json) -> Json:
    """What a row filter compares with: it is there. Raises NotStorableError."""
    if value is None:
        raise NotStorableError
    return value


def read(value: object) -> Json:
    """As JSON: an integer beyond 2^53 as text, since readers disagree on it; a blob and an infinity as null."""
    return shown(value)


def text(raw: bytes) -> str:
    """SQLite keeps what it was given: what is no UTF-8 is shown as such, and fails nothing."""
    return raw.decode("utf-8", "replace")
