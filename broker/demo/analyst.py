"""The analyst: sums of groups, pseudonyms that can be joined, and nobody behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from broker.demo import questions
from broker.demo.acts import Acts, Granted, ask
from broker.demo.agent import Agent, connected
from broker.demo.analyst_steps import BUYERS, COUNTRY, CURIOUS, MONTH, MORE, SALES, SKU, WRITERS
from broker.demo.events import Offered, Told, Turned
from broker.demo.findings import Grouped, Ranked, Unlinked
from broker.demo.jobs import ANALYST, Play
from broker.demo.stage import StageFault
from broker.demo.steps import SERVED, Blank

_LEAST = 5  # people in a group, as the statement's HAVING says
_GROUPS = (
    "SELECT customer.country, COUNT(DISTINCT customer.id) FROM order_line"
    " JOIN orders ON orders.id = order_line.order_id JOIN customer ON customer.id = orders.customer_id"
    " WHERE order_line.sku = ? AND SUBSTR(orders.placed, 1, 7) = ? GROUP BY customer.country"
)
_PEOPLE = (
    "SELECT name FROM customer UNION SELECT email FROM customer UNION SELECT phone FROM customer"
    " UNION SELECT card FROM orders UNION SELECT secret FROM api_key"
)

Rows = Sequence[Mapping[str, Any]]


async def play(acts: Acts, url: str) -> None:
    """From the first sum to the budget that is spent."""
    acts.tell(Told(play=Play.ANALYST, title="numbers, and nobody behind them"))
    one, other = await acts.granted(ANALYST, ANALYST)
    _, token = acts.opened(ANALYST, one)
    async with connected(url, token, {}) as agent:
        acts.tell(Offered(tools=await agent.tools()))
        acts.tell(Turned(title="It counts, and compares two rankings"))
        await acts.take(agent, SALES)
        sums = agent.rows
        grouped(acts, sums)
        await acts.take(agent, BUYERS)
        buyers = agent.rows
        await acts.take(agent, WRITERS)
        ranked(acts, buyers, agent.rows)
        await _another(acts, url, other, buyers)
        await acts.chapter(agent, CURIOUS)
        await _sweep(acts, agent, [str(row["country"]) for row in sums])
    asked = await questions.play(acts, url)
    people = [value for (value,) in ask(acts.stage.shop.shop, _PEOPLE)]
    acts.search("every name, address, phone number, card and key of the shop", people, [*agent.received, *asked])


def grouped(acts: Acts, rows: Rows) -> None:
    """What was not shown, and whether a group was that should not have been."""
    groups = dict(ask(acts.stage.shop.shop, _GROUPS, SKU, MONTH))
    small = {country for country, buyers in groups.items() if buyers < _LEAST}
    shown = {row["country"] for row in rows}
    acts.tell(Grouped(groups=len(groups), left_out=len(groups) - len(shown), least=_LEAST))
    if shown != set(groups) - small or not small:
        acts.wrong.append(f"groups of {sorted(shown)} were shown, and {sorted(small)} are too small")


def ranked(acts: Acts, buyers: Rows, writers: Rows) -> None:
    """Side by side, with whoever stands in both."""
    left = {str(row["buyer"]): int(row["orders"]) for row in buyers}
    right = {str(row["writer"]): int(row["tickets"]) for row in writers}
    both = tuple(name for name in left if name in right)
    acts.tell(Ranked(country=COUNTRY, buyers=left, writers=right, both=both))
    if not both:
        acts.wrong.append("no pseudonym stands in both rankings")


async def _another(acts: Acts, url: str, granted: Granted | StageFault, buyers: Rows) -> None:
    """The same question in a second task of the same analyst: the same customers under other names."""
    if isinstance(granted, StageFault):
        raise granted
    async with connected(url, granted["token"], {}) as agent:
        await agent.take(BUYERS)
        unlinked(acts, buyers, agent.rows)


def unlinked(acts: Acts, here: Rows, there: Rows) -> None:
    """Two answers to one question in two tasks."""
    first = [str(rows[0]["buyer"]) if rows else "" for rows in (here, there)]
    acts.tell(Unlinked(here=first[0], there=first[1]))
    same = [row["orders"] for row in here] == [row["orders"] for row in there]
    if not same or {row["buyer"] for row in here} & {row["buyer"] for row in there}:
        acts.wrong.append("another task was shown other customers, or the same pseudonyms")


async def _sweep(acts: Acts, agent: Agent, countries: Sequence[str]) -> None:
    """One country after the other until the broker has had enough; told as one step."""
    first = agent.taken + 1
    answered = None
    for country in (one for one in countries if one != COUNTRY):
        agent.known[Blank.NEXT] = country
        answered = await agent.take(MORE)
        if answered.came != SERVED:
            break
    if answered is not None:
        acts.told(replace(answered, number=first, wants=f"{MORE.wants}: refused at the {agent.taken - first + 1}th"))
