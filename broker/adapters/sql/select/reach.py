"""What a guarded SELECT may read, and what becomes of one: the words of this room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlglot import exp

Column = tuple[str, str]  # table, column; both folded

ACTIONS: Final = frozenset({"show", "hide", "redact", "pseudonym", "last4", "domain"})
"""What can become of a column inside a query. A handle becomes a pseudonym; a dropped column is not there."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How a column is shown: by which of ACTIONS, and of which class it is."""

    action: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is there of one table. Names are folded; `spelled`: folded -> as the source file has it."""

    columns: Mapping[str, Shown]  # in the order of the source file
    spelled: Mapping[str, str] = field(default_factory=dict)
    where: exp.Expr | None = None  # of its rows: over its own columns, with named placeholders; None: every row


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Under one grant and one exposure."""

    views: Mapping[str, View]
    ways: Mapping[str, View] = field(default_factory=dict)  # tables that a row filter goes through, and no query
    max_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One column of a result."""

    name: str
    sources: frozenset[Column]  # what its values are made of
    plain: Column | None  # it is this column, as it is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """A query that can run."""

    tree: exp.Query  # what runs: the agent's own text never does
    outputs: tuple[Output, ...]
    reads: frozenset[Column]  # all that it looks at, shown or not
    parameters: frozenset[str]  # names of the placeholders in `tree`
    text: str = field(default="", repr=False)  # of `tree` as a second reader has read it; empty: there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """A query that is not run. `hint`: how to write it so that it can be; no value stands in it, nor a hidden name."""

    hint: str
    detail: str = ""  # for the record alone
