"""What a scope's parts must be to each other: zones, money, and strangers' words beside authority."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from broker.catalog.report import At, listed
from broker.catalog.shelf import Shelf
from broker.model.constraint import (
    All,
    Anything,
    Constraint,
    EmailAt,
    Fields,
    HandleOf,
    Items,
    Length,
    Like,
    NoLinks,
    OneOf,
    Param,
    PathUnder,
    Range,
    TypedOnly,
    UrlIn,
)
from broker.model.scope import Scope
from broker.model.tool import Effect


def misfits(at: At, keys: Mapping[str, At], scope: Scope, shelf: Shelf) -> None:
    """Reports what is wrong between the parts."""
    _zones(at, keys, scope, shelf)
    _money(at, keys, scope, shelf)
    _strangers(keys, scope, shelf)


def _zones(at: At, keys: Mapping[str, At], scope: Scope, shelf: Shelf) -> None:
    used = {shelf.specs[tool].zone for tool in scope.tools}
    if "zones" in keys:
        missing = used - scope.zones
        if missing:
            keys["zones"].wrong(f"expected {listed(missing)} too", "its tools lie there")
    elif len(used) > 1:
        at.wrong(
            "expected the key `zones`", f"its tools lie in {listed(used)}: write `zones: [{', '.join(sorted(used))}]`"
        )


def _money(at: At, keys: Mapping[str, At], scope: Scope, shelf: Shelf) -> None:
    money = [tool for tool in scope.tools if Effect.MONEY in shelf.specs[tool].effects]
    if money and "ceiling" not in keys:
        mend = "as in `ceiling: {per: principal, window: 1d, calls: 5}`"
        at.wrong(f"expected the key `ceiling`: {listed(money)} moves money", mend)


def _strangers(keys: Mapping[str, At], scope: Scope, shelf: Shelf) -> None:
    """Text that a stranger wrote may be read, but may not choose who is reached."""
    readers = [
        tool for tool in scope.tools if any(not leaf.writer.is_trusted for leaf in shelf.specs[tool].leaves.values())
    ]
    if not readers:
        return
    for tool, grant in scope.tools.items():
        for word in sorted(shelf.specs[tool].authority & set(grant.arguments)):
            if not is_bounded(grant.arguments[word].constraint):
                keys["tools"].follow((tool, "args", word)).wrong(
                    f"`{word}` has authority, and {listed(readers)} reads what strangers write",
                    "narrow it by a `$parameter`, a value, a list, a range with an upper end, or `handle`",
                )


def is_bounded(constraint: Constraint) -> bool:
    """Whether the file, and not what an agent has read, says what the value may be."""
    match constraint:
        case OneOf() | Param() | HandleOf():
            return True
        case Range(hi=hi):
            return hi is not None
        case Items(each=each):
            return each is not None and is_bounded(each)
        case Fields(fields=fields):
            return all(is_bounded(field.constraint) for _, field in fields)
        case All(parts=parts):
            return any(is_bounded(part) for part in parts)
        case Anything() | Like() | Length() | EmailAt() | UrlIn() | PathUnder() | NoLinks() | TypedOnly():
            return False
        case _:
            assert_never(constraint)
