"""Refused openings: the first few of a holder are on record each, the rest are counted by the minute.

Whoever may ask for a task can ask ten thousand times; he must not be able to fill the log by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from broker.model.decision import Reason
from broker.model.task import Principal

MINUTE: Final = 60
FEW: Final = 10
"""Of one holder between two counts: enough to see what somebody does wrong."""
_MOST: Final = 256  # holders that are counted by name between two counts; the others are counted together


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    principal: Principal
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """`holder`: None: of all the others together. `since`: unix seconds of the minute of the first."""

    holder: Holder | None
    since: float
    counts: Mapping[str, int]  # reason -> how many


class Refusals:
    def __init__(self) -> None:
        self._seen: Counter[Holder | None] = Counter()
        self._more: dict[Holder | None, tuple[float, Counter[str]]] = {}

    def is_one_of_few(self, holder: Holder, reason: Reason, at: float) -> bool:
        """Whether it is to be on record by itself; else it is counted here."""
        whose = holder if holder in self._seen or len(self._seen) < _MOST else None
        self._seen[whose] += 1
        if self._seen[whose] <= FEW:
            return True
        _, counted = self._more.setdefault(whose, (at // MINUTE * MINUTE, Counter()))
        counted[reason.value] += 1
        return False

    def take(self) -> Sequence[Counted]:
        """They are not counted here any more, and everybody begins anew."""
        taken, self._more = self._more, {}
        self._seen.clear()
        return [Counted(holder=whose, since=since, counts=counts) for whose, (since, counts) in taken.items()]

    def give_back(self, taken: Sequence[Counted]) -> None:
        """What could not be recorded is still to be counted."""
        for one in taken:
            since, counted = self._more.setdefault(one.holder, (one.since, Counter()))
            counted.update(one.counts)
            self._more[one.holder] = (min(since, one.since), counted)
