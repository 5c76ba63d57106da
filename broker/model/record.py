"""One line of the log as bytes, the log's head, and a call that has begun and not ended."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`body` is what is hashed and kept for ever; the rest is an index over it that can be rebuilt."""

    kind: str  # call.intent, call.outcome, task.opened, ...
    call: str  # "" where the record is of no call
    task: str
    body: bytes  # canonical JSON: sorted ASCII keys, no floats, no integer beyond 2^53, at most 16 KiB


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where the log stands. `frontier`: roots of its perfect subtrees, large to small, 32 bytes each (RFC 9162 2.1)."""

    size: int
    frontier: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCall:
    """A call between its intent and its outcome."""

    call: str
    task: str
    tool: str
    digest: str  # Checked.digest
    has_effect: bool
    at: float  # unix seconds of the intent
