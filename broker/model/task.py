"""One unit of work for one purpose under one scope: key of budgets, labels, ledger, handles and audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from broker.model.label import Label
from broker.model.stop import Stop


class SaidBy(StrEnum):
    """Who said a parameter. Only the first two prove anything."""

    PRINCIPAL = "principal"
    LOOKUP = "lookup"
    AGENT = "agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many tasks one holder, a principal with an actor, may open."""

    open: int  # at a time
    per_hour: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The user on whose behalf the work is done."""

    issuer: str
    sub: str

    def __str__(self) -> str:
        """`issuer:sub`, one spelling for each of them: an issuer's own `%` and `:` are percent-encoded."""
        issuer = self.issuer.replace("%", "%25").replace(":", "%3A")
        return f"{issuer}:{self.sub}"

    @classmethod
    def named(cls, name: str) -> Principal:
        """Whom that spelling names."""
        issuer, _, sub = name.partition(":")
        return cls(issuer=issuer.replace("%3A", ":").replace("%25", "%"), sub=sub)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    value: str | int | float
    said_by: SaidBy


class TaskState(StrEnum):
    ACTIVE = "active"
    ENDED = "ended"  # for good: key, handles and subjects are destroyed
    SUSPENDED = "suspended"  # nothing is served, and nothing is lost: a person looks, and resumes or ends it


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """As it was opened. What changes is in `TaskFacts`.

    `said_by`: who asked for it, and for its purpose; the operator himself, or an agent whose word he passes on.
    """

    id: str
    principal: Principal
    actor: str
    purpose: str
    scope: str
    revision: str  # of the scope
    parameters: Mapping[str, Parameter]
    opened: float  # unix seconds
    ends: float  # unix seconds: opened + the scope's lifetime
    said_by: SaidBy = SaidBy.PRINCIPAL
    roles: frozenset[str] = frozenset()  # the principal's when it was opened: what else they could be granted
    bearer: str = ""  # the static token that it was opened with; empty: it is named by tokens of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """32 bytes each, empty once the task ended."""

    task: bytes = field(repr=False)  # pseudonyms and handles of this task alone
    ledger: bytes = field(repr=False)  # of its holder: digests by which a later task of his can be told what was seen


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFacts:
    """A task with what has become of it, read afresh for each call."""

    task: Task
    state: TaskState
    label: Label
    key: bytes = field(repr=False)  # see `Keys`
    ledger_key: bytes = field(default=b"", repr=False)
    heir_of: tuple[str, ...] = ()  # tasks whose label and ledger were handed on to it
    bound: bool = False  # one of its tokens was for a key
    ledger_whole: bool = True  # False: it was shown more than was handed on, so any value may be one of those
    stops: tuple[Stop, ...] = ()  # what is frozen; and what was revoked, since it was opened, of what a token rests on

    @property
    def keys(self) -> Keys:
        return Keys(task=self.key, ledger=self.ledger_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """How many tasks of one holder there are."""

    open: int
    lately: int  # opened within the last hour, whatever became of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Heritage:
    """What a task that the principal did not open himself begins with."""

    tasks: tuple[str, ...] = ()  # that handed it on
    label: Label = field(default_factory=Label)
    ledger: int = 0  # rows
    whole: bool = True  # False: there were more of them
