"""Strangers' refusals are counted by minute, not recorded one by one: a stranger must not be able to fill the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from broker.model.decision import Deny

MINUTE: Final = 60
_MOST: Final = 64  # whys of a minute; there are a closed number of them, and a record has its bound
_OTHERS: Final = "another why"

Why = tuple[str, str]
"""A reason, and in our own words what was wrong: nothing of what a stranger sent stands in it."""


class Strangers:
    def __init__(self) -> None:
        self._minutes: dict[float, Counter[Why]] = {}

    def count(self, deny: Deny, at: float, n: int) -> None:
        counted = self._minutes.setdefault(at // MINUTE * MINUTE, Counter())
        why = (deny.reason.value, deny.detail)
        counted[why if why in counted or len(counted) < _MOST else (deny.reason.value, _OTHERS)] += n

    def take(self) -> Mapping[float, Mapping[Why, int]]:
        """Unix seconds of a minute -> why -> how many. They are not counted here any more."""
        taken, self._minutes = self._minutes, {}
        return taken

    def give_back(self, taken: Mapping[float, Mapping[Why, int]]) -> None:
        """What could not be recorded is still to be counted."""
        for minute, counts in taken.items():
            self._minutes.setdefault(minute, Counter()).update(counts)
