"""Plays the story act by act and keeps what did not go as it says."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from broker.demo.agent import Agent, connected
from broker.demo.events import (
    Built,
    Done,
    Ended,
    Finished,
    Invited,
    Offered,
    Opened,
    Searched,
    Serving,
    Turned,
    TurnedAway,
    Verified,
)
from broker.demo.shop import CUSTOMERS, ORDERS, STORY_TOTAL, TICKETS, Work
from broker.demo.stage import AGENT, PURPOSE, SCOPE, Stage, StageFault
from broker.demo.steps import AFTERWARDS, STORY, Blank, Step
from broker.demo.tell import Tell

_PLANTED = (
    "SELECT email FROM customer UNION SELECT phone FROM customer"
    " UNION SELECT card FROM orders UNION SELECT secret FROM api_key"
)


@dataclass(slots=True)
class Story:
    """`wrong`: a sentence for each thing that did not go as the story says."""

    stage: Stage
    tell: Tell
    wrong: list[str] = field(default_factory=list)

    def built(self) -> None:
        hostile = self.stage.shop.hostile
        self.tell(Built(customers=CUSTOMERS, orders=ORDERS, tickets=TICKETS, hostile=hostile))

    async def play(self, url: str) -> tuple[str, ...]:
        """From the first task that is refused to the log that verifies; what went wrong."""
        self.tell(Serving(url=url))
        await self._turn_away()
        task, token = await self._open(self.stage.shop.own)
        async with connected(url, token, self._briefed()) as agent:
            self.tell(Offered(tools=await agent.tools()))
            for chapter in STORY:
                self.tell(Turned(title=chapter.title))
                for step in chapter.steps:
                    await self._take(agent, step)
            self._done(agent)
            await self.stage.command("task", "end", task)
            self.tell(Ended(task=task))
            await self._take(agent, AFTERWARDS)
            self._search(agent.received)
        await self._verify()
        self._finish()
        return tuple(self.wrong)

    async def invite(self, url: str) -> None:
        """Open a task for an honest ticket and say how any MCP client can take it up."""
        _, token = await self._open(self.stage.shop.spare)
        entry = {"type": "http", "url": url, "headers": {"Authorization": f"Bearer {token}"}}
        snippet = json.dumps({"mcpServers": {"broker": entry}}, indent=2)
        self.tell(Invited(url=url, token=token, ticket=self.stage.shop.spare.ticket, snippet=snippet))

    async def _turn_away(self) -> None:
        """A colleague's ticket: the lookup finds nothing for this principal, so there is no task."""
        work = self.stage.shop.other
        try:
            await self.stage.grant(work)
        except StageFault as refused:
            said = str(refused)
        else:
            said = ""
            self.wrong.append(f"a task was opened for ticket {work.ticket}, which is {work.assignee}'s")
        self.tell(
            TurnedAway(principal=self.stage.shop.own.assignee, ticket=work.ticket, assignee=work.assignee, said=said)
        )

    async def _open(self, work: Work) -> tuple[str, str]:
        granted = await self.stage.grant(work)
        self.tell(
            Opened(
                task=granted["task"],
                scope=SCOPE,
                principal=work.assignee,
                agent=AGENT,
                purpose=PURPOSE,
                ticket=work.ticket,
                customer=work.customer,
                order=work.order,
            )
        )
        return granted["task"], granted["token"]

    def _briefed(self) -> dict[Blank, Any]:
        """What the agent is told: its ticket. The rest it reads, or a stranger's text names it."""
        own, other = self.stage.shop.own, self.stage.shop.other
        return {
            Blank.TICKET: own.ticket,
            Blank.OTHER_TICKET: other.ticket,
            Blank.OTHER_CUSTOMER: other.customer,
            Blank.OTHER_ORDER: other.order,
        }

    async def _take(self, agent: Agent, step: Step) -> None:
        answered = await agent.take(step)
        self.tell(answered)
        if not answered.as_told:
            place = f"step {answered.number}, {answered.wants}"
            self.wrong.append(f"{place}: {answered.came}, where the story says {answered.expected}")

    def _done(self, agent: Agent) -> None:
        """Look into the two other databases: one refund and one mail, and to whom."""
        shop = self.stage.shop
        refunds = _ask(shop.pay, "SELECT order_id, amount, requested_by FROM refund ORDER BY id")
        recipients = _ask(shop.mail, "SELECT recipient FROM outbox ORDER BY id")
        self.tell(
            Done(
                refunds=tuple((order, float(amount), staff) for order, amount, staff in refunds),
                recipients=tuple(recipient for (recipient,) in recipients),
                handle=str(agent.known.get(Blank.EMAIL, "")),
            )
        )
        if refunds != [(shop.own.order, STORY_TOTAL, shop.own.assignee)]:
            self.wrong.append(f"the payments hold {refunds}")
        if recipients != _ask(shop.shop, "SELECT email FROM customer WHERE id = ?", shop.own.customer):
            self.wrong.append(f"the outbox holds mail to {recipients}")

    def _search(self, received: list[str]) -> None:
        text = "\n".join(received)
        values = [value for (value,) in _ask(self.stage.shop.shop, _PLANTED)]
        found = sum(value in text for value in values)
        self.tell(Searched(values=len(values), characters=len(text), found=found))
        if found:
            self.wrong.append(f"{found} values that the agent must not see were in its answers")

    async def _verify(self) -> None:
        try:
            said = await self.stage.command("audit", "verify")
        except StageFault as fault:
            self.tell(Verified(holds=False, said={"said": str(fault)}))
            self.wrong.append("the log does not verify")
        else:
            self.tell(Verified(holds=True, said=said))

    def _finish(self) -> None:
        shop, folder = self.stage.shop, self.stage.folder
        places = {
            "data": ", ".join(path.name for path in (shop.shop, shop.pay, shop.mail)) + f" in {shop.shop.parent}",
            "log": str(folder / "data" / "broker.db"),
            "keys": str(folder / "keys"),
            "rules": f"{folder / 'tools'}, {folder / 'scopes'}",
            "look": f"broker audit tail --config {self.stage.config}",
        }
        self.tell(Finished(wrong=tuple(self.wrong), places=places))


def _ask(path: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return db.execute(sql, values).fetchall()
