"""What a value is, who may have written it, and what a task has been shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Json = Any

PUBLIC = "public"
"""The one class that is not private."""


MEDIA = frozenset({"image", "audio", "blob"})
"""Classes of what no mask can read: a result shows one of them whole, where the grant names it, or not at all."""


class Writer(StrEnum):
    """Who can write a field. Only SYSTEM and STAFF are trusted, whatever the source says of itself."""

    SYSTEM = "system"
    STAFF = "staff"
    SUBJECT = "subject"
    ANYONE = "anyone"
    AGENT = "agent"

    @property
    def is_trusted(self) -> bool:
        return self in {Writer.SYSTEM, Writer.STAFF}


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """What stands at one path of a tool's result. `subject`: the value names whose data the row is."""

    kind: str  # class
    writer: Writer
    confirms: bool = False
    subject: bool = False
    beside: frozenset[str] = frozenset()  # the other classes of what it was computed from: the strictest action counts
    # INVARIANT: true only of what was computed from columns that each were masked by the call's own exposure before.
    at_source: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a task has been shown. Joining is a union: commutative, associative, idempotent; it never weakens."""

    classes: frozenset[str] = frozenset()
    zones: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    untrusted: bool = False

    @property
    def is_tainted(self) -> bool:
        """A stranger may have written some of it, or it is not public."""
        return self.untrusted or bool(self.classes - {PUBLIC})

    def join(self, other: Label) -> Label:
        return Label(
            classes=self.classes | other.classes,
            zones=self.zones | other.zones,
            regions=self.regions | other.regions,
            untrusted=self.untrusted or other.untrusted,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Labeled:
    """A result as the tool gave it, what each leaf is beside it. Its repr never shows the value."""

    value: Json = field(repr=False)
    leaves: Mapping[str, Leaf]  # "rows.*.email" -> leaf; arrays are `*`; a path not listed is dropped by the mask
    rows: int  # rows the tool read out, for the budget
    size: int  # bytes of the value as JSON, for the budget
