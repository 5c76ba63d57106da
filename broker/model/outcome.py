"""What becomes of a decision, step by step, and the three shapes in which a call may end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from broker.model.decision import Permit, Reason
from broker.model.label import Json, Label
from broker.model.task import Keys, Task


class Step(StrEnum):
    """How far a call has come, as its caller may hear it; of a refused one none is told."""

    PERMITTED = "permitted"  # its intent is on record
    CALLED = "called"  # the tool has it
    ANSWERED = "answered"  # the tool gave a result; none where it failed
    CLOSED = "closed"  # its end is on record


@dataclass(frozen=True, slots=True, kw_only=True)
class Intended:
    """A permit whose intent is durable, with what was reserved for it."""

    permit: Permit
    rows: int  # the most rows the tool may give
    bytes: int  # the most bytes its result may have
    shown: int  # the most bytes of what may be shown of it
    at: float  # unix seconds of the intent


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """An intent on record, and nothing between it and the end that the pipeline gives it, be it a wait or a fault."""

    intended: Intended
    keys: Keys = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The only thing a Tool accepts: an intended call with its handles opened and its bound arguments filled."""

    intended: Intended
    clear_arguments: Mapping[str, Json] = field(repr=False)
    clear_parameters: Mapping[str, Json] = field(repr=False)  # task parameters, for row filters
    mask_key: bytes = field(repr=False)  # pseudonyms are made with it, for a tool that masks at its source


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultRow:
    """A handle that a result hands out, and what it stands for."""

    handle: str
    kind: str  # class
    origin: str  # toolref.path
    clear_value: Json = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """Where a value was seen and how it was shown; a keyed digest, never the value."""

    digest: str
    origin: str  # toolref.path
    shown: str  # action
    writer: str
    confirms: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """Content that has been through the mask, and what of it the task must remember."""

    content: Json = field(repr=False)
    shows: Label  # what is still visible in it
    hidden: Mapping[str, int]  # "class:action" -> leaves so treated, of those not shown in full
    subjects: frozenset[str]  # keyed digests of whose data the rows are
    vault: tuple[VaultRow, ...] = field(repr=False)
    ledger: tuple[LedgerRow, ...] = field(repr=False)
    rows: int
    size: int  # bytes of the tool's own result
    shown: int  # bytes of `content`


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    masked: Masked


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    reason: Reason
    about: str = ""
    hint: str = ""  # what the tool itself says of how to ask, where its arguments are a language


Outcome = Served | Pending | Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What is known of a root token before it is minted."""

    jti: str
    expires: float  # unix seconds
    holder: str | None = None  # thumbprint (RFC 7638) of the key that it is for; None: whoever bears it


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedTask:
    """A task whose opening is durable, and the token that names it."""

    task: Task
    token: str = field(repr=False)  # empty: the static token that it was opened with names it
    expires: float  # unix seconds, of the token
    holder: str | None = None  # thumbprint of the key that it is for; None: whoever bears it


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOpened:
    """Why no task was opened. An operator hears the detail; an agent never asks here."""

    reason: Reason
    detail: str
