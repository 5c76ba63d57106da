"""The small words of the formats: one text in, its value or what is wrong with it out (FORMATS 1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from broker.catalog.report import Wrong
from broker.model.constraint import Range
from broker.model.scope import Hours

MAX_INT: Final = 2**53 - 1
DEEPEST: Final = 7  # of eight blocks at most
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_SLUG: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_INT: Final = re.compile(r"-?[0-9]{1,16}")
_DEC: Final = re.compile(r"-?[0-9]{1,16}(?:\.[0-9]{1,9})?")
_DURATION: Final = re.compile(r"([0-9]{1,9})(ms|s|m|h|d)")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HOURS: Final = re.compile(
    r"([0-9]{2}):([0-9]{2})\.\.([0-9]{2}):([0-9]{2}) ([A-Za-z0-9_+/-]{1,64})(?: ([a-z,-]{1,64}))?"
)
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EXPANSION: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]{0,127})(?::-([^{}]*))?\}")
_HOST_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def name(text: str) -> str | Wrong:
    if len(text) <= 40 and _NAME.fullmatch(text):  # noqa: PLR2004 - FORMATS 1
        return text
    return Wrong("expected a name of at most 40 characters", "write small letters, digits and single `_`")


def slug(text: str) -> str | Wrong:
    if len(text) <= 64 and _SLUG.fullmatch(text):  # noqa: PLR2004 - longer ones are no words
        return text
    return Wrong("expected a word of small letters, digits and single `-`", "as in `support-refund`")


def toolref(text: str) -> str | Wrong:
    source, dot, tool = text.partition(".")
    if dot and isinstance(name(source), str) and isinstance(name(tool), str) and len(source) + len(tool) <= 62:  # noqa: PLR2004 - `a__b` has at most 64
        return text
    return Wrong("expected `source.tool`", "as in `shop.order_lookup`")


def argref(text: str) -> tuple[str, str] | Wrong:
    """`source.tool.argument` in two."""
    tool, _, argument = text.rpartition(".")
    if isinstance(toolref(tool), str) and isinstance(name(argument), str):
        return tool, argument
    return Wrong("expected `source.tool.argument`", "as in `pay.refund.amount`")


def param(text: str) -> str | Wrong:
    """The parameter's name, without its `$`."""
    if text.startswith("$") and isinstance(name(text[1:]), str):
        return text[1:]
    return Wrong("expected a task parameter", "as in `$ticket`")


def integer(text: str) -> int | Wrong:
    if _INT.fullmatch(text) and -MAX_INT <= (value := int(text)) <= MAX_INT:
        return value
    return Wrong("expected a whole number below 2^53", "as in `40`")


def count(text: str) -> int | Wrong:
    """A whole number above zero."""
    value = integer(text)
    if isinstance(value, int) and value > 0:
        return value
    return Wrong("expected a whole number above zero", "as in `40`")


def length(text: str) -> int | Wrong:
    """A whole number, zero or above."""
    value = integer(text)
    return value if isinstance(value, int) and value >= 0 else Wrong("expected a whole number, zero or above")


def decimal(text: str) -> Decimal | Wrong:
    """A decimal that JSON numbers carry without loss, so that file, schema and predicate mean one number."""
    if not _DEC.fullmatch(text):
        return Wrong("expected a number with at most nine digits after the point", "as in `0.01`")
    value = Decimal(text)
    if abs(value) > MAX_INT:
        return Wrong("expected a number below 2^53")
    if value != Decimal(repr(float(value))):
        return Wrong("expected a number of at most 15 digits", "JSON numbers carry no more")
    return value


def amount(text: str) -> Decimal | Wrong:
    """A decimal above zero."""
    value = decimal(text)
    if isinstance(value, Decimal) and value <= 0:
        return Wrong("expected a number above zero")
    return value


def depth(text: str) -> int | Wrong:
    """How often authority may be handed on."""
    value = integer(text)
    if isinstance(value, int) and 0 <= value <= DEEPEST:
        return value
    return Wrong(f"expected 0 to {DEEPEST}", "how many blocks may stand below the root of a token")


