"""What one value looks like: a mail address, a phone number, a secret. Shapes to guess by, never to enforce by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from typing import Final

INSIDE: Final = "inside"
"""A mail address, an IBAN or a secret within a longer text."""
NAMES: Final = "names"
"""Some capitalised words and no digit, as the names of people are, and of much else."""
MOMENT: Final = "moment"
CODE: Final = "code"
"""One word of capitals, digits and dashes, or a UUID."""
NUMBER: Final = "number"
LONG: Final = "long"
"""A whole number as long as a phone's, and no Unix time."""

STRONG: Final = frozenset({"email", "iban", "secret", "national-id", "ip", "device"})
"""One value of such a shape is no accident. A phone number or a card's number can be one."""

_EMAIL: Final = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[\w-]{1,63}\.)+[^\W\d_]{2,24}")
_URL: Final = re.compile(r"(?:https?|ftp)://\S+|www\.\S+\.\S+", re.IGNORECASE)
_IBAN: Final = re.compile(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?")
_PHONE: Final = re.compile(r"(\+|00)?[\d(][\d ()./-]{4,22}\d(?: ?(?:x|ext\.?|/) ?\d{1,6})?")
_DATED: Final = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}")
_MOMENT: Final = re.compile(rf"(?:{_DATED.pattern})(?:[ T]\d{{1,2}}:\d{{2}}.{{0,22}})?")
_SSN: Final = re.compile(r"\d{3}-\d{2}-\d{4}")
_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?")
_LONG: Final = re.compile(r"[2-9]\d{9,12}")
_CARD: Final = re.compile(r"[3-6]\d{3}(?:[ -]?\d{4}){2}[ -]?\d{1,7}|3\d{3}[ -]?\d{6}[ -]?\d{5}")
_MAC: Final = re.compile(r"[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}")
_AGENT: Final = re.compile(r"(?:Mozilla|Opera|Dalvik|okhttp|curl)/\d")
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_CODE: Final = re.compile(r"[A-Z0-9]+(?:[-_./][A-Z0-9]+)*")
_HEX: Final = re.compile(
    r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})", re.IGNORECASE
)
_KEYED: Final = re.compile(
    r"\$(?:2[abxy]|argon2\w*|scrypt|pbkdf2\S*|[156])\$\S+|pbkdf2_\w+\$\S+|\{S?SHA\d*\}\S+|eyJ[\w-]{8,}\.[\w-]+\.?[\w-]*"
    r"|(?:sk|pk|rk|ghp|gho|glpat|xox[abprs]|AKIA|SG|whsec|key|tok)[_.-]?\w*[_-][\w-]{8,}|AKIA[A-Z0-9]{16}|-----BEGIN .*"
)
_MIXED: Final = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9+/_=-]{24,}")
_NAMES: Final = re.compile(r"[^\W\d_][\w.'\u2019-]*(?: (?:[^\W\d_]|\()[\w.'\u2019)-]*){1,4}")
_PHONE_DIGITS: Final = range(7, 16)  # ITU-T E.164: at most 15
_CARD_DIGITS: Final = range(13, 20)  # ISO/IEC 7812


def shapes(text: str) -> Iterator[str]:
    """Every shape that a value has, none of them twice; a shape with a class's name is a sign of that class."""
    for name, fits in _SHAPES:
        if fits(text):
            yield name


def _is_phone(text: str) -> bool:
    """With a sign that it is one: a plus, a leading zero, or groups."""
    if _PHONE.fullmatch(text) is None or _MOMENT.fullmatch(text) or _SSN.fullmatch(text) or _is_ip(text):
        return False
    digits = [char for char in text if char.isdecimal()]
    grouped = any(char in " ()/-" for char in text) or text.count(".") > 1
    return len(digits) in _PHONE_DIGITS and (text[0] in "+0" or grouped)


def _is_iban(text: str) -> bool:
    """ISO 13616: moved and spelled in digits, it leaves 1 when divided by 97."""
    if _IBAN.fullmatch(text) is None:
        return False
    bare = text.replace(" ", "")
    return int("".join(str(int(char, 36)) for char in bare[4:] + bare[:4])) % 97 == 1


def _is_card(text: str) -> bool:
    """ISO/IEC 7812: the Luhn sum is a multiple of ten."""
    digits = [int(char) for char in text if char.isdecimal()]
    if _CARD.fullmatch(text) is None or len(digits) not in _CARD_DIGITS:
        return False
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return not text.isdecimal()


def _is_secret(text: str) -> bool:
    return any(one.fullmatch(text) for one in (_HEX, _KEYED, _MIXED))


def _is_inside(text: str) -> bool:
    return any(word != text and (_EMAIL.fullmatch(word) or _KEYED.fullmatch(word)) for word in _words(text))


def _words(text: str) -> list[str]:
    return [word.strip("<>()[]{},;:.!?\"'") for word in text.split()]


_SHAPES: Final[tuple[tuple[str, Callable[[str], object]], ...]] = (
    ("email", _EMAIL.fullmatch),
    ("phone", _is_phone),
    ("iban", _is_iban),
    ("card", _is_card),
    ("ip", _is_ip),
    ("url", _URL.fullmatch),
    ("national-id", _SSN.fullmatch),
    ("device", lambda text: _MAC.fullmatch(text) or _AGENT.match(text)),
    ("secret", _is_secret),
    (INSIDE, _is_inside),
    (MOMENT, _MOMENT.fullmatch),
    (CODE, lambda text: _CODE.fullmatch(text) or _UUID.fullmatch(text)),
    (NUMBER, _NUMBER.fullmatch),
    (LONG, _LONG.fullmatch),
    (NAMES, _NAMES.fullmatch),
)
