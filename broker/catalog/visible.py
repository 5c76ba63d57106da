"""Text as an admin must see it: what has no ink, or moves the ink of others, is written out."""

from __future__ import annotations

import re
from typing import Final

_ESCAPES: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_FEW: Final = 8  # spaces in a row that an eye still takes in
_SPACES: Final = re.compile(f" {{{_FEW},}}")
_FILLERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks without ink: Unicode gives them categories that look harmless."""


def is_selector(char: str) -> bool:
    """A variation selector: it changes the character before it and has no ink of its own."""
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef" or "\u180b" <= char <= "\u180f"


def is_unseen(char: str) -> bool:
    """No ink of its own, or none that is known: controls, formats, unusual spaces, private use, unassigned."""
    return not char.isprintable() or char in _FILLERS or is_selector(char)


def visible(text: str) -> str:
    """On one line, each unseen character as `<U+200B>`, a long run of spaces as their number."""
    if text.isascii() and text.isprintable():
        inked = text
    else:
        inked = "".join(_ESCAPES.get(char) or (_written(char) if is_unseen(char) else char) for char in text)
    return _SPACES.sub(lambda run: f"<{len(run[0])} spaces>", inked)


def _written(char: str) -> str:
    return f"<U+{ord(char):04X}>"
