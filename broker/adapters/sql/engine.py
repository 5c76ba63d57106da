"""What a database engine is to this room: SQLite and PostgreSQL answer to the same protocol."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sqlglot import exp

from broker.adapters.sql.select.reach import Reach
from broker.adapters.sql.table import Table
from broker.adapters.sql.values import Stored
from broker.model.faults import ToolFault
from broker.model.label import Json

Touch = tuple[int, str, str]
"""An engine's own code of an action with its two names, folded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A statement as an engine reads it."""

    sql: str
    order: tuple[str, ...]  # names of its parameters: where the engine numbers them, in the order of the numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """What a named query touches, by the engine's own reading of it when it was loaded. Running, it touches no more."""

    touches: frozenset[Touch] = frozenset()
    inner: frozenset[str] = frozenset()  # its own names for queries inside it, folded


@dataclass(frozen=True, slots=True, kw_only=True)
class Veil:
    """What a guarded SELECT may see, for an engine that hides the rest by itself."""

    reach: Reach
    mask_key: bytes = field(repr=False)  # the task's, of its stand-ins


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be run."""

    text: Text
    within: Footprint | Veil
    parameters: Mapping[str, Stored] = field(repr=False)
    names: tuple[str, ...]  # of the result's columns; none: a write that answers how many rows it wrote
    max_affected: int | None  # of a write; None: it reads
    rows: int
    bytes: int
    timeout: float  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`{"rows": [...], "truncated": ...}`."""

    value: Json = field(repr=False)
    rows: int
    size: int  # bytes of it as JSON


class Running(Protocol):
    """One statement. Calling it blocks a thread until the statement has ended, and raises nothing; once.

    `ended` is set once `outcome` is what came of it. A fault holds a closed message; the engine's own words are its
    cause.
    """

    @property
    def ended(self) -> threading.Event: ...

    @property
    def outcome(self) -> Result | ToolFault: ...

    def __call__(self) -> None: ...

    def stop(self) -> None:
        """From another thread: before its commit it will have no effect."""
        ...


class Engine(Protocol):
    @property
    def dialect(self) -> str:
        """As sqlglot calls it."""
        ...

    def render(self, tree: exp.Expr, written: str = "") -> Text:
        """`written`: its text, where it is known already, with its parameters as sqlglot writes them."""
        ...

    def rehearse(self, text: Text, tables: Mapping[str, Table], inner: frozenset[str]) -> Footprint | str:
        """A second opinion on a named query, without the database: what it touches, or why it is not taken.

        `tables`: all that it may read or write; `inner`: its own names for queries inside it, none of them a table's.
        """
        ...

    def missing(self, reads: Mapping[str, frozenset[str]], *, veiled: bool = False) -> str | None:
        """What an operator must mend first, in one sentence. Reads no row.

        `reads`: table -> columns, folded; `veiled`: for guarded SELECTs.
        """
        ...

    def run(self, order: Order) -> Running: ...
