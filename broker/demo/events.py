"""What happens in the demo, one value each: the timeline and the JSON lines are made from these alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from broker.demo.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    folder: str  # where all of it is put


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A folder as `broker init` makes it, with a shop in it."""

    customers: int
    orders: int
    tickets: int
    hostile: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A story begins."""

    play: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    task: str
    scope: str
    principal: str
    agent: str
    purpose: str
    given: Mapping[str, int]  # by the operator
    looked_up: Mapping[str, int]  # by the broker


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What `tools/list` shows this token: name -> argument -> limits."""

    tools: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """A chapter begins."""

    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    number: int
    wants: str
    tool: str
    arguments: Mapping[str, Any]
    expected: str
    came: str
    hint: str
    rows: int
    shown: Mapping[str, Any]  # some columns of the first row, as the agent was sent them

    @property
    def as_told(self) -> bool:
        return self.came == self.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    task: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    holds: bool
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """The broker stays up: how to connect any MCP client."""

    url: str
    token: str
    ticket: int
    snippet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    wrong: tuple[str, ...]  # each a sentence; empty: all went as the stories say
    left_out: tuple[str, ...]  # each a sentence: a story that could not be told here
    places: Mapping[str, str]


Event = (
    Began
    | Built
    | Serving
    | Told
    | Opened
    | Offered
    | Turned
    | Answered
    | Ended
    | Verified
    | Invited
    | Finished
    | Finding
)


def as_json(event: Event) -> dict[str, Any]:
    """The event with its name in snake_case first."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()
    more = {"as_told": event.as_told} if isinstance(event, Answered) else {}
    more |= {"ok": not event.wrong} if isinstance(event, Finished) else {}
    return {"event": name, **asdict(event), **more}
