"""Who is told when what can be listed has changed: known only once the doors are open, after the catalog is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Changes:
    """Called by a server's connection; tells everyone who asked to be told."""

    told: list[Callable[[], None]] = field(default_factory=list)

    def __call__(self) -> None:
        for one in self.told:
            one()
