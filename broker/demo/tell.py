"""Tells the story as it happens: a timeline for people, or one JSON object a line for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TextIO, assert_never

from rich.console import Console
from rich.table import Table
from rich.text import Text

from broker.demo.events import (
    Answered,
    Began,
    Built,
    Done,
    Ended,
    Event,
    Finished,
    Invited,
    Offered,
    Opened,
    Searched,
    Serving,
    Turned,
    TurnedAway,
    Verified,
    as_json,
)
from broker.demo.facts import fact
from broker.demo.plain import plain, shown
from broker.demo.steps import NO_ROWS, SERVED

Tell = Callable[[Event], None]

WIDEST = 100  # a line that is longer is hard to read
_BODY = "body"  # the column that holds a letter
_MARGIN = 8
_LIMITS = 90
_LETTER = 640  # characters of what a stranger wrote


def as_lines(out: TextIO) -> Tell:
    """One JSON object a line, each as soon as it happens."""

    def tell(event: Event) -> None:
        out.write(json.dumps(as_json(event)) + "\n")
        out.flush()

    return tell


class Timeline:
    """Columns that fit 80 and 100 characters. Colour says nothing that a word does not say too."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._width = min(console.width, WIDEST)
        self._asked, self._cell = (40, 40) if self._width == WIDEST else (34, 24)  # characters

    def __call__(self, event: Event) -> None:
        match event:
            case Began():
                self._headline("One agent, one task, one real database, and a broker in between")
                self._fact("folder", event.folder)
            case Built() | Serving() | TurnedAway() | Opened() | Searched() | Ended() | Verified():
                self._fact(*fact(event))
            case Offered():
                self._offer(event)
            case Turned():
                self._chapter(event)
            case Answered():
                self._answer(event)
            case Done():
                self._done(event)
            case Invited():
                self._invite(event)
            case Finished():
                self._finish(event)
            case _:
                assert_never(event)

    def _headline(self, title: str) -> None:
        self._console.print()
        self._console.print(Text(self._plain(title), style="bold"))

    def _fact(self, name: str, said: str) -> None:
        self._row((Text(name, style="dim"), _MARGIN), (Text(self._plain(said)), None))

    def _row(self, *cells: tuple[Text, int | None]) -> None:
        """One row of cells; the one without a width takes what is left."""
        grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
        for _, width in cells:
            grid.add_column(width=width, ratio=1 if width is None else None, overflow="fold")
        grid.add_row(*(cell for cell, _ in cells))
        self._console.print(grid, width=self._width)

    def _offer(self, event: Offered) -> None:
        self._fact("offered", f"{len(event.tools)} tools; the schemas that the agent is shown state its limits")
        for tool, arguments in event.tools.items():
            limits = "\n".join(f"{name}: {shown(said or 'any', _LIMITS)}" for name, said in arguments.items())
            cells = (Text(""), _MARGIN), (Text(self._plain(tool)), 24), (Text(self._plain(limits), style="dim"), None)
            self._row(*cells)

    def _chapter(self, event: Turned) -> None:
        self._headline(event.title)
        heads = ("", "asked", "decided", "why, or what came back")
        self._columns(*(Text(head, style="dim") for head in heads))

    def _columns(self, number: Text, asked: Text, decided: Text, why: Text) -> None:
        self._row((number, 2), (asked, self._asked), (decided, 7), (why, None))

    def _answer(self, event: Answered) -> None:
        permitted = event.came in {SERVED, NO_ROWS}
        asked = Text(self._plain(event.wants))
        arguments = "".join(f"\n  {name} {shown(value, self._cell)}" for name, value in event.arguments.items())
        asked.append(self._plain(f"\n{event.tool}{arguments}"), style="dim")
        decided = Text("permit" if permitted else "deny", style="green" if permitted else "yellow")
        self._columns(Text(f"{event.number:>2}", style="dim"), asked, decided, self._why(event))
        if _BODY in event.shown:
            letter = Text(self._plain(shown(event.shown[_BODY], _LETTER)), style="italic")
            self._row((Text(""), 2), (letter, None))

    def _why(self, event: Answered) -> Text:
        match event.came:
            case "served":
                why = Text(f"{event.rows} row{'' if event.rows == 1 else 's'}" if event.shown else "done")
                for name, value in event.shown.items():
                    why.append(
                        "" if name == _BODY else self._plain(f"\n{name} {shown(value, self._cell)}"), style="dim"
                    )
            case "no_rows":
                why = Text("no rows")
                why.append("\nthe broker's row filter leaves only this task's customer", style="dim")
            case _:
                why = Text(self._plain(event.came))
                why.append(self._plain(f"\n{event.hint}"), style="dim")
        if not event.as_told:
            why.append(self._plain(f"\nTHE STORY SAYS {event.expected}"), style="bold red")
        return why

    def _done(self, event: Done) -> None:
        self._headline("What really happened, and how it can be proven")
        for order, amount, staff in event.refunds:
            self._fact("paid", f"{amount:.2f} for order {order}, on behalf of {staff}")
        for recipient in event.recipients:
            self._fact("mailed", f"{recipient}, put in by the broker; the agent only ever saw {event.handle}")

    def _invite(self, event: Invited) -> None:
        self._headline("The broker stays up: connect any MCP client")
        self._fact("url", event.url)
        self._fact("ticket", f"{event.ticket}; the token is a key to this one task, for a quarter of an hour")
        self._console.print(Text(event.snippet), soft_wrap=True)  # to be copied: no line may be broken
        self._fact("stop", "Ctrl-C")

    def _finish(self, event: Finished) -> None:
        for name, place in event.places.items():
            self._fact(name, place)
        self._console.print()
        for sentence in event.wrong:
            self._console.print(Text(self._plain(sentence), style="bold red"), width=self._width)
        if not event.wrong:
            self._console.print(Text("Every step ended as the story says, and the log verifies.", style="bold green"))

    def _plain(self, text: str) -> str:
        """Line by line what neither this terminal nor its encoding stumbles over; our own line breaks stay."""
        lines = "\n".join(plain(line) for line in text.split("\n"))
        return lines.encode(self._console.encoding, "backslashreplace").decode(self._console.encoding)
