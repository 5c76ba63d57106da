"""What a story is made of as data: what the agent tries, and how each call must end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

SERVED = "served"
NO_ROWS = "no_rows"  # permitted, and the row filter left nothing


class Blank(Enum):
    """A value that the script does not hold: given with the task, read in a result, or named by the ticket's text."""

    TICKET = auto()
    CUSTOMER = auto()
    ORDER = auto()
    TOTAL = auto()
    EMAIL = auto()  # the handle that stands for the address
    OTHER_TICKET = auto()
    OTHER_CUSTOMER = auto()
    OTHER_ORDER = auto()
    PSEUDONYM = auto()  # what stands for a customer in one task
    NEXT = auto()  # what the script puts in, turn by turn


Value = str | int | float
Known = Mapping[Blank, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    wants: str
    tool: str  # as agents see it: source__tool
    arguments: Mapping[str, Value | Blank]
    expects: str = SERVED  # SERVED, NO_ROWS or a Reason
    learns: Mapping[Blank, str] = field(default_factory=dict)  # blank -> column of the result
    shows: tuple[str, ...] = ()  # columns worth a reader's time

    def filled(self, known: Known) -> dict[str, Value]:
        return {name: known[said] if isinstance(said, Blank) else said for name, said in self.arguments.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    title: str
    steps: tuple[Step, ...]
