"""Columns on a terminal that fit 80 and 100 characters; no text on them can act on it."""

from __future__ import annotations

from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from broker.demo.plain import plain

WIDEST: Final = 100  # a line that is longer is hard to read
MARGIN: Final = 8
_GAP: Final = 2


class Page:
    def __init__(self, console: Console) -> None:
        self._console = console
        self.width = min(console.width, WIDEST)

    @property
    def is_wide(self) -> bool:
        return self.width == WIDEST

    def headline(self, title: str) -> None:
        self.space()
        self.row((self.text(title, "bold"), None))

    def space(self) -> None:
        self._console.print()

    def fact(self, name: str, said: str) -> None:
        """A word in the margin, and a sentence."""
        self.row((Text(name, style="dim"), MARGIN), (self.text(said), None))

    def row(self, *cells: tuple[Text, int | None]) -> None:
        """One row of cells; the one without a width takes what is left."""
        grid = Table.grid(padding=(0, _GAP, 0, 0), expand=any(width is None for _, width in cells))
        for _, width in cells:
            grid.add_column(width=width, ratio=1 if width is None else None, overflow="fold")
        grid.add_row(*(cell for cell, _ in cells))
        self._console.print(grid, width=self.width)

    def whole(self, said: str) -> None:
        """To be copied: no line of it may be broken."""
        self._console.print(self.text(said), soft_wrap=True)

    def text(self, said: str, style: str = "") -> Text:
        """Line by line what neither this terminal nor its encoding stumbles over; our own line breaks stay."""
        lines = "\n".join(plain(line) for line in said.split("\n"))
        return Text(lines.encode(self._console.encoding, "backslashreplace").decode(self._console.encoding), style)
