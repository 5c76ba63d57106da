"""The one walk that rebuilds a JSON value leaf by leaf, and drops what nobody listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from broker.model.label import Json

MAX_DEPTH: Final = 32  # the readers of results and requests take no more: a longer path is never met

ITEMS: Final = "*"
_ROW: Final = "rows.*."
_SCALARS: Final = frozenset({str, int, float, bool, type(None)})


class Drop(Enum):
    """What a visit answers so that the leaf goes, with its key."""

    DROP = "drop"


DROP: Final = Drop.DROP


@dataclass(slots=True)
class Branch:
    """Listed paths as a tree. `path` is set where a leaf may stand; `keys` and `items` lead further down."""

    path: str | None = None
    keys: dict[str, Branch] = field(default_factory=dict)
    items: Branch | None = None


def tree(paths: Iterable[str]) -> Branch:
    """`rows.*.email` and its like as a tree; a path of more than MAX_DEPTH segments is left out."""
    root = Branch()
    for path in paths:
        segments = path.split(".")
        if len(segments) > MAX_DEPTH:
            continue
        at = root
        for segment in segments:
            at = _below(at, segment)
        at.path = path
    return root


def rebuild(value: Json, visit: Callable[[str, Json], Json | Drop], known: Branch) -> Json | Drop:
    """`value` with each listed leaf as `visit(path, leaf)` answers it.

    A leaf is a scalar. A key that is not listed goes with all that is below it, unread; so does an object or array
    where only a leaf is listed, and a scalar where none is. It goes no deeper than `known` does, whatever `value` is.
    """
    if type(value) in _SCALARS:  # not isinstance: a subclass can lie about what it is
        return DROP if known.path is None else visit(known.path, value)
    if isinstance(value, Mapping):
        return _object(value, visit, known) if known.keys else DROP
    if isinstance(value, list | tuple):
        return _array(value, visit, known.items) if known.items is not None else DROP
    return DROP


def field_of(path: str) -> str:
    """The path as a fieldref names it (FORMATS 1): arrays are transparent, and in a table it starts inside a row."""
    inside = path.removeprefix(_ROW)
    return ".".join(segment for segment in inside.split(".") if segment != ITEMS)


def _below(at: Branch, segment: str) -> Branch:
    if segment == ITEMS:
        if at.items is None:
            at.items = Branch()
        return at.items
    return at.keys.setdefault(segment, Branch())


def _object(value: Mapping[Json, Json], visit: Callable[[str, Json], Json | Drop], known: Branch) -> Json:
    # By the listed keys, not by the value's: a million keys that nobody listed cost nothing.
    kept = ((key, rebuild(value[key], visit, below)) for key, below in known.keys.items() if key in value)
    return {key: one for key, one in kept if one is not DROP}


def _array(value: Iterable[Json], visit: Callable[[str, Json], Json | Drop], known: Branch) -> Json:
    kept = (rebuild(one, visit, known) for one in value)
    return [one for one in kept if one is not DROP]
