"""What the timeline says in a sentence: a word for the margin, and the sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from broker.demo.events import Built, Ended, Opened, Serving, Verified
from broker.demo.findings import (
    Approved,
    Grouped,
    Moved,
    Searched,
    Sighted,
    TurnedAway,
    Unchanged,
    Unlinked,
    Unmoved,
    Untrusted,
)

Fact = (
    Built
    | Serving
    | TurnedAway
    | Opened
    | Grouped
    | Unlinked
    | Moved
    | Unmoved
    | Sighted
    | Approved
    | Untrusted
    | Unchanged
    | Searched
    | Ended
    | Verified
)


def fact(event: Fact) -> tuple[str, str]:  # noqa: C901, PLR0912 - one arm for each kind of event
    match event:
        case Built():
            return "shop", (
                f"{event.customers} customers, {event.orders:,} orders, {event.tickets} tickets,"
                f" {event.hostile} of them written to hijack whoever reads them"
            )
        case Serving():
            return "broker", f"{event.url}, a process of its own"
        case TurnedAway():
            whose = f"ticket {event.ticket}, which is {event.assignee}'s"
            return "no task", f"{event.principal} asks for {whose}: {event.said or 'IT WAS OPENED'}"
        case Opened():
            about = f" work on {_listed(event.given)}" if event.given else " work"
            found = f". The broker looks up what that is about: {_listed(event.looked_up)}" if event.looked_up else ""
            return "task", (
                f"{event.principal} lets {event.agent}{about}, purpose {event.purpose}, scope {event.scope}{found}"
            )
        case Grouped():
            return "groups", (
                f"there are {event.groups}; {event.left_out} of fewer than {event.least} people"
                f" {'is' if event.left_out == 1 else 'are'} left out by the query itself"
            )
        case Unlinked():
            return "unlinked", f"{event.here} is {event.there} in another task of the same analyst"
        case Moved():
            return "moved", (
                f"to {event.database}. The broker logs in as {event.role}, which sees views and no table"
                " (broker sql grants shop)"
            )
        case Unmoved():
            verdict = "their order tells nothing" if event.by else "THEIR ORDER TELLS"
            return "sorted", f"by cards, {_numbers(event.would)} would have come first: {verdict}"
        case Sighted():
            return "sighted", (
                f"{event.server}, from PyPI, each file of it by its hash, in an environment of its own. It lists"
                f" {event.listed} tools; {len(event.new)} are new, so no agent knows of them"
                f" (broker pins list {event.source})"
            )
        case Approved():
            return "approved", (
                f"{', '.join(event.names)}, as they are now, and the {event.files:,} files that run;"
                f" whatever of it changes is quarantined (broker pins approve {event.source})"
            )
        case Untrusted():
            trust = "may be a stranger's: untrusted" if event.untrusted else "IS CALLED TRUSTED"
            return "record", f"what this task has read ({', '.join(event.classes)}) {trust}"
        case Unchanged():
            return "code", f"the repository is {'as it was, every branch and file' if event.same else 'NOT AS IT WAS'}"
        case Searched():
            verdict = f"{event.found} WERE FOUND" if event.found else "none was found"
            return "leaks", (
                f"{event.what} ({event.values:,}) searched for in all that the agent was sent"
                f" ({event.characters:,} characters): {verdict}"
            )
        case Ended():
            return "ended", f"task {event.task}, by the operator: its token is good for nothing now"
        case Verified():
            if event.holds:
                return "log", f"verified: {event.said['records']} records under the root {event.said['root']}"
            return "log", f"DOES NOT VERIFY: {event.said['said']}"
        case _:
            assert_never(event)


def _listed(parameters: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {value}" for name, value in parameters.items())


def _numbers(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))
