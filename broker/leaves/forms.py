"""The forms that a text result may have, and the answer where a text is not in its form."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Form(StrEnum):
    """What `format:` says of a tool whose result is text."""

    JSON = "json"
    YAML = "yaml"
    CSV = "csv"
    TABLE = "table"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Unparsable:
    """Why a text is not taken: a sentence that quotes nothing of it."""

    why: str


class UnparsableError(ValueError):
    """The same inside a reader, until its border turns it into a value. Its text is the sentence."""
