"""A token whose seals held: claims in order, not yet understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from broker.model.label import Json

Claims = Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """`sealed`: the chain ends in a seal, so whoever bears it may use it where the root allows that."""

    root: Claims
    blocks: tuple[Claims, ...]
    sealed: bool
