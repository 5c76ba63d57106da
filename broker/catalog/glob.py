"""Globs over whole values: `*` any run, `?` one character, `\\` escapes; in linear time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from broker.catalog.report import Wrong

MAX_STARS: Final = 8
_MAX_LENGTH: Final = 256
_STAR: Final = None
_TOKEN: Final = re.compile(r"(\*)|(\?+)|\\(.)|([^*?\\]+)", re.DOTALL)

Piece = str | int
"""A text as it stands, or so many characters of any kind."""


def glob(text: str) -> str | Wrong:
    """The glob, if it is one."""
    if len(text) > _MAX_LENGTH:
        return Wrong(f"expected a glob of at most {_MAX_LENGTH} characters")
    parts = list(_parts(text))
    if text.endswith("\\") and (len(text) - len(text.rstrip("\\"))) % 2:
        return Wrong("expected a character after `\\`", "write `\\\\` for the character itself")
    if any(a is _STAR and b is _STAR for a, b in pairwise(parts)):
        return Wrong("`**` is not a glob", "write one `*`")
    if parts.count(_STAR) > MAX_STARS:
        return Wrong(f"expected at most {MAX_STARS} `*`")
    return text


def matches(pattern: str, value: str) -> bool:
    """Whether the whole value fits.

    Each run between two stars is sought once, leftmost first, in time linear in the value: there is no backtracking to
    provoke.
    """
    runs: list[list[Piece]] = [[]]
    for part in _parts(pattern):
        if part is _STAR:
            runs.append([])
        else:
            runs[-1].append(part)
    if len(runs) == 1:
        return len(value) == _length(runs[0]) and _fits(runs[0], value, 0)
    first, *middle, last = runs
    at, end = _length(first), len(value) - _length(last)
    if end < at or not _fits(first, value, 0) or not _fits(last, value, end):
        return False
    for run in middle:
        at = _seek(run, value, at, end)
        if at < 0:
            return False
    return True


def body(text: str) -> str:
    """The same inside a pattern of JSON Schema (ECMA 262); `[\\s\\S]` for `.`, which leaves line ends out."""
    return "".join(_spelled(part) for part in _parts(text))


def _spelled(part: Piece | None) -> str:
    match part:
        case None:
            return "[\\s\\S]*"
        case int():
            return "[\\s\\S]" * part
        case _:
            return literal(part)


def literal(text: str) -> str:
    """`text` for a pattern. Only what ECMA 262 calls a syntax character is escaped, for its `u` mode refuses others."""
    return re.sub(r"[\^$\\.*+?()\[\]{}|/]", lambda found: "\\" + found[0], text)


def _parts(text: str) -> Iterator[Piece | None]:
    for star, ones, escaped, plain in _TOKEN.findall(text):
        yield _STAR if star else len(ones) if ones else escaped or plain


def _length(run: list[Piece]) -> int:
    return sum(one if isinstance(one, int) else len(one) for one in run)


def _fits(run: list[Piece], value: str, at: int) -> bool:
    for one in run:
        if isinstance(one, int):
            at += one
        elif value.startswith(one, at):
            at += len(one)
        else:
            return False
    return True


def _seek(run: list[Piece], value: str, at: int, end: int) -> int:
    """The place after the leftmost fit of `run` inside `value[at:end]`; -1 where there is none.

    Where it has `?` in it, all starts are followed at once, a bit each (Baeza-Yates and Gonnet, 1992, "shift-and"): one
    after the other, a text of one letter could be made to cost the length of the run for each of its characters.
    """
    if not any(isinstance(one, int) for one in run):
        text = "".join(str(one) for one in run)
        found = value.find(text, at, end)
        return found + len(text) if found >= 0 else -1
    fitting, anything = _bits(run)
    live, goal = 0, 1 << (_length(run) - 1)
    for place in range(at, end):
        live = (live << 1 | 1) & fitting.get(value[place], anything)
        if live & goal:
            return place + 1
    return -1


def _bits(run: list[Piece]) -> tuple[dict[str, int], int]:
    """For each letter of the run, and for any other one, at which places of the run it may stand."""
    fitting: dict[str, int] = {}
    anything, place = 0, 0
    for one in run:
        if isinstance(one, int):
            anything |= ((1 << one) - 1) << place
            place += one
            continue
        for letter in one:
            fitting[letter] = fitting.get(letter, 0) | 1 << place
            place += 1
    return {letter: bits | anything for letter, bits in fitting.items()}, anything
