"""How many tasks one holder may open: a user with an agent has so many budgets and no more."""

import anyio
import pytest

from broker.adapters.broken import Broken
from broker.model.decision import Reason
from broker.model.outcome import NotOpened, OpenedTask
from broker.model.task import Limits, Principal
from tests.kit import PLENTY, asking, house, spec

FEW = Limits(open=3, per_hour=5)


def a_house(**more):
    return house(Broken(answers={"rows": []}, leaves=spec().leaves), **{"limits": FEW, **more})


async def opened(one, count, **more):
    return [await one.open(**more) for _ in range(count)]


@pytest.mark.requirement("opening-limited")
async def test_of_one_holder_no_more_tasks_are_open_than_may_be():
    one = a_house()
    *some, last = await opened(one, 4)
    assert all(isinstance(each, OpenedTask) for each in some)
    assert (type(last), last.reason) == (NotOpened, Reason.BUDGET_SPENT)
    assert "`broker task end`" in last.detail
    assert one.kinds("task.")[-1] == "task.refused"
    assert len(one.store.tasks()) == 3


@pytest.mark.requirement("opening-limited")
async def test_one_that_ended_makes_room_and_counts_within_its_hour():
    one = a_house()
    for _ in range(5):
        assert isinstance(await one.open(), OpenedTask)
        await one.journal.ended(one.task, by="operator", why="done")
    refused = await one.open()
    assert "within an hour" in refused.detail
    one.clock.at += 3600
    assert isinstance(await one.open(), OpenedTask)


@pytest.mark.requirement("opening-limited")
async def test_a_suspended_one_is_open_and_one_whose_time_is_over_is_not():
    one = a_house(limits=Limits(open=1, per_hour=100))
    await one.open()
    await one.journal.suspended(one.task, by="operator", why="a look")
    assert isinstance(await one.open(), NotOpened)
    one.clock.at += one.shelf.the_scope.lifetime
    assert isinstance(await one.open(), OpenedTask)


@pytest.mark.parametrize(
    "other", [{"principal": Principal(issuer="local", sub="noor")}, {"actor": "agent-2"}], ids=["user", "agent"]
)
async def test_another_holder_has_its_own(other):
    one = a_house()
    await opened(one, 3)
    assert isinstance(await one.open(), NotOpened)
    assert isinstance(await one.open(**other), OpenedTask)


@pytest.mark.requirement("opening-limited")
async def test_of_many_that_open_at_once_no_more_than_may_be_do():
    one = a_house()
    found = []

    async def ask():
        found.append(await one.opening.open_task(asking()))

    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(ask)
    assert sum(isinstance(each, OpenedTask) for each in found) == 3


async def test_a_holder_who_may_open_no_more_makes_nothing_be_looked_up():
    one = a_house(limits=Limits(open=1, per_hour=9))
    await opened(one, 2)
    assert one.kinds("task.") == ["task.requested", "task.opened", "task.refused"]


def _steps(one):
    """How many instructions of the database one look at the holder's tasks takes."""
    taken = []
    with one.store.begin() as turn:
        raw = turn._connection.connection.driver_connection
        raw.set_progress_handler(lambda: taken.append(1), 1)
        turn.holding(one.asked_task, one.clock.at)
        raw.set_progress_handler(None, 0)
    return len(taken)


async def test_what_other_holders_have_makes_an_opening_no_slower():
    one = a_house(limits=PLENTY)
    asked = (await one.open()).task
    one.asked_task = asked
    few = _steps(one)
    for at in range(60):
        await one.open(actor=f"agent-x{at}")
    assert _steps(one) <= few + 5
    one.clock.at += 7200
    for _ in range(60):
        await one.open()
        await one.journal.ended(one.task, by="operator", why="done")
    one.clock.at += 7200
    assert _steps(one) <= few + 5
