"""A list as an argument: `WHERE id IN (:ids)`. Each item is bound; what grows is the number of placeholders.

There are as many as the next power of two says, filled up with an item that is there already, so a statement has eight
texts at most, on either database. An empty list is one NULL, which nothing equals.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from sqlglot import exp

from broker.adapters.sql.values import NotStorableError, Stored, stored
from broker.model.label import Json
from broker.model.tool import Argument, Misfit

MOST: Final = 128  # items
_SCALARS: Final = frozenset({"integer", "number", "string", "boolean"})
_YES: Final = (exp.And, exp.Or, exp.Paren)
_CONDITIONS: Final = (exp.Where, exp.Having, exp.Join)


def lists(arguments: Mapping[str, Argument]) -> frozenset[str]:
    return frozenset(name for name, one in arguments.items() if one.schema.get("type") == "array")


def misused(statement: exp.Expr, arguments: Mapping[str, Argument]) -> list[Misfit]:
    """Lists that stand elsewhere than alone in an IN that must hold, arrays of arrays, and objects."""
    wrong: list[Misfit] = []
    for name, one in arguments.items():
        match one.schema.get("type"):
            case "array" if one.schema.get("items", {}).get("type") not in _SCALARS:
                wrong.append(Misfit(path=("args", name), expected="a list of texts, numbers or booleans"))
            case "array" if not all(_is_sole(place) for place in _places(statement, name)):
                expected = f"`:{name}`, a list, alone in an IN that must hold"
                mend = f"write `WHERE column IN (:{name})`; NOT IN takes none, for what is in no list is everything"
                wrong.append(Misfit(path=("args", name), expected=expected, mend=mend))
            case "object":
                wrong.append(Misfit(path=("args", name), expected="a text, a number, a boolean or a list of them"))
            case _:
                pass
    return wrong


def width(names: Collection[str], said: Mapping[str, Json]) -> int:
    """How many placeholders stand for each of them: as many as the longest needs. 0: there are no lists."""
    longest = max((len(_items(said.get(name))) for name in names), default=None)
    return 0 if longest is None else 1 << max(longest - 1, 0).bit_length()


def too_long(names: Collection[str], said: Mapping[str, Json]) -> str | None:
    long = sorted(name for name in names if len(_items(said.get(name))) > MOST)
    return f"at most {MOST} items in `{long[0]}`" if long else None


def spread(statement: exp.Expr, names: Collection[str], count: int) -> exp.Expr:
    """With so many placeholders in the place of each list."""
    wide = statement.copy()
    for name in names:
        for place in _places(wide, name):
            if isinstance(place.parent, exp.In):
                place.parent.set("expressions", [exp.Placeholder(this=one) for one in _names(name, count)])
    return wide


def values(name: str, value: Json, count: int) -> Mapping[str, Stored]:
    """What is bound to them. Raises NotStorableError."""
    items: list[Json] = _items(value) or [None]
    if len(items) > count:
        raise NotStorableError
    return {one: stored(items[min(at, len(items) - 1)]) for at, one in enumerate(_names(name, count))}


def _items(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _names(name: str, count: int) -> list[str]:
    return [f"{name}__{at}" for at in range(count)]  # no argument's name has two underscores in a row


def _places(statement: exp.Expr, name: str) -> list[exp.Placeholder]:
    return [one for one in statement.find_all(exp.Placeholder) if one.this == name]


def _is_sole(place: exp.Placeholder) -> bool:
    listed = place.parent
    if not isinstance(listed, exp.In) or place.arg_key != "expressions" or len(listed.expressions) != 1:
        return False
    top: exp.Expr = listed
    while isinstance(top.parent, _YES):
        top = top.parent
    holds = isinstance(top.parent, _CONDITIONS) and top.arg_key in {"this", "on"}
    return holds and not isinstance(listed.this, exp.Tuple)
