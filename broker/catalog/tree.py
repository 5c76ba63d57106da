"""A file as a small tree of texts, lists and maps, each with its place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A scalar. `plain`: written without quotes, so it may look like a number, a parameter or a range."""

    value: str
    plain: bool
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seq:
    items: tuple[Node, ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """Keys are unique: a second one was reported when the file was read."""

    entries: tuple[tuple[Text, Node], ...]
    line: int
    column: int

    def get(self, key: str) -> Node | None:
        return next((value for name, value in self.entries if name.value == key), None)


Node = Text | Seq | Map
