"""Tells the stories as they happen: a timeline for people, or one JSON object a line for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TextIO

from rich.console import Console

from broker.demo import scenes
from broker.demo.events import Answered, Began, Event, Finished, Invited, Offered, Told, Turned, Verified, as_json
from broker.demo.facts import fact
from broker.demo.findings import Done, Ranked
from broker.demo.page import Page

Tell = Callable[[Event], None]


def as_lines(out: TextIO) -> Tell:
    """One JSON object a line, each as soon as it happens."""

    def tell(event: Event) -> None:
        out.write(json.dumps(as_json(event)) + "\n")
        out.flush()

    return tell


class Timeline:
    """Colour says nothing that a word does not say too."""

    def __init__(self, console: Console) -> None:
        self._page = Page(console)

    def __call__(self, event: Event) -> None:  # noqa: C901 - one arm for each kind of event
        page = self._page
        match event:
            case Began():
                page.headline("Agents, tasks, real tools, and a broker in between")
                page.fact("folder", event.folder)
            case Told():
                page.headline(f"{event.play.upper()}: {event.title}")
            case Offered():
                scenes.offer(page, event)
            case Turned():
                scenes.chapter(page, event)
            case Answered():
                scenes.answer(page, event)
            case Ranked():
                scenes.rank(page, event)
            case Done():
                self._done(event)
            case Invited():
                self._invite(event)
            case Finished():
                self._finish(event)
            case Verified():
                page.space()
                page.fact(*fact(event))
            case _:  # `fact` ends in assert_never: the type checker finds what neither of them draws
                page.fact(*fact(event))

    def _done(self, event: Done) -> None:
        self._page.headline("What really happened")
        for order, amount, staff in event.refunds:
            self._page.fact("paid", f"{amount:.2f} for order {order}, on behalf of {staff}")
        for recipient in event.recipients:
            self._page.fact("mailed", f"{recipient}, put in by the broker; the agent only ever saw {event.handle}")

    def _invite(self, event: Invited) -> None:
        self._page.headline("The broker stays up: connect any MCP client")
        self._page.fact("url", event.url)
        self._page.fact("ticket", f"{event.ticket}; the token is a key to this one task, for a quarter of an hour")
        self._page.whole(event.snippet)
        self._page.fact("stop", "Ctrl-C")

    def _finish(self, event: Finished) -> None:
        for name, place in event.places.items():
            self._page.fact(name, place)
        self._page.space()
        for sentence in event.wrong:
            self._page.row((self._page.text(sentence, "bold red"), None))
        for sentence in event.left_out:
            self._page.row((self._page.text(sentence, "yellow"), None))
        if not event.wrong:
            said = "Every step of what was told ended as it says, and the log verifies."
            self._page.row((self._page.text(said, "bold green"), None))
