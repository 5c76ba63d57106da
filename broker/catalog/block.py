"""Is a block of a token made as it must be? Written by agents: whatever is not leaves nothing of the grant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from broker.catalog.grammar import slug
from broker.model.label import Json

_ALL: Final = frozenset({"prev", "cnf", "jti", "iat", "exp", "act"})
_KNOWN: Final = _ALL | {"tools", "budget", "delegate"}
_JTI: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


def misfit(block: Mapping[str, Json]) -> str | None:
    """What is wrong with its claims but for what it says of tools and budgets; None: nothing.

    An unknown claim may be a restriction that we would miss.
    """
    if not _ALL <= block.keys() <= _KNOWN:
        return "an unknown or a missing claim"
    act, jti = block["act"], block["jti"]
    if not isinstance(act, dict) or act.keys() != {"sub"} or not _is_slug(act["sub"]):
        return "it does not say who acts"
    if not isinstance(jti, str) or not _JTI.fullmatch(jti):
        return "its `jti` is no name"
    if type(block["iat"]) is not int or type(block["exp"]) is not int:
        return "its `iat` or `exp` is no time"
    further = block.get("delegate", 0)
    return None if type(further) is int and further >= 0 else "its `delegate` is no count"


def _is_slug(value: Json) -> bool:
    return isinstance(value, str) and isinstance(slug(value), str)
