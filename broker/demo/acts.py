"""What every story is made of: a task opened, steps taken, a task ended, and a search for what nobody was to see."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio

from broker.demo.agent import Agent
from broker.demo.events import Answered, Ended, Opened, Turned, Verified
from broker.demo.findings import Searched
from broker.demo.jobs import Job
from broker.demo.stage import Stage, StageFault
from broker.demo.steps import Chapter, Step
from broker.demo.tell import Tell

Granted = Mapping[str, Any]
"""What `broker grant` says of a task."""


@dataclass(slots=True, kw_only=True)
class Acts:
    """`wrong`: a sentence for each thing that did not go as its story says."""

    stage: Stage
    tell: Tell
    wrong: list[str] = field(default_factory=list)

    async def granted(self, *jobs: Job) -> list[Granted | StageFault]:
        """Ask for a task for each job, all at once; in the place of a refused one, why."""
        found: dict[int, Granted | StageFault] = {}

        async def ask_for(place: int, job: Job) -> None:
            try:
                found[place] = await self.stage.grant(job)
            except StageFault as refused:
                found[place] = refused

        async with anyio.create_task_group() as group:
            for place, job in enumerate(jobs):
                group.start_soon(ask_for, place, job)
        return [found[place] for place in range(len(jobs))]

    def opened(self, job: Job, granted: Granted | StageFault) -> tuple[str, str]:
        """The task's id and its token. Raises StageFault where there is no task."""
        if isinstance(granted, StageFault):
            raise granted
        self.tell(
            Opened(
                task=granted["task"],
                scope=job.scope,
                principal=job.principal,
                agent=job.agent,
                purpose=job.purpose,
                given=job.given,
                looked_up=job.looked_up,
            )
        )
        return granted["task"], granted["token"]

    async def chapter(self, agent: Agent, chapter: Chapter) -> list[Answered]:
        self.tell(Turned(title=chapter.title))
        return [await self.take(agent, step) for step in chapter.steps]

    async def take(self, agent: Agent, step: Step) -> Answered:
        answered = await agent.take(step)
        self.told(answered)
        return answered

    def told(self, answered: Answered) -> None:
        self.tell(answered)
        if not answered.as_told:
            place = f"step {answered.number}, {answered.wants}"
            self.wrong.append(f"{place}: {answered.came}, where the story says {answered.expected}")

    async def end(self, task: str) -> None:
        await self.stage.command("task", "end", task)
        self.tell(Ended(task=task))

    def search(self, what: str, values: Sequence[str], received: Sequence[str]) -> None:
        """Look for each value in all that an agent was sent. `what`: the values, in words."""
        text = "\n".join(received)
        found = sum(value in text for value in values)
        self.tell(Searched(what=what, values=len(values), characters=len(text), found=found))
        if found:
            self.wrong.append(f"{found} values that the agent must not see were in its answers")

    async def verify(self) -> None:
        try:
            said = await self.stage.command("audit", "verify")
        except StageFault as fault:
            self.tell(Verified(holds=False, said={"said": str(fault)}))
            self.wrong.append("the log does not verify")
        else:
            self.tell(Verified(holds=True, said=said))


def ask(path: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """The rows of a database of the demo, past the broker: what is really so."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return db.execute(sql, values).fetchall()
