"""What stands in a token of another's: texts, times and names, whatever was written there."""

from __future__ import annotations

from math import nan
from typing import Final

from broker.model.chain import Claims
from broker.model.label import Json

SKEW: Final = 30  # seconds that two clocks may differ
_TEXT: Final = 255  # characters of a name (OpenID Connect Core 2, `sub`)


def texts(value: Json) -> frozenset[str]:
    """One text, or a list of them; of anything else nothing."""
    if isinstance(value, str):
        return frozenset({value})
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return frozenset(value)
    return frozenset()


def time(value: Json) -> float:
    """Unix seconds; NaN, which is neither before nor after anything, for what is no number."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else nan


def begun(claims: Claims, now: float) -> bool:
    return all(time(claims[name]) <= now + SKEW for name in ("nbf", "iat") if name in claims)


def is_name(value: Json) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _TEXT and value.isprintable()
