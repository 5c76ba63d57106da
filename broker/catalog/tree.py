"""A file as a small tree of texts, lists and maps, each with its place.

Named tuples, for a block of a token is hundreds of them: a frozen dataclass costs three times as much to make.
"""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """A scalar. `plain`: written without quotes, so it may look like a number, a parameter or a range."""

    value: str
    plain: bool
    line: int
    column: int


class Seq(NamedTuple):
    items: tuple[Node, ...]
    line: int
    column: int


class Map(NamedTuple):
    """Keys are unique: a second one was reported when the file was read."""

    entries: tuple[tuple[Text, Node], ...]
    line: int
    column: int

    def get(self, key: str) -> Node | None:
        return next((value for name, value in self.entries if name.value == key), None)


Node = Text | Seq | Map
