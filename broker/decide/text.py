"""One spelling for one text: what a text argument may hold, by its policy (Unicode UAX 15, UTS 39, RFC 3629)."""

from __future__ import annotations

import re
import unicodedata
from typing import assert_never

from broker.model.spelling import normalized
from broker.model.tool import Policy

_HOST = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")  # RFC 3986 6.2.2.1: scheme and host have no case
_LINE = frozenset("\n\t")
_CARRIAGE = "\r\n"
# Zero-width joiners shape real scripts and emoji, so texts keep them; names and addresses never need them.
_JOINERS = frozenset("\u200c\u200d")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def canonical(text: str, policy: Policy) -> str | None:
    """`text` in its one accepted spelling; None where it has none."""
    if not _is_utf8(text):
        return None
    match policy:
        case Policy.TEXT | Policy.CODE:
            composed = normalized("NFC", text.replace(_CARRIAGE, "\n"))
            return composed if composed is not None and all(_is_prose(char) for char in composed) else None
        case Policy.IDENTIFIER | Policy.TOKEN | Policy.PATH:
            return text if _is_whole(text) else None
        case Policy.EMAIL:
            local, mark, host = text.rpartition("@")
            return f"{local}{mark}{host.lower()}" if _is_whole(text) else None  # RFC 5321 2.4: hosts have no case
        case Policy.URL:
            return _HOST.sub(lambda found: found[0].lower(), text) if _is_whole(text) else None
        case _:
            assert_never(policy)


def _is_whole(text: str) -> bool:
    """A look-alike that compatibility folding turns into something else is refused, never repaired:
    what was checked must be what is sent.
    """
    if text.isascii():
        return text.isprintable()  # the same of these, at a hundredth of the cost
    return normalized("NFKC", text) == text and all(_is_plain(char) for char in text)


def _is_utf8(text: str) -> bool:
    """No lone surrogate: it has no bytes, so every later reader would see another text."""
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def _is_prose(char: str) -> bool:
    """Printable in some script, a line break, a tab or a joiner; no controls, no direction overrides, no tags."""
    if char in _LINE or char in _JOINERS:
        return True
    return char not in _BIDI and unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _is_plain(char: str) -> bool:
    """Visible: neither control nor format character nor any white space but U+0020."""
    return char == " " or unicodedata.category(char)[0] not in {"C", "Z"}
