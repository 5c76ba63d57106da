"""One spelling for one value: base64url and JSON as tokens must write them, or nothing."""

from __future__ import annotations

import base64
import binascii
import json
import math
from typing import Final, NoReturn

from broker.model.label import Json

_LARGEST: Final = 2**53 - 1  # RFC 7493 2.2: beyond it two readers may see two numbers
_DIGITS: Final = len(str(_LARGEST)) + 1
_ESCAPED_SURROGATE: Final = ("\\ud", "\\uD")


class UnreadableError(ValueError):
    """It does not have the one form that is accepted. What it says is closed: nothing of what was read stands in it."""


def unb64(text: str) -> bytes:
    """RFC 7515 appendix C. A second spelling of the same bytes would dodge a list that names the first."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise UnreadableError("not base64url") from None
    if b64(raw) != text:
        raise UnreadableError("not canonical base64url")
    return raw


def b64(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims(raw: bytes) -> dict[str, Json]:
    """A JSON object in UTF-8 that has one reading (RFC 7493): two readers must not see two tokens.

    No duplicate keys, no byte order mark, no lone surrogate, no NaN, no infinity however it is written, no whole number
    that a binary float could not hold.
    """
    try:
        text = raw.decode()
        found = _READER.decode(text)
    except UnreadableError:
        raise
    except (ValueError, RecursionError):
        raise UnreadableError("not JSON") from None
    if not isinstance(found, dict):
        raise UnreadableError("not an object")
    if any(mark in text for mark in _ESCAPED_SURROGATE) and not _is_unicode(found):
        raise UnreadableError("half a character")
    return found


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnreadableError("a key that stands twice")
    return found


def _never(_constant: str) -> NoReturn:
    raise UnreadableError("not a number")


def _whole(text: str) -> int:
    number = int(text) if len(text) <= _DIGITS else _LARGEST + 1  # reading a thousand digits is quadratic
    if abs(number) > _LARGEST:
        raise UnreadableError("a number that is too large")
    return number


def _broken(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise UnreadableError("a number that is too large")
    return number


def _is_unicode(found: Json) -> bool:
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


_READER: Final = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_never, parse_int=_whole, parse_float=_broken)
"""Made once: `json.loads` makes one a call, which is a fifth of its cost."""
