"""One table of a source: which of its columns exist for us, and what each is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from broker.model.label import Leaf


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    name: str  # as the source file spells it
    columns: Mapping[str, Leaf]  # folded name -> what it is
    spelled: Mapping[str, str]  # folded name -> as the source file spells it
    unique: tuple[str, ...] = ()  # columns that a statement takes for a key of it
