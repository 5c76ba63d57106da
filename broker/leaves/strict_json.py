"""A text into JSON, strictly: what two readers could read differently is refused."""

from __future__ import annotations

import json
import math
from typing import Final, NoReturn

from broker.leaves.forms import Unparsable, UnparsableError
from broker.leaves.walk import MAX_DEPTH
from broker.model.label import Json

MAX_INTEGER: Final = 2**53  # beyond it, readers that use binary floats see another number (RFC 7493 2.2)
_MAX_DIGITS: Final = 17


def read(text: str, *, max_depth: int = MAX_DEPTH) -> Json | Unparsable:
    """The JSON value in `text`: no duplicate keys, NaN, infinities, integers beyond 2^53 or lone surrogates."""
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_never, parse_int=whole, parse_float=finite)
    except UnparsableError as refused:
        return Unparsable(str(refused))
    except (ValueError, RecursionError):
        return Unparsable("not JSON")
    trouble = _trouble(found, max_depth)
    return found if trouble is None else trouble


def whole(digits: str) -> int:
    """A decimal integer that every reader reads alike. Raises UnparsableError."""
    number = int(digits) if len(digits) <= _MAX_DIGITS else MAX_INTEGER + 1
    if abs(number) > MAX_INTEGER:
        raise UnparsableError("an integer beyond 2^53")
    return number


def finite(digits: str) -> float:
    """A decimal number that a double holds. Raises UnparsableError."""
    number = float(digits)
    if not math.isfinite(number):
        raise UnparsableError("a number beyond what a double holds")
    return number


def has_surrogate(text: str) -> bool:
    """Half a character: UTF-8 cannot hold it."""
    return not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text)


def _trouble(found: Json, max_depth: int) -> Unparsable | None:
    level, depth = [found], 0
    while level:
        depth += 1
        if depth > max_depth:
            return Unparsable(f"nested deeper than {max_depth}")
        below: list[Json] = []
        for value in level:
            match value:
                case str():
                    if has_surrogate(value):
                        return Unparsable("a lone surrogate")
                case dict():
                    if any(has_surrogate(key) for key in value):
                        return Unparsable("a lone surrogate")
                    below.extend(value.values())
                case list():
                    below.extend(value)
                case _:
                    pass
        level = below
    return None


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnparsableError("a key stands twice in one object")
    return found


def _never(_constant: str) -> NoReturn:
    raise UnparsableError("not a JSON number")
