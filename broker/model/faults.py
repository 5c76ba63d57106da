"""Faults are what should not happen; refusals are values, not faults.

BrokerError
  ConfigError      files or settings cannot be used; the broker does not start
  TokenError       a token or key cannot do what its holder asks of it
  Fault            a call cannot be served
    ToolFault      a tool failed; its own message stays inside; says whether an effect may have happened
    StoreFault     a store could not be read or written
    JournalFault   nothing is served until the log is reopened and verified
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong in one file, and its mend. Lines and columns count from 1; 0 means the whole file."""

    file: str
    line: int = 0
    column: int = 0
    field: str = ""
    expected: str
    mend: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        field = f" `{self.field}`:" if self.field else ""
        return f"{place}:{field} {self.expected}" + (f"; {self.mend}" if self.mend else "")


class BrokerError(Exception):
    """Base of everything the broker raises."""


class ConfigError(BrokerError):
    """Files or settings cannot be used. Carries every problem found, in the order of the files."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class TokenError(BrokerError):
    """A token or key cannot do what its holder asks of it; neither stands in the message."""


class Fault(BrokerError):  # noqa: N818 - the word of the house
    """A call cannot be served."""


class Effect(StrEnum):
    """What a failed call did to the world."""

    NONE = "none"
    UNKNOWN = "unknown"


class ToolFault(Fault):
    """A tool failed. `effect` is NONE only where the adapter knows that nothing happened.

    `is_unreachable`: the system behind it is not there or busy, so the same call may work later. `hint`: how the agent
    could ask instead, in words of ours alone; empty: there is nothing to say.
    """

    def __init__(
        self, message: str, *, effect: Effect = Effect.UNKNOWN, is_unreachable: bool = False, hint: str = ""
    ) -> None:
        super().__init__(message)
        self.effect = effect
        self.is_unreachable = is_unreachable
        self.hint = hint


class StoreFault(Fault):
    """A store could not be read or written."""


class JournalFault(Fault):
    """The log is latched: nothing is served until it is reopened and verified."""
