"""What is written down where another key begins to sign tokens."""

from __future__ import annotations

from collections.abc import Sequence

from broker.audit import canonical
from broker.audit.record import DETAIL, Fields, Stamp, entry
from broker.model.record import Entry
from broker.ports import Turn


def rotated(
    turn: Turn, stamp: Stamp, *, old: str, new: str, dropped: Sequence[str], by: str, why: str
) -> tuple[float, Sequence[Entry]]:
    """When the last token that was given runs out. Keys are called by their thumbprints (RFC 7638)."""
    who: Fields = {"by": canonical.plain(by, DETAIL), "why": canonical.plain(why, DETAIL)}
    said: Fields = {"old": old, "new": new, **who}
    if dropped:
        said["dropped"] = list(dropped)
    return turn.tokens_until(), [entry(stamp, "keys.rotated", said)]
