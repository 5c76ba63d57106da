"""What changed between two definitions, so that a person can read it before approving."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from broker.catalog.flat import item, step
from broker.catalog.visible import visible
from broker.model.label import Json

MOST: Final = 2000  # characters of one side of one change that are shown
_AROUND: Final = 40  # characters before and after the change


@dataclass(frozen=True, slots=True)
class Change:
    """One place where the two differ. Texts are as `visible` writes them; None: there is nothing at this place.

    A text stands as it is, anything else as JSON. What both sides share is left out but for a few characters.
    """

    path: str
    before: str | None
    after: str | None


def changes(before: Json, after: Json, *, most: int = MOST) -> tuple[Change, ...]:
    """Every difference, in the order of the old definition, what is new at its end. Two equal ones have none.

    `1`, `1.0` and `true` are three values. The order of an object's keys says nothing, that of an array does. Of a
    change longer than `most` characters a side shows its ends and how many lie between.
    """
    return tuple(_shown(path, old, new, most) for path, old, new in _differing(before, after))


class _Nothing:
    """No value at all, which is not null."""


_NOTHING: Final = _Nothing()


def _differing(before: Json, after: Json) -> Iterator[tuple[str, Json, Json]]:
    """(path, old, new), as deep as both sides go, without recursion."""
    waiting: list[tuple[str, Json, Json]] = [("", before, after)]
    while waiting:
        path, old, new = waiting.pop()
        match old, new:
            case Mapping(), Mapping():
                keys = {**dict.fromkeys(old), **dict.fromkeys(new)}
                waiting.extend(
                    (step(path, str(key)), old.get(key, _NOTHING), new.get(key, _NOTHING)) for key in reversed(keys)
                )
            case list(), list() if not (_is_row(old) and _is_row(new)):
                waiting.extend(
                    (item(path, place), _at(old, place), _at(new, place))
                    for place in range(max(len(old), len(new)) - 1, -1, -1)
                )
            case _ if _written(old) != _written(new):
                yield path, old, new
            case _:
                pass


def _at(items: list[Json], place: int) -> Json:
    return items[place] if place < len(items) else _NOTHING


def _is_row(items: list[Json]) -> bool:
    """An array of scalars is read as one thing."""
    return not any(isinstance(one, Mapping | list) for one in items)


def _written(value: Json) -> tuple[bool, str] | None:
    """Whether it is a text, and its characters: `"5"` is not 5."""
    if isinstance(value, _Nothing):
        return None
    if isinstance(value, str):
        return True, value
    return False, _json(value)


def _shown(path: str, old: Json, new: Json, most: int) -> Change:
    wrote = _written(old), _written(new)
    if wrote[0] is None or wrote[1] is None or wrote[0][0] != wrote[1][0]:
        sides = [None if one is None else _cut(_named(one), 0, 0, most) for one in wrote]
        return Change(path, *sides)
    was, now = wrote[0][1], wrote[1][1]
    start = _shared(was, now)
    end = _shared(was[start:][::-1], now[start:][::-1])
    return Change(path, *(_cut(text, start, end, most) for text in (was, now)))


def _shared(one: str, other: str) -> int:
    """How many characters both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (left, right) in pairs if left != right), min(len(one), len(other)))


def _named(one: tuple[bool, str]) -> str:
    """Where a text stands against another thing, its quotes tell which is which."""
    is_text, text = one
    return _json(text) if is_text else text


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _cut(text: str, start: int, end: int, most: int) -> str:
    """`text` without most of what it shares with the other side: its first `start` and last `end` characters."""
    first, last = max(0, start - _AROUND), min(len(text), len(text) - end + _AROUND)
    middle = text[first:last]
    if len(middle) > most:
        half = most // 2
        middle = f"{visible(middle[:half])} <{len(middle) - 2 * half} more characters> {visible(middle[-half:])}"
    else:
        middle = visible(middle)
    return f"{'...' if first else ''}{middle}{'...' if last < len(text) else ''}"
