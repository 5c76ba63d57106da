"""What an admin grants: a template of authority. What is not written is denied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from broker.model.constraint import Constraint, Field


@dataclass(frozen=True, slots=True)
class RowsAny:
    """Every row, for a reason that is written down."""

    why: str


@dataclass(frozen=True, slots=True)
class RowsSubject:
    """The rows whose subject equals this task parameter, by the source's `subject` and `owner_key`."""

    param: str


@dataclass(frozen=True, slots=True)
class Condition:
    """`column = value`; a value that starts with `$` in the file is a task parameter."""

    column: str
    param: str | None
    literal: str | int | None


@dataclass(frozen=True, slots=True)
class RowsWhere:
    """For each table, conditions that all hold."""

    tables: tuple[tuple[str, tuple[Condition, ...]], ...]


Rows = RowsAny | RowsSubject | RowsWhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Upper ends; None is no limit of its own. `sums`: argument or toolref.argument -> decimal."""

    calls: int | None = None
    rows: int | None = None
    subjects: int | None = None
    bytes: int | None = None
    sums: Mapping[str, Decimal] = field(default_factory=dict)


class Per(StrEnum):
    """Whose calls a ceiling adds up."""

    PRINCIPAL = "principal"
    ACTOR = "actor"  # the task's agent; what it hands on to others counts for it
    SUBJECT = "subject"  # whose data a call is about: the value of the parameter that its rows are held to


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """Over all tasks of one `per` inside a sliding window. `sums`: toolref.argument -> decimal."""

    window: float  # seconds
    per: Per = Per.PRINCIPAL
    calls: int | None = None
    sums: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolGrant:
    arguments: Mapping[str, Field]  # an argument not named is denied
    rows: Rows | None
    budget: Budget
    media: frozenset[str] = frozenset()  # image, audio, blob: what of a result may pass that no mask can read


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """A task parameter that the broker derives: the one value that `tool` gives for the parameter `key`."""

    tool: str  # toolref
    argument: str  # the tool's one agent argument
    key: str  # name of the parameter that fills it


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A task parameter that is said when the task opens."""

    type: str  # integer | number | text
    constraint: Constraint


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """From `start` to before `end` (minutes of the day) on `days` (0 = Monday) in an IANA zone.

    Where `end <= start` the span passes midnight and belongs to the day it starts.
    """

    start: int
    end: int
    zone: str
    days: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    name: str
    why: str
    roles: frozenset[str]
    agents: tuple[str, ...]  # globs over registered agents
    purposes: frozenset[str]
    parameters: Mapping[str, Given | Lookup]  # in an order in which each lookup's key comes first
    hours: Hours | None
    expires: float  # seconds a token lives
    lifetime: float  # seconds a task lives
    zones: frozenset[str]
    seal: bool  # a bearer token may be given
    delegate: int = 0  # blocks that may stand below the root
    tools: Mapping[str, ToolGrant]
    mask: Mapping[str, Mapping[str, str]]  # class -> purpose -> action, with "else"
    budget: Budget
    ceiling: Ceiling | None
    revision: str  # hex SHA-256 of the file and of the pins of the tools it names
