"""A decision is a value. It has no truth: ask which of the three it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NoReturn

from broker.model.call import Checked
from broker.model.task import TaskFacts


class Reason(StrEnum):
    """What the agent may hear (FORMATS 6). The detail is for the record only."""

    BAD_TOKEN = "bad_token"  # noqa: S105 - a reason, no secret
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - the same
    TASK_ENDED = "task_ended"
    UNKNOWN_TOOL = "unknown_tool"
    ARGUMENTS_INVALID = "arguments_invalid"
    VALUE_NOT_ALLOWED = "value_not_allowed"
    ROW_OUT_OF_REACH = "row_out_of_reach"
    HANDLE_NOT_ACCEPTED = "handle_not_accepted"
    UNPROVEN_VALUE = "unproven_value"
    FLOW_NEVER = "flow_never"
    APPROVAL_PENDING = "approval_pending"
    APPROVAL_DENIED = "approval_denied"
    BUDGET_SPENT = "budget_spent"
    BUDGET_BUSY = "budget_busy"
    CONTEXT_NOT_MET = "context_not_met"
    EFFECT_UNKNOWN = "effect_unknown"
    SOURCE_UNAVAILABLE = "source_unavailable"
    SOURCE_FAILED = "source_failed"
    RESULT_WITHHELD = "result_withheld"
    BROKER_UNAVAILABLE = "broker_unavailable"


class _NoTruth:
    __slots__ = ()

    def __bool__(self) -> NoReturn:
        raise TypeError("a Decision has no truth value; match on Permit, Deny or Ask")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a decision may rest on, read afresh for each one."""

    now: float  # unix seconds
    task: TaskFacts
    changed: frozenset[str] = frozenset()  # tools of the grant whose live definition is not the pinned one
    people: Mapping[str, str] = field(default_factory=dict)  # task parameter -> keyed digest of whom it may name


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """So much of one limit, to be reserved with the intent and settled with the outcome.

    `upto`: take what is left of `amount`, refuse only where nothing is. `window`: count the last so many seconds alone.
    """

    key: str  # task id, `block:<link>`, or of a ceiling `principal:`, `actor:` or `subject:` and who it is
    item: str  # "calls", "rows", "bytes", "pay.refund.amount", "tool:pay.refund:calls"
    amount: Decimal
    limit: Decimal
    upto: bool = False
    window: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoRoom:
    """The limit that is in a call's way: spent, or busy where only calls under way hold what is left."""

    reason: Reason
    key: str  # as in Claim
    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit(_NoTruth):
    checked: Checked
    exposure: Mapping[str, str]  # class -> action
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deny(_NoTruth):
    reason: Reason
    about: str = ""  # an argument of the shown schema; fills the hint's slot
    hint: str = ""  # in place of the reason's own: how the tool could be asked, in words that the grant shows
    detail: str = ""  # for the record only
    strike: bool = False  # a failed handle: three of them suspend the task
    ends_task: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(_NoTruth):
    """Permitted once a person says yes, and only if it still would be."""

    checked: Checked
    question: str


Decision = Permit | Deny | Ask
