"""How commands speak: to people as calm text, to programs as JSON lines, and of trouble in one line on stderr."""

from __future__ import annotations

import json
import sys

from rich.console import Console
from rich.table import Table
from rich.text import Text

from broker.demo.plain import plain
from broker.model.label import Json

WIDEST = 100  # a line that is longer is hard to read


def out() -> Console:
    """Made anew each time: a test, or a pipe, may have put another stream in place of stdout."""
    console = Console(highlight=False)
    console.width = min(console.width, WIDEST)
    return console


def errors() -> Console:
    return Console(stderr=True, highlight=False)


def text(said: object, style: str = "") -> Text:
    """Text from files, databases or agents: no markup, and no character that a terminal would obey."""
    return Text("\n".join(plain(line) for line in str(said).split("\n")), style=style)


def line(said: object, style: str = "") -> None:
    """One line to stdout, however long: whoever pipes it must find it whole."""
    out().print(text(said, style), soft_wrap=True)


def as_json(said: Json) -> None:
    """One line of ASCII, at once: nothing in it can act on a terminal, and a follower sees it when it happens."""
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def trouble(said: object) -> None:
    """`error: ...` on stderr, as one line."""
    errors().print(Text("error: ", style="red") + text(" ".join(str(said).split())), soft_wrap=True)


def note(said: object) -> None:
    """What does not stop a command: on stderr, so that stdout stays what was asked for."""
    errors().print(Text("note: ", style="yellow") + text(" ".join(str(said).split())), soft_wrap=True)


def facts(rows: list[tuple[str, object]]) -> Table:
    """Names in a dim margin, what is so beside them."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, said in rows:
        grid.add_row(text(name), said if isinstance(said, Text) else text(said))
    return grid


def table(*columns: str) -> Table:
    """A table without a frame: a header, a rule below it, and air."""
    found = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in columns:
        # A tool's name is copied as one word; everything else may be folded.
        found.add_column(name, overflow="fold", no_wrap=name == "tool")
    return found
