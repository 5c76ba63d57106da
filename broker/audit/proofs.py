"""A proof stands for one request: it is used up in the transaction that does what it came for, or records why not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from broker.model.chain import Proof
from broker.model.decision import Deny, Reason
from broker.model.record import Entry
from broker.ports import Turn

REPLAYED: Final = Deny(reason=Reason.BAD_TOKEN, detail="a proof that was used before")
"""Nothing is done, and nothing is on record: whoever sends one twice may have found it, and counts as a stranger."""


def replayed(turn: Turn, proofs: Sequence[Proof], now: float) -> Deny | None:
    return None if not proofs or turn.first_use(proofs, now) else REPLAYED


def refused(
    turn: Turn, proofs: Sequence[Proof], now: float, deny: Deny, said: Sequence[Entry]
) -> tuple[Deny, Sequence[Entry]]:
    """The refusal, and what is said of it on record; or the one that goes before it."""
    stranger = replayed(turn, proofs, now)
    return (deny, said) if stranger is None else (stranger, [])
