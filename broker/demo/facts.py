"""What the timeline says in a sentence: a word for the margin, and the sentence."""

from __future__ import annotations

from typing import assert_never

from broker.demo.events import Built, Ended, Opened, Searched, Serving, TurnedAway, Verified

Fact = Built | Serving | TurnedAway | Opened | Searched | Ended | Verified


def fact(event: Fact) -> tuple[str, str]:
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
            return "task", (
                f"{event.principal} lets {event.agent} work on ticket {event.ticket}, purpose {event.purpose},"
                f" scope {event.scope}. The broker looks up what that is about: customer {event.customer},"
                f" order {event.order}"
            )
        case Searched():
            verdict = f"{event.found} WERE FOUND" if event.found else "none was found"
            return "leaks", (
                f"every address, phone number, card and key of the shop ({event.values:,}) searched for in all"
                f" that the agent was sent ({event.characters:,} characters): {verdict}"
            )
        case Ended():
            return "ended", f"the operator ends task {event.task}: its token, handles and keys are good for nothing now"
        case Verified():
            if event.holds:
                return "log", f"verified: {event.said['records']} records under the root {event.said['root']}"
            return "log", f"DOES NOT VERIFY: {event.said['said']}"
        case _:
            assert_never(event)
