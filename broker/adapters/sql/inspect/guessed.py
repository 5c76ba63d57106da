"""What a column seems to be, and what that rests on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class By(StrEnum):
    NAME = "by name"
    SAMPLE = "by sample"
    TYPE = "by type"
    KEY = "key"
    TABLE = "by its table"
    NOTHING = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """`why`: in a few words, for the admin; no value stands in it. `sure`: an admin may skip it."""

    kind: str
    by: By
    why: str = ""
    sure: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a column is to its table. `inherited`: the class of the column that a foreign key points at."""

    is_key: bool  # the whole primary key, or part of a foreign one
    is_own: bool  # of the primary key
    inherited: str | None = None
