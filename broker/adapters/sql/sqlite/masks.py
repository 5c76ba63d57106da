"""What each action makes of a value, as functions of one connection."""

from __future__ import annotations

from typing import Final

from broker.actions.shapes import pseudonym, redacted, shape
from broker.adapters.sql.values import text
from broker.model.label import Json

_KEPT: Final = 8_192  # values; the same ones come again: in each place that names a column, and from row to row

Value = bytes | int | float | str | None


class Masks:
    """`key`: what stand-ins are made with. Total, for an error of it would tell of a value."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: dict[tuple[str, str, Value], Json] = {}
        self._made: set[Json] = set()  # stand-ins alone

    def mask(self, action: str, kind: str, value: Value) -> Json:
        """A text comes as bytes. NULL stays NULL."""
        asked = (action, kind, value)
        found = self._known.get(asked)
        if found is None:
            found = self._mask(action, kind, text(value) if isinstance(value, bytes) else value)
            if len(self._known) >= _KEPT:
                self._known.clear()
                self._made.clear()
            self._known[asked] = found
            if action == "pseudonym":
                self._made.add(found)
        return found

    def already(self, kind: str, value: Value) -> Json:
        """What a query itself asks to be hidden, a view has hidden: it comes back as it is.

        Of anything else no stand-in is made, for it would tell a right guess from a wrong one.
        """
        if value in self._made:
            return value
        return value if pseudonym(kind, value, self._key) == value else redacted(kind)

    def _mask(self, action: str, kind: str, value: Json) -> Json:
        return pseudonym(kind, value, self._key) if action == "pseudonym" else shape(action, kind, value, self._key)
