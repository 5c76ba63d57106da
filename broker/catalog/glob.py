"""Globs over whole values: `*` any run, `?` one character, `\\` escapes; in linear time."""

from __future__ import annotations

import re
from typing import Final

from broker.catalog.report import Wrong

MAX_STARS: Final = 8
_MAX_LENGTH: Final = 256
# What stands for `*` and `?` once what is escaped was told from them: halves of characters, which no text holds.
_STAR: Final = "\ud83c"
_ONE: Final = "\ud83d"
_ESCAPED: Final = re.compile(r"\\(.?)|([*?])", re.DOTALL)
_SYNTAX: Final = {letter: f"\\{letter}" for letter in "^$\\.*+?()[]{}|/"}
"""Only what ECMA 262 calls a syntax character is escaped, for its `u` mode refuses others."""
_PATTERN: Final = str.maketrans({**_SYNTAX, _STAR: "[\\s\\S]*", _ONE: "[\\s\\S]"})
_LITERAL: Final = str.maketrans(_SYNTAX)


def glob(text: str) -> str | Wrong:
    """The glob, if it is one."""
    if len(text) > _MAX_LENGTH:
        return Wrong(f"expected a glob of at most {_MAX_LENGTH} characters")
    if text.endswith("\\") and (len(text) - len(text.rstrip("\\"))) % 2:
        return Wrong("expected a character after `\\`", "write `\\\\` for the character itself")
    meant = _meant(text)
    if _STAR * 2 in meant:
        return Wrong("`**` is not a glob", "write one `*`")
    if meant.count(_STAR) > MAX_STARS:
        return Wrong(f"expected at most {MAX_STARS} `*`")
    return text


def matches(pattern: str, value: str) -> bool:
    """Whether the whole value fits.

    Each run between two stars is sought once, leftmost first, in time linear in the value: there is no backtracking to
    provoke.
    """
    first, *others = _meant(pattern).split(_STAR)
    if not others:
        return len(value) == len(first) and _fits(first, value, 0)
    last = others.pop()
    at, end = len(first), len(value) - len(last)
    if end < at or not _fits(first, value, 0) or not _fits(last, value, end):
        return False
    for run in others:
        at = _seek(run, value, at, end)
        if at < 0:
            return False
    return True


def body(text: str) -> str:
    """The same inside a pattern of JSON Schema (ECMA 262); `[\\s\\S]` for `.`, which leaves line ends out."""
    return _meant(text).translate(_PATTERN)


def literal(text: str) -> str:
    """`text` for a pattern."""
    return text.translate(_LITERAL)


def _meant(text: str) -> str:
    if "\\" in text:
        return _ESCAPED.sub(lambda found: _STAR if found[2] == "*" else _ONE if found[2] else found[1], text)
    return text.replace("*", _STAR).replace("?", _ONE)


def _fits(run: str, value: str, at: int) -> bool:
    for piece in run.split(_ONE):
        if not value.startswith(piece, at):
            return False
        at += len(piece) + 1
    return True


def _seek(run: str, value: str, at: int, end: int) -> int:
    """The place after the leftmost fit of `run` inside `value[at:end]`; -1 where there is none.

    Where it has `?` in it, all starts are followed at once, a bit each (Baeza-Yates and Gonnet, 1992, "shift-and"): one
    after the other, a text of one letter could be made to cost the length of the run for each of its characters.
    """
    if _ONE not in run:
        found = value.find(run, at, end)
        return found + len(run) if found >= 0 else -1
    fitting, anything = _bits(run)
    live, goal = 0, 1 << (len(run) - 1)
    for place, letter in enumerate(value[at:end], at + 1):
        live = (live << 1 | 1) & fitting.get(letter, anything)
        if live & goal:
            return place
    return -1


def _bits(run: str) -> tuple[dict[str, int], int]:
    """For each letter of the run, and for any other one, at which places of the run it may stand."""
    fitting: dict[str, int] = {}
    for place, letter in enumerate(run):
        fitting[letter] = fitting.get(letter, 0) | 1 << place
    anything = fitting.pop(_ONE)
    return {letter: bits | anything for letter, bits in fitting.items()}, anything
