"""Whose data a block may still meet: counted below it, apart from the rest of the task, and forgotten with the task."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import count

import pytest

from broker.audit.journal import Journal
from broker.model.decision import Reason
from broker.model.grant import Block
from broker.model.outcome import Refused, Served
from broker.model.scope import Budget
from broker.store.memory import Memory
from broker.store.tables import SUBJECT
from tests.unit.audit.audit_made import LIMITS, TOKEN, call, journal, masked, permit, task

LEAD = Block(link="lead", jti="j1", actor="lead", budget=Budget(subjects=2), tools={})
TIGHT = Block(link="tight", jti="j2", actor="tight", budget=Budget(), tools={"pay.refund": Budget(subjects=1)})
FREE = Block(link="free", jti="j3", actor="free", budget=Budget(), tools={"other.tool": Budget(subjects=1)})
TOO_MANY = Refused(reason=Reason.BUDGET_SPENT, about="subjects")
NUMBERS = count()


@pytest.fixture
def store() -> Memory:
    return Memory()


@pytest.fixture
async def log(store: Memory) -> AsyncIterator[Journal]:
    one = journal(store)
    await one.opened(task(), bytes(32), TOKEN, LIMITS)
    yield one
    store.close()


async def shown(log: Journal, *people: str, blocks: tuple[Block, ...] = (), most: int | None = None) -> object:
    """What came of a call whose result was about these people."""
    one = call(subjects=most)
    under = replace(one, grant=replace(one.grant, blocks=blocks))
    intended = await log.intend(permit(under, digest=f"{next(NUMBERS):064x}"))
    assert not isinstance(intended, Refused)
    found = await log.close(intended, masked(subjects=frozenset(people), vault=()))
    return "served" if isinstance(found, Served) else found


@pytest.mark.requirement("subjects")
@pytest.mark.requirement("block-budget")
async def test_a_block_counts_what_was_met_below_it_alone(log: Journal) -> None:
    assert await shown(log, "a", "b", "c") == "served"
    assert await shown(log, "d", blocks=(LEAD, FREE)) == "served"
    assert await shown(log, "e", blocks=(LEAD,)) == "served"
    assert await shown(log, "f", blocks=(LEAD, FREE)) == TOO_MANY
    assert await shown(log, "d", "e", blocks=(LEAD, FREE)) == "served"
    assert await shown(log, "f") == "served"


@pytest.mark.requirement("subjects")
@pytest.mark.requirement("block-budget")
async def test_the_tightest_of_all_who_count_binds_and_what_was_too_much_is_forgotten_everywhere(log: Journal) -> None:
    assert await shown(log, "a", "b", blocks=(LEAD, TIGHT)) == TOO_MANY
    assert await shown(log, "a", blocks=(LEAD, TIGHT)) == "served"
    assert await shown(log, "b", blocks=(LEAD, TIGHT)) == TOO_MANY
    assert await shown(log, "b", blocks=(LEAD,)) == "served"
    assert await shown(log, "c", blocks=(FREE,), most=2) == TOO_MANY


@pytest.mark.requirement("task-end-destroys")
async def test_what_a_block_met_ends_with_the_task(log: Journal, store: Memory) -> None:
    await shown(log, "a", blocks=(LEAD,))
    assert len(met(store)) == 2
    await log.ended("t1", "tester", "done")
    assert met(store) == []


def met(store: Memory) -> list[object]:
    with store._reading() as connection:
        return list(connection.execute(SUBJECT.select()))
