"""The analyst's own SQL: any question, answered from tables in which nobody can be recognised."""

from __future__ import annotations

from dataclasses import replace

from broker.demo.acts import Acts, ask
from broker.demo.agent import connected
from broker.demo.events import Turned
from broker.demo.findings import Unmoved
from broker.demo.jobs import QUESTIONS
from broker.demo.questions_steps import ADDRESSES, AGAIN, BY_CARD, CAST, CURIOUS, REVENUE
from broker.model.decision import Reason

_REVENUE = (
    "SELECT customer.country, ROUND(SUM(orders.total)) FROM customer JOIN orders ON orders.customer_id = customer.id"
    " GROUP BY customer.country"
)
_AGAIN = "SELECT COUNT(*) FROM orders GROUP BY customer_id HAVING COUNT(*) > 10"
_ROUNDED = 1  # one database sums cents exactly, the other in floats
_FIRST = "SELECT id FROM orders ORDER BY id LIMIT 3"
_BY_CARD = "SELECT id FROM orders ORDER BY card, id LIMIT 3"


async def play(acts: Acts, url: str) -> list[str]:
    """What the agent was sent."""
    (granted,) = await acts.granted(QUESTIONS)
    _, token = acts.opened(QUESTIONS, granted)
    shop = acts.stage.shop.shop
    async with connected(url, token, {}) as agent:
        acts.tell(Turned(title="It asks what nobody wrote a query for"))
        await acts.take(agent, REVENUE)
        true = dict(ask(shop, _REVENUE))
        if any(abs(true[row["country"]] - row["revenue"]) > _ROUNDED for row in agent.rows):
            acts.wrong.append("a sum of the agent's own query is not the shop's")
        await acts.take(agent, AGAIN)
        if sorted(row["orders"] for row in agent.rows) != sorted(count for (count,) in ask(shop, _AGAIN)):
            acts.wrong.append("the customers who buy again are not those of the shop")
        await acts.take(agent, BY_CARD)
        unmoved(acts, [row["id"] for row in agent.rows])
        await acts.take(agent, ADDRESSES)
        if [row["found"] for row in agent.rows] != [0]:
            acts.wrong.append("an address was found by a part of it")
        await acts.chapter(agent, CURIOUS)
        await acts.take(agent, CAST if acts.stage.environ == {} else replace(CAST, expects=Reason.SOURCE_FAILED))
        return agent.received


def unmoved(acts: Acts, ids: list[int]) -> None:
    """Whether cards decided the order in which the answer stands."""
    shop = acts.stage.shop.shop
    by_id, by_card = ([number for (number,) in ask(shop, sql)] for sql in (_FIRST, _BY_CARD))
    acts.tell(Unmoved(by=ids == by_id, would=tuple(by_card)))
    if ids != by_id or by_id == by_card:
        acts.wrong.append(f"orders {ids} came back, where cards would give {by_card}")