def span(text: str) -> Range | Wrong:
    """`0.01..100`, `1..` or `..60`, both ends included."""
    low, dots, high = text.partition("..")
    shape = Wrong("expected a range", "as in `0.01..100`, `1..` or `..60`")
    if not dots or not (low or high):
        return shape
    lo = decimal(low) if low else None
    hi = decimal(high) if high else None
    if isinstance(lo, Wrong) or isinstance(hi, Wrong):
        return shape
    if lo is not None and hi is not None and lo > hi:
        return Wrong("expected the lower end first", f"as in `{high}..{low}`")
    return Range(lo, hi)


def is_span(text: str) -> bool:
    return isinstance(span(text), Range)


def duration(text: str) -> float | Wrong:
    """Seconds, above zero."""
    found = _DURATION.fullmatch(text)
    if found is None or int(found[1]) == 0:
        return Wrong("expected a duration", "as in `500ms`, `15m`, `8h` or `1d`")
    return int(found[1]) * _SECONDS[found[2]]


def day(text: str) -> date | Wrong:
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    return Wrong("expected a date", "as in `2027-06-30`")


def moment(text: str) -> float | Wrong:
    """Unix seconds of a time with its offset (RFC 3339)."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        value = None
    if value is None or value.tzinfo is None:
        return Wrong("expected a time with its offset", "as in `2026-11-24T10:00+01:00`")
    return value.timestamp()


def hours(text: str) -> Hours | Wrong:
    found = _HOURS.fullmatch(text)
    if found is None:
        return Wrong("expected hours in a time zone", "as in `07:00..20:00 Europe/Berlin mon-fri`")
    start, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    if int(found[2]) > 59 or int(found[4]) > 59 or start >= 1440 or end > 1440:  # noqa: PLR2004 - minutes of an hour and of a day
        return Wrong("expected hours from 00:00 to 24:00")
    if start == end:
        return Wrong("expected hours that differ", "leave `hours` out where any time will do")
    try:
        ZoneInfo(found[5])
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return Wrong(f"unknown time zone `{found[5]}`", "as in `Europe/Berlin` or `UTC`")
    days = _days(found[6])
    if isinstance(days, Wrong):
        return days
    return Hours(start=start, end=end, zone=found[5], days=days)


def _days(text: str | None) -> frozenset[int] | Wrong:
    if text is None:
        return frozenset(range(7))
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.partition("-")
        if first not in _DAYS or (dash and last not in _DAYS):
            return Wrong(f"expected days, not `{part}`", "as in `mon-fri` or `mon,wed`")
        start = _DAYS.index(first)
        end = _DAYS.index(last) if dash else start
        found.update(place % 7 for place in range(start, end + 1 if end >= start else end + 8))
    return frozenset(found)


def host(text: str) -> str | Wrong:
    """A host name in its canonical form: small ASCII letters, no dot at the end, no wildcard."""
    labels = text.split(".")
    if len(text) <= 253 and all(_HOST_LABEL.fullmatch(label) for label in labels):  # noqa: PLR2004 - RFC 1035 2.3.4
        return text
    return Wrong("expected a host name in small letters", "as in `mail.example.com`; a wildcard is none")


def boolean(text: str) -> bool | Wrong:
    return text == "true" if text in {"true", "false"} else Wrong("expected `true` or `false`")


def yes(text: str) -> bool | Wrong:
    return True if text == "true" else Wrong("expected `true`", "leave the key out otherwise")


def expand(environ: Mapping[str, str]) -> Callable[[str], str | Wrong]:
    """`${NAME}` and `${NAME:-default}` replaced, once: what a variable holds is not read again."""

    def rule(text: str) -> str | Wrong:
        missing = [m[1] for m in _EXPANSION.finditer(text) if m[1] not in environ and m[2] is None]
        if missing:
            return Wrong(f"the environment has no `{missing[0]}`", f"set it, or write `${{{missing[0]}:-default}}`")
        if "${" in _EXPANSION.sub("", text):
            return Wrong("expected `${NAME}` or `${NAME:-default}`")
        return _EXPANSION.sub(lambda m: environ.get(m[1], m[2] or ""), text)

    return rule
