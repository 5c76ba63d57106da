"""A claim of a token as the tree that files are read as, so that one reader understands both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from broker.catalog.tree import Map, Node, Seq, Text
from broker.model.label import Json

MAX_DEPTH: Final = 12  # as deep as a file may be


def tree(value: Json, depth: int = 0) -> Node | None:
    """None where a file could not say it either: null, and what is nested deeper than MAX_DEPTH."""
    if depth > MAX_DEPTH:
        return None
    match value:
        case dict():
            return _map(value, depth)
        case bool():
            return _text(str(value).lower())
        case int() | float():
            return _text(repr(value))
        case str():
            return Text(value, bool(value), 0, 0)
        case list():
            items = [tree(one, depth + 1) for one in value]
            whole = [one for one in items if one is not None]
            return Seq(tuple(whole), 0, 0) if len(whole) == len(items) else None
        case _:
            return None


def _map(value: Mapping[str, Json], depth: int) -> Node | None:
    entries: list[tuple[Text, Node]] = []
    for key, inner in value.items():
        node = tree(inner, depth + 1)
        if node is None:
            return None
        entries.append((_text(key), node))
    return Map(tuple(entries), 0, 0)


def _text(value: str) -> Text:
    return Text(value, True, 0, 0)  # noqa: FBT003 - by name it costs twice as much
