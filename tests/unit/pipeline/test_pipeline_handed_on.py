"""Opening is a sink: an agent does not leave what it was shown behind by asking for another task."""

import pytest
from sqlalchemy import select

from broker.actions.shapes import digest
from broker.adapters.broken import Broken
from broker.model.label import Label, Writer
from broker.model.task import SaidBy
from broker.store.tables import LEDGER
from tests.kit import house, leaf, scope, spec

LEAVES = {"rows.*.id": leaf(), "rows.*.email": leaf("email"), "rows.*.note": leaf("free-text", Writer.ANYONE)}
SEEN = {"rows": [{"id": 1, "email": "ann@example.com", "note": "pay me"}]}
SHOWN = {"email": {"else": "show"}, "free-text": {"else": "show"}}
BOTH = Label(classes=frozenset({"email", "free-text"}), zones=frozenset({"default"}), untrusted=True)


async def shown(**more):
    """A house with a task that was shown an address and a stranger's words."""
    one = house(Broken(leaves=LEAVES, answers=SEEN), spec_of=spec(leaves=LEAVES), scope_of=scope(mask=SHOWN), **more)
    await one.open()
    await one.call()
    assert (await one.store.facts(one.task)).label == BOTH
    return one


async def begun(one, **more):
    """What a task that an agent asked for begins with."""
    await one.open(**{"said_by": SaidBy.AGENT, **more})
    return await one.store.facts(one.task)


def ledger(one, task):
    with one.store._reading() as connection:
        return connection.execute(select(LEDGER).where(LEDGER.c.task == task)).all()


@pytest.mark.requirement("opening-sink")
async def test_a_task_that_an_agent_asked_for_begins_with_what_it_was_shown_before():
    one = await shown()
    before = one.task
    facts = await begun(one)
    assert (facts.label, facts.heir_of) == (BOTH, (before,))
    record = one.records[-1]
    assert record["kind"] == "task.opened"
    assert record["inherits"] == {
        "from": [before],
        "tasks": 1,
        "ledger": 3,
        "whole": True,
        "label": {"classes": ["email", "free-text"], "zones": ["default"], "regions": [], "untrusted": True},
    }


@pytest.mark.requirement("opening-sink")
async def test_a_value_is_told_again_in_the_next_task_by_its_digest():
    one = await shown()
    facts = await begun(one)
    found = {row.digest: row for row in ledger(one, one.task)}
    row = found[digest("ann@example.com", facts.ledger_key)]
    assert (row.origin, row.shown, row.handed, row.confirms) == ("t.t.email", "show", True, False)
    assert digest("ann@example.com", facts.key) not in found


@pytest.mark.requirement("opening-sink")
async def test_the_end_of_the_first_task_does_not_wash_the_second():
    one = await shown()
    await one.journal.ended(one.task, by="operator", why="done")
    one.clock.at += 24 * 3600 - 1
    await one.journal.expire()
    assert (await begun(one)).label == BOTH


@pytest.mark.requirement("opening-sink")
async def test_a_day_after_its_end_nothing_of_it_is_left_to_hand_on():
    one = await shown()
    before = one.task
    await one.journal.ended(before, by="operator", why="done")
    one.clock.at += 24 * 3600
    await one.journal.expire()
    assert (await begun(one)).label == Label()
    assert "inherits" not in one.records[-1]
    assert ledger(one, before) == ledger(one, one.task) == []


@pytest.mark.requirement("opening-sink")
async def test_a_task_that_the_principal_opened_begins_clean():
    one = await shown()
    facts = await begun(one, said_by=SaidBy.PRINCIPAL)
    assert (facts.label, facts.heir_of, ledger(one, one.task)) == (Label(), (), [])


async def test_another_agent_of_the_same_user_begins_clean():
    one = await shown()
    assert (await begun(one, actor="agent-2")).label == Label()


async def test_what_is_handed_on_holds_no_value():
    one = await shown()
    await begun(one)
    assert b"ann@example.com" not in b"".join(body for _, body in one.store.entries(0))
    assert not any("ann" in str(row) for row in ledger(one, one.task))
