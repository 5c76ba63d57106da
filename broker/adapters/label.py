"""Puts beside a result what its leaves are. The only maker of Labeled."""

from __future__ import annotations

from collections.abc import Mapping

from broker.model.label import Json, Labeled, Leaf


def label(value: Json, leaves: Mapping[str, Leaf], rows: int, size: int) -> Labeled:
    """`rows`: how many the tool read out; `size`: bytes of `value` as JSON."""
    return Labeled(value=value, leaves=leaves, rows=rows, size=size)
