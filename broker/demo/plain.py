"""Text from outside, made safe to look at: no control, no bidi mark, nothing that a terminal obeys."""

from __future__ import annotations

import unicodedata

_ACTED_ON = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def plain(text: str) -> str:
    """Every character that could move the cursor, hide or reorder text is spelled out; a line break becomes a space."""
    return "".join(" " if c == "\n" else _spelled(c) for c in text)


def shown(value: object, width: int) -> str:
    """A value for one cell: plain, and cut to `width` characters."""
    text = plain(str(value))
    return text if len(text) <= width else f"{text[: width - 3]}..."


def _spelled(character: str) -> str:
    if unicodedata.category(character) not in _ACTED_ON:
        return character
    return character.encode("unicode_escape").decode("ascii")
