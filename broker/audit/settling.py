"""What a call has used of what was held for it, by how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from broker.model.decision import Claim
from broker.model.outcome import Intended
from broker.model.tool import ToolSpec


def most(spec: ToolSpec, held: Mapping[str, Decimal], of: str, at_most: int) -> int:
    """The tightest of what the tool may give and what is held of `of` (rows, bytes), for the task and for the tool."""
    found = [held[item] for item in (of, f"tool:{spec.name}:{of}") if item in held]
    return int(min([Decimal(at_most), *found]))


def when_answered(intended: Intended, rows: int, size: int) -> Mapping[str, Decimal]:
    """The tool answered: the call and its sums count as held, rows as they were, bytes (`size`) as they are shown.

    What a value is long is not what its stand-in is long: an agent sets limits in blocks of its own, and would measure.
    """
    return {claim.item: _answered(claim, rows, size) for claim in intended.permit.claims}


def when_nothing_happened(intended: Intended) -> Mapping[str, Decimal]:
    """The call was made, so it counts, as a guess too: that it failed may be the answer. All else is given back."""
    return {claim.item: claim.amount for claim in intended.permit.claims if _counts_calls(claim)}


def _answered(claim: Claim, rows: int, size: int) -> Decimal:
    match claim.upto, claim.item.rpartition(":")[2]:
        case True, "rows":
            return Decimal(rows)
        case True, "bytes":
            return Decimal(size)
        case _:
            return claim.amount


def _counts_calls(claim: Claim) -> bool:
    # "calls" of a task, "tool:shop.query:calls" and "...:guesses" of a tool, "calls:<scope>" of a ceiling. A sum's item
    # ends in `.argument`, so an argument named `calls` is no count.
    return claim.item == "calls" or claim.item.startswith("calls:") or claim.item.endswith((":calls", ":guesses"))
