"""Where something stands in a definition, as a path that a person can follow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from broker.catalog.visible import visible
from broker.model.label import Json

_PLAIN: Final = re.compile(r"[\w$@-]{1,64}", re.ASCII)
_LONGEST_KEY: Final = 64  # characters of a key that are shown
_LONGEST_PATH: Final = 1000


def step(path: str, key: str) -> str:
    """The path one key further down, for eyes: a key that is no plain word stands in quotes, and may be shortened."""
    before = path if len(path) <= _LONGEST_PATH else f"...{path[-_LONGEST_PATH // 2 :]}"
    if _PLAIN.fullmatch(key):
        return f"{before}.{key}" if before else key
    short = key if len(key) <= _LONGEST_KEY else f"{key[:_LONGEST_KEY]}..."
    return f'{before}["{visible(short)}"]'


def item(path: str, place: int) -> str:
    """The path of one item of an array."""
    return step(path, str(place)) if not path else f"{path}[{place}]"


def texts(value: Json) -> Iterator[tuple[str, str]]:
    """(path, text) of every text of a JSON value, keys among them, in order and without recursion."""
    waiting: list[tuple[str, Json]] = [("", value)]
    while waiting:
        path, one = waiting.pop()
        match one:
            case str():
                yield path, one
            case Mapping():
                below = [(step(path, str(key)), str(key), value) for key, value in one.items()]
                yield from ((f"{place} (its name)", key) for place, key, _ in below)
                waiting.extend((place, value) for place, _, value in reversed(below))
            case list():
                waiting.extend((item(path, place), one[place]) for place in range(len(one) - 1, -1, -1))
            case _:
                pass
