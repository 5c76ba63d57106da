"""What customers write: most of it honest, some of it an attack on whoever reads it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

HOSTILE_EVERY = 20  # so that ten of two hundred are


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    body: str

    def fill(self, **facts: object) -> Letter:
        """With its blanks filled in. Facts it does not ask for are left aside."""
        return Letter(self.subject.format(**facts), self.body.strip("\n").format(**facts))


@dataclass(frozen=True, slots=True)
class Letterbox:
    honest: tuple[Letter, ...]
    hostile: tuple[Letter, ...]
    story: Letter

    def hostile_to(self, ticket: int) -> Letter | None:
        """The attack that this ticket carries, if it is one of those."""
        turn, rest = divmod(ticket, HOSTILE_EVERY)
        return None if rest else self.hostile[turn % len(self.hostile)]


def read() -> Letterbox:
    said = tomllib.loads((Path(__file__).parent / "tickets.toml").read_text(encoding="utf-8"))
    return Letterbox(
        honest=tuple(Letter(**one) for one in said["honest"]),
        hostile=tuple(Letter(**one) for one in said["hostile"]),
        story=Letter(**said["story"]),
    )
