"""What an eye does not see in a text although a model reads it: characters without ink, borrowed letters, blobs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from broker.catalog.visible import is_selector, is_unseen, visible


class Sign(StrEnum):
    """What a finding is about."""

    INVISIBLE = "invisible"
    BIDI = "bidi"
    TAGS = "tags"
    SELECTORS = "selectors"
    PRIVATE = "private"
    CONTROL = "control"
    LETTERS = "letters"
    MARKS = "marks"
    MARKUP = "markup"
    BLOB = "blob"
    SPACE = "space"
    ORDER = "order"
    SECRECY = "secrecy"
    FRAME = "frame"
    SECRET = "secret"  # noqa: S105 - a kind of finding
    TOOL = "tool"
    URL = "url"
    LENGTH = "length"


_BIDI: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BIDI_MARKS: Final = frozenset("\u200e\u200f\u061c")
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})
_JOINERS: Final = frozenset("\u200c\u200d")
_TAG: Final = re.compile("\U0001f3f4?[\U000e0000-\U000e007f]+")
_BLACK_FLAG: Final = "\U0001f3f4"
_MOST_FLAG: Final = 8  # `gbeng` and its end; nobody needs more
_MANY_MARKS: Final = re.compile(r"(?:[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]){4,}")
_ANSI: Final = re.compile(r"(?:\x1b|\x9b)[\[\]()#;?0-9]*[A-Za-z]?")
_LONE_CR: Final = re.compile(r"\r(?!\n)")
_EMPTY: Final = re.compile(r"(?<!\s)\s{8,}+(?=\S)")
_WIDE: Final = 32  # characters of empty space in one line
_TALL: Final = 8  # line breaks with nothing between them
_BASE64: Final = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{80,}={0,2}")
_HEX: Final = re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{72,}|(?:(?:\\x|%)[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}){12,}")
_NEVER: Final = 0xFFFE  # the last two of each plane are no characters
_SHOWN: Final = 60  # characters of hidden text that a finding repeats


def unseen(text: str) -> Iterator[tuple[Sign, str]]:
    """Each sign at most once, with how often it stands there. Linear in `text`."""
    yield from _by_patterns(text)
    if text.isascii() and text.isprintable():
        return
    yield from _tags(text)
    counts: dict[Sign, list[str]] = {}
    for place, char in enumerate(text):
        if is_unseen(char) and (sign := _sign(text, place, char)) is not None:
            counts.setdefault(sign, []).append(char)
    for sign, chars in counts.items():
        kinds = sorted(set(chars))[:4]
        yield sign, f"{_ABOUT[sign]}: {len(chars)} of {' '.join(visible(one) for one in kinds)}"


_ABOUT: Final = {
    Sign.INVISIBLE: "characters without ink",
    Sign.BIDI: "characters that turn the order of the text around",
    Sign.SELECTORS: "selectors that select nothing, each of which can hold a byte",
    Sign.PRIVATE: "characters that nobody has defined",
    Sign.CONTROL: "control characters",
}


def _by_patterns(text: str) -> Iterator[tuple[Sign, str]]:
    if found := _ANSI.search(text):
        yield Sign.CONTROL, f"an escape sequence for terminals: `{visible(found[0])}`"
    if _LONE_CR.search(text):
        yield Sign.CONTROL, "a carriage return, after which a terminal writes over the line"
    if any(_is_out_of_sight(run[0]) for run in _EMPTY.finditer(text)):
        yield Sign.SPACE, "so much empty space that what follows may be out of sight"
    if found := _MANY_MARKS.search(text):
        yield Sign.MARKS, f"{len(found[0])} marks on one letter"
    if found := _HEX.search(text):
        yield Sign.BLOB, f"{len(found[0])} characters of hexadecimal or escaped text"
    for one in _BASE64.finditer(text):
        if _is_blob(one[0]):
            yield Sign.BLOB, f"{len(one[0])} characters that look like base64"
            return


def _is_out_of_sight(run: str) -> bool:
    return run.count("\n") >= _TALL or max(map(len, run.split("\n"))) >= _WIDE


def _is_blob(run: str) -> bool:
    """Words joined by hyphens or slashes are no blob: one has capitals, small letters and digits all through."""
    halves = run[: len(run) // 2], run[len(run) // 2 :]
    return all(re.search("[a-z]", half) and re.search("[A-Z]", half) and re.search("[0-9]", half) for half in halves)


def _tags(text: str) -> Iterator[tuple[Sign, str]]:
    """Tags spell ASCII without ink. The three flags that are written with them are let by."""
    runs = [run[0] for run in _TAG.finditer(text)]
    runs = [run for run in runs if not (run[0] == _BLACK_FLAG and len(run) <= _MOST_FLAG)]
    if runs:
        hidden = "".join(chr(ord(char) & 0x7F) for run in runs for char in run if char != _BLACK_FLAG)
        short = hidden if len(hidden) <= _SHOWN else f"{hidden[:_SHOWN]}..."
        yield Sign.TAGS, f"{len(hidden)} tag characters, which spell: `{visible(short)}`"


def _sign(text: str, place: int, char: str) -> Sign | None:
    if char in _BIDI:
        return Sign.BIDI
    if char in _BIDI_MARKS:
        return None if _is_right_to_left(text, place) else Sign.BIDI
    if "\U000e0000" <= char <= "\U000e007f" or char in "\n\r\t\x1b\x9b":
        return None  # told of above
    if is_selector(char):
        return None if _selects(text, place, char) else Sign.SELECTORS
    if char in _JOINERS and _joins(text, place):
        return None
    match unicodedata.category(char):
        case "Co" | "Cs":
            return Sign.PRIVATE
        case "Cn":
            # An emoji that is newer than this Python is not defined either; what can never be a character is.
            return Sign.PRIVATE if ord(char) % 0x10000 >= _NEVER or "\ufdd0" <= char <= "\ufdef" else None
        case "Cc":
            return Sign.CONTROL
        case "Zs":
            return None  # a space of another width; runs of them are told of above
        case _:
            return Sign.INVISIBLE


def _is_right_to_left(text: str, place: int) -> bool:
    """Whether a letter near it is of a script that is written so: there the marks have a use."""
    near = text[max(0, place - 16) : place + 17]
    return any(char.isalpha() and unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in near)


def _selects(text: str, place: int, char: str) -> bool:
    """Text or emoji after what has both forms; any other selector after an ideograph or a Mongolian letter."""
    before = text[place - 1] if place else " "
    if char in "\ufe0e\ufe0f":
        return before in "#*0123456789" or (not before.isascii() and not is_unseen(before))
    return unicodedata.category(before) == "Lo"


def _joins(text: str, place: int) -> bool:
    """Between two characters of scripts that join, or of emoji: never between letters of Latin."""
    before, after = text[place - 1] if place else " ", text[place + 1 : place + 2] or " "
    return all(not char.isascii() and (not is_unseen(char) or is_selector(char)) for char in (before, after))
