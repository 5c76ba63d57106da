"""One unit of work for one purpose under one scope: key of budgets, labels, ledger, handles and audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from broker.model.label import Label


class SaidBy(StrEnum):
    """Who said a parameter. Only the first two prove anything."""

    PRINCIPAL = "principal"
    LOOKUP = "lookup"
    AGENT = "agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The user on whose behalf the work is done."""

    issuer: str
    sub: str

    def __str__(self) -> str:
        """`issuer:sub`, one spelling for each of them: an issuer's own `%` and `:` are percent-encoded."""
        issuer = self.issuer.replace("%", "%25").replace(":", "%3A")
        return f"{issuer}:{self.sub}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    value: str | int | float
    said_by: SaidBy


class TaskState(StrEnum):
    ACTIVE = "active"
    ENDED = "ended"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """As it was opened. What changes is in `TaskFacts`."""

    id: str
    principal: Principal
    actor: str
    purpose: str
    scope: str
    revision: str  # of the scope
    parameters: Mapping[str, Parameter]
    opened: float  # unix seconds
    ends: float  # unix seconds: opened + the scope's lifetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFacts:
    """A task with what has become of it, read afresh for each call."""

    task: Task
    state: TaskState
    label: Label
    key: bytes = field(repr=False)  # 32 bytes: pseudonyms and digests of this task alone; empty once it ended
