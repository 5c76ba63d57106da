"""What a database says of itself, as far as a draft needs it. No value of a row is in here."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum

from broker.adapters.sql.inspect.look import Look


class Family(StrEnum):
    """What a declared type holds, whatever a database calls it."""

    BOOLEAN = "yes or no"
    NUMBER = "number"
    MOMENT = "date or time"
    UUID = "uuid"
    TEXT = "text"
    TREE = "nested values"  # JSON, XML, arrays: anything may be inside
    BYTES = "bytes"
    NETWORK = "network address"
    HARDWARE = "hardware address"
    PLACE = "point on a map"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    name: str
    family: Family
    look: Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A foreign key. `target`: the columns it points at, in the order of `columns`."""

    columns: tuple[str, ...]
    table: str
    target: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    name: str
    columns: tuple[Column, ...]
    primary: tuple[str, ...]
    references: tuple[Reference, ...]
    unread: str = ""  # why no sample was taken


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What a source file cannot list, or should not, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    tables: tuple[Table, ...]
    left_out: tuple[LeftOut, ...]


Watch = Callable[[int], AbstractContextManager[Callable[[Table], Table]]]
"""Told how many tables there are, it gives what is called with each that has been read, and gives it back."""
