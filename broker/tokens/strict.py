"""One spelling for one value: base64url and JSON as tokens must write them, or nothing."""

from __future__ import annotations

import base64
import binascii
import json
from typing import NoReturn

from broker.model.label import Json


class UnreadableError(ValueError):
    """It does not have the one form that is accepted."""


def unb64(text: str) -> bytes:
    """RFC 7515 appendix C. A second spelling of the same bytes would dodge a list that names the first."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise UnreadableError("not base64url") from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        raise UnreadableError("not canonical base64url")
    return raw


def claims(raw: bytes) -> dict[str, Json]:
    """A JSON object without duplicate keys, NaN or infinities: two readers must not see two tokens."""
    try:
        found = json.loads(raw, object_pairs_hook=_once, parse_constant=_never)
    except (UnicodeDecodeError, RecursionError):
        raise UnreadableError("not JSON") from None
    if not isinstance(found, dict):
        raise UnreadableError("not an object")
    return found


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnreadableError("a key stands twice")
    return found


def _never(_constant: str) -> NoReturn:
    raise UnreadableError("not a number")
