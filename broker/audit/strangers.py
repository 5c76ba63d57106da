"""Strangers' refusals are counted by minute, not recorded one by one: a stranger must not be able to fill the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from broker.model.decision import Reason

MINUTE = 60


class Strangers:
    def __init__(self) -> None:
        self._minutes: dict[float, Counter[str]] = {}

    def count(self, reason: Reason, at: float, n: int) -> None:
        self._minutes.setdefault(at // MINUTE * MINUTE, Counter())[reason.value] += n

    def take(self) -> Mapping[float, Mapping[str, int]]:
        """Unix seconds of a minute -> reason -> how many. They are not counted here any more."""
        taken, self._minutes = self._minutes, {}
        return taken

    def give_back(self, taken: Mapping[float, Mapping[str, int]]) -> None:
        """What could not be recorded is still to be counted."""
        for minute, counts in taken.items():
            self._minutes.setdefault(minute, Counter()).update(counts)
