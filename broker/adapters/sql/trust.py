"""Whose word several values together are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from broker.model.label import Leaf, Writer

_TRUST: Final = (Writer.SYSTEM, Writer.STAFF, Writer.SUBJECT, Writer.ANYONE, Writer.AGENT)


def least_trusted(leaves: Iterable[Leaf]) -> Writer:
    """Of no value at all it is the system's."""
    return max((leaf.writer for leaf in leaves), key=_TRUST.index, default=Writer.SYSTEM)
