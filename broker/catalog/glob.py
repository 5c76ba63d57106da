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
_ONE: Final = ""


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

    Each run between two stars is sought once, leftmost first, so the cost is at most length times length of a run,
    which is capped: there is no backtracking to provoke.
    """
    runs: list[list[str]] = [[]]
    for part in _parts(pattern):
        if part is _STAR:
            runs.append([])
        else:
            runs[-1].append(part)
    if len(runs) == 1:
        return len(value) == len(runs[0]) and _fits(runs[0], value, 0)
    first, *middle, last = runs
    if len(value) < len(first) + len(last) or not _fits(first, value, 0):
        return False
    if not _fits(last, value, len(value) - len(last)):
        return False
    at, end = len(first), len(value) - len(last)
    for run in middle:
        at = _seek(run, value, at, end)
        if at < 0:
            return False
    return True


def body(text: str) -> str:
    """The same inside a pattern of JSON Schema (ECMA 262); `[\\s\\S]` for `.`, which leaves line ends out."""
    return "".join("[\\s\\S]*" if p is _STAR else "[\\s\\S]" if p == _ONE else literal(p) for p in _parts(text))


def literal(text: str) -> str:
    """`text` for a pattern. Only what ECMA 262 calls a syntax character is escaped, for its `u` mode refuses others."""
    return re.sub(r"[\^$\\.*+?()\[\]{}|/]", lambda found: "\\" + found[0], text)


def _parts(text: str) -> Iterator[str | None]:
    escaped = False
    for letter in text:
        if escaped:
            escaped = False
            yield letter
        elif letter == "\\":
            escaped = True
        else:
            yield _STAR if letter == "*" else _ONE if letter == "?" else letter


def _fits(run: list[str], value: str, at: int) -> bool:
    return all(one in (_ONE, value[at + place]) for place, one in enumerate(run))


def _seek(run: list[str], value: str, at: int, end: int) -> int:
    """The place after the leftmost fit of `run` inside `value[at:end]`; -1 where there is none."""
    if _ONE not in run:
        found = value.find("".join(run), at, end)
        return found + len(run) if found >= 0 else -1
    return next((start + len(run) for start in range(at, end - len(run) + 1) if _fits(run, value, start)), -1)
