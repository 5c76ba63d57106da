"""Is so much of each limit left? Exact decimals, read and held inside one exclusive transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from broker.model.decision import Claim, NoRoom, Reason

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Spent:
    """What stands against one limit so far. `held`: by calls under way, and may come back."""

    used: Decimal
    held: Decimal


@dataclass(frozen=True, slots=True)
class Hold:
    key: str
    item: str
    amount: Decimal


def together(claims: Sequence[Claim]) -> Mapping[tuple[str, str], Sequence[Claim]]:
    """Claims on one key and item are one amount under several limits. Raises ValueError for a nonsense amount."""
    found: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        # A negative amount would give budget back, a NaN would compare with nothing.
        if not (claim.amount.is_finite() and claim.amount >= 0 and claim.limit.is_finite()):
            raise ValueError(f"a claim on `{claim.item}` is no amount")
        found.setdefault((claim.key, claim.item), []).append(claim)
    return found


def hold(key: str, item: str, limits: Sequence[tuple[Claim, Spent]]) -> Hold | NoRoom:
    """The amount that every limit allows. BUDGET_BUSY only where calls under way alone are in the way."""
    strict = max((claim.amount for claim, _ in limits if not claim.upto), default=None)
    if strict is None:
        left = min(min(claim.amount, claim.limit - spent.used - spent.held) for claim, spent in limits)
        if left > 0:
            return Hold(key, item, left)
        free = all(claim.amount > 0 and claim.limit > spent.used for claim, spent in limits)
        return NoRoom(reason=Reason.BUDGET_BUSY if free else Reason.BUDGET_SPENT, key=key, item=item)
    if all(spent.used + spent.held + strict <= claim.limit for claim, spent in limits):
        return Hold(key, item, strict)
    free = all(spent.used + strict <= claim.limit for claim, spent in limits)
    return NoRoom(reason=Reason.BUDGET_BUSY if free else Reason.BUDGET_SPENT, key=key, item=item)


def all_or_none(asked: Sequence[Hold | NoRoom]) -> Sequence[Hold] | NoRoom:
    """One spent limit outweighs any that are only busy: waiting would not help."""
    missing = [one for one in asked if isinstance(one, NoRoom)]
    if not missing:
        return [one for one in asked if isinstance(one, Hold)]
    return next((one for one in missing if one.reason is Reason.BUDGET_SPENT), missing[0])
