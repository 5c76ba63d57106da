"""What each action makes of a value: pure, total for any JSON value, and the same again when repeated."""

from __future__ import annotations

import hashlib
import hmac
import math
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal

from broker.model.label import Json
from broker.model.spelling import normalized

RANK: Final[Mapping[str, int]] = MappingProxyType(
    {"drop": 0, "hide": 1, "redact": 2, "handle": 3, "pseudonym": 3, "last4": 3, "domain": 3, "show": 4}
)
"""From the most hidden to the least. Two different actions of one rank meet in redact."""

SAFE_INTEGER: Final = 2**53 - 1  # RFC 8259 section 6: beyond it readers disagree on which number it is

_SHORTEST: Final = 8  # letters and digits; of fewer, four would be more than half of the value
_LAST4: Final = re.compile(r"\*{4}[0-9A-Za-z]{4}")
_NOT_PLAIN: Final = re.compile(r"[^0-9A-Za-z]")
_ADDRESS: Final = re.compile(r"[^@\s]{0,64}@([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)", re.IGNORECASE)
_PSEUDONYM: Final = re.compile(r"([a-p]{20})([a-p]{12})")
_LETTERS: Final = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")

_DIGITS_ONLY: Final = frozenset({"phone", "card"})
_NO_SPACES: Final = frozenset({"iban"})
_CASELESS: Final = frozenset({"email", "iban", "person"})


def strictest(first: str, second: str) -> str:
    """The action that shows no more than either. An action without a rank counts as redact."""
    one, other = (action if action in RANK else "redact" for action in (first, second))
    if one == other:
        return one
    if RANK[one] == RANK[other]:
        return "redact"
    return min(one, other, key=RANK.__getitem__)


def label_after(action: str) -> Literal["full", "partial", "none"]:
    """How much of a value is still to be read after `action`."""
    match action:
        case "show":
            return "full"
        case "last4" | "domain":
            return "partial"
        case _:
            return "none"


def shape(action: str, kind: str, value: Json, key: bytes) -> Json:
    """`value` of class `kind` after `action`. Null stays null.

    Drop and handle are not functions of a value: whoever owns them acts before. They, and an action that nobody knows,
    redact here. What is not a scalar is never shown, whatever the action.
    """
    if value is None or action == "hide":
        return None
    if value == redacted(kind):
        return value
    return _SHAPES.get(action, _redact)(kind, value, key)


def redacted(kind: str) -> str:
    return f"[{kind}]"


def shown(value: Json) -> Json:
    """A scalar as every JSON reader can read it: no lone surrogate, no number that readers disagree on."""
    match value:
        case str():
            return _SURROGATE.sub("\ufffd", value)
        case bool():
            return value
        case int():
            return value if abs(value) <= SAFE_INTEGER else _integer_text(value)
        case float():
            return value if math.isfinite(value) else None
        case _:
            return None


def canonical(kind: str, value: Json) -> str:
    """One spelling for what people write differently, so that equal values get equal pseudonyms."""
    text = _spelled("NFKC", _text(value))
    if kind in _DIGITS_ONLY:
        digits = "".join(char for char in text if char.isdigit())
        return digits or text  # a phone without a digit is still its own value, not everyone's
    if kind in _NO_SPACES:
        text = "".join(text.split())
    if kind in _CASELESS:
        text = " ".join(text.split()).casefold()
    return text.strip()


def digest(value: Json, key: bytes) -> str:
    """A keyed digest (hex HMAC-SHA-256) of a scalar as it is, type and all: what the ledger keeps in its place."""
    return _mac(key, "value", _typed(value)).hex()


def stand_in_key(key: bytes) -> bytes:
    """What pseudonyms are made with, of a task's key: where a database makes them, it is handed no more than this."""
    return _mac(key, "stand-ins")


def pseudonym(kind: str, value: Json, made_with: bytes) -> Json:
    """`psn-<class>-` and 32 letters of a-p; `made_with`: see `stand_in_key`.

    The first 20 (80 bits) name the value, 12 more (48 bits) seal the name. The seal lets a pseudonym of this task pass
    through unchanged, while a stranger who writes `psn-...` into a field cannot make it look like somebody else's.
    """
    if value is None:
        return None
    if isinstance(value, list | dict):
        return redacted(kind)
    text = _text(value)
    if text == redacted(kind):
        return text
    start = f"psn-{kind}-"  # of this class: the seal is of the name alone, and must not carry it to another
    found = _PSEUDONYM.fullmatch(text.removeprefix(start)) if text.startswith(start) else None
    if found is not None and hmac.compare_digest(_seal(kind, found[1], made_with), found[2]):
        return text
    name = _lettered(_mac(made_with, "pseudonym", kind, canonical(kind, value))[:10])
    return f"{start}{name}{_seal(kind, name, made_with)}"


def _redact(kind: str, _value: Json, _key: bytes) -> Json:
    return redacted(kind)


def _show(kind: str, value: Json, _key: bytes) -> Json:
    return redacted(kind) if isinstance(value, list | dict) else shown(value)


def _last4(kind: str, value: Json, _key: bytes) -> Json:
    text = _text(value)
    if _LAST4.fullmatch(text):
        return text
    plain = _NOT_PLAIN.sub("", _spelled("NFKC", text))
    return f"****{plain[-4:]}" if len(plain) >= _SHORTEST else redacted(kind)


def _domain(kind: str, value: Json, _key: bytes) -> Json:
    found = _ADDRESS.fullmatch(_text(value).strip())
    return redacted(kind) if found is None else f"@{found[1].lower()}"


def _pseudonym(kind: str, value: Json, key: bytes) -> Json:
    return pseudonym(kind, value, stand_in_key(key))


_SHAPES: Final[Mapping[str, Callable[[str, Json, bytes], Json]]] = MappingProxyType(
    {"show": _show, "redact": _redact, "last4": _last4, "domain": _domain, "pseudonym": _pseudonym}
)


def _seal(kind: str, name: str, key: bytes) -> str:
    return _lettered(_mac(key, "seal", kind, name)[:6])


def _mac(key: bytes, *parts: str) -> bytes:
    # A length before each part: no two lists of parts spell the same bytes.
    spelled = b"".join(len(raw).to_bytes(8, "big") + raw for raw in (part.encode("utf-8") for part in parts))
    return hmac.digest(key, spelled, hashlib.sha256)


def _lettered(raw: bytes) -> str:
    """Hexadecimal in the letters a-p: a database can spell it, and nothing takes it for a number."""
    return raw.hex().translate(_LETTERS)


def _text(value: Json) -> str:
    """A scalar as text, `4111.0` as `4111`; what is no scalar has none."""
    match value:
        case str():
            return _SURROGATE.sub("\ufffd", value)
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return _integer_text(int(value))
        case int():
            return _integer_text(value)
        case float():
            return repr(value)
        case _:
            return ""


def _integer_text(value: int) -> str:
    try:
        return str(value)
    except ValueError:  # beyond the interpreter's limit on digits, which guards against quadratic time
        return hex(value)


def _spelled(form: Literal["NFC", "NFKC"], text: str) -> str:
    """A text that has no such spelling is spelled as it is: it still is somebody's value."""
    found = normalized(form, text)
    return text if found is None else found


def _typed(value: Json) -> str:
    """Text and number never meet (FORMATS 2: "5" is not 5); 5 and 5.0 are one number."""
    match value:
        case str():
            return "s" + _spelled("NFC", _text(value))
        case bool():
            return "b" + _text(value)
        case int() | float():
            return "n" + _text(value)
        case _:
            return "0"
