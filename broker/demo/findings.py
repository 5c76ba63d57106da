"""What a story finds out beside its steps: what was refused before it, left out, approved, done, or not to be found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedAway:
    """A task that the operator asked for and did not get."""

    principal: str
    ticket: int
    assignee: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """Of all groups those that an answer left out, for they are of too few people."""

    groups: int
    left_out: int
    least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """Two answers of one task: pseudonym -> how many."""

    country: str
    buyers: Mapping[str, int]
    writers: Mapping[str, int]
    both: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlinked:
    """What stands for one customer in two tasks."""

    here: str
    there: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The shop is in another database than the files that it was built in."""

    database: str
    role: str  # that the broker logs in as


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmoved:
    """What a sort by something hidden gave."""

    by: bool  # by what is shown alone
    would: tuple[int, ...]  # what the hidden column would have put first


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighted:
    """An MCP server at first sight: what it lists is new, so nothing of it exists for agents."""

    source: str
    server: str
    new: tuple[str, ...]
    listed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    source: str
    names: tuple[str, ...]
    files: int  # that run


@dataclass(frozen=True, slots=True, kw_only=True)
class Untrusted:
    """What stands on record of what a task was shown."""

    untrusted: bool
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """The repository afterwards."""

    same: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What stands in the other two databases afterwards."""

    refunds: tuple[tuple[int, float, str], ...]  # order, amount, who asked
    recipients: tuple[str, ...]
    handle: str  # what the agent passed in the recipient's place


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """Values looked for in all that the agent was sent."""

    what: str  # the values, in words
    values: int
    characters: int
    found: int


Finding = (
    TurnedAway
    | Grouped
    | Ranked
    | Unlinked
    | Moved
    | Unmoved
    | Sighted
    | Approved
    | Untrusted
    | Unchanged
    | Done
    | Searched
)
