"""The oracle: two databases that differ only in what may not be seen must give one answer, and stay as they were."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Protocol

SOON, LATER = 0.5, 30.0
"""Seconds. A statement that one database ends in time and the other does not is asked again with more of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What came of a statement, as far as anybody outside can tell."""

    verdict: str  # denied, failed, ran
    said: str = ""  # the hint, or what the fault says
    rows: tuple[str, ...] = ()  # each spelled out, names and all
    slow: bool = False  # it was ended for the time it took


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What both databases answered, and by what they can be told apart: a leak.

    `by`: verdict, words, output (other rows), order (the same rows in another order), write; None: by nothing.
    """

    by: str | None
    sql: str
    first: Seen
    second: Seen

    def __str__(self):
        return f"leak by {self.by}: {self.sql}\n  first:  {self.first}\n  second: {self.second}"


class Layer(Protocol):
    """What stands between a statement and a database; `place`: one of the two databases."""

    def ask(self, place, sql, timeout) -> Seen: ...

    def digest(self, place) -> str:
        """Of all that a statement could have written."""
        ...


def judged(layer, pair, sql):
    first, second = (layer.ask(place, sql, SOON) for place in pair)
    if first != second and (first.slow or second.slow):
        first, second = (layer.ask(place, sql, LATER) for place in pair)
    return Told(by=differs(first, second), sql=sql, first=first, second=second)


def differs(first, second):
    """A list, since the order of rows is a channel too; it is told apart because it is a narrow one."""
    if first.verdict != second.verdict:
        return "verdict"
    if first.said != second.said:
        return "words"
    if Counter(first.rows) != Counter(second.rows):
        return "output"
    return "order" if first.rows != second.rows else None


def judged_whole(layer, pair, sql):
    """The same, and whether anything was written."""
    before = [layer.digest(place) for place in pair]
    found = judged(layer, pair, sql)
    return found if [layer.digest(place) for place in pair] == before else replace(found, by="write")
