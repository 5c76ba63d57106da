"""A task that was asked for before a revocation or a freeze is not opened after it: the log's order decides."""

import anyio
import pytest

from broker.model.outcome import NotOpened, OpenedTask
from broker.model.stop import Target, What
from broker.store.sqlite import Sqlite
from tests.authority import a_house, answering, opened, revoke
from tests.kit import NOW, Clock, House, Shelf, asking, scope, spec
from tests.unit.pipeline.test_pipeline_opening import OWNER, PARAMETERS, finds

AGENT = Target(what=What.AGENT, name="agent-1")
ABOUT = [AGENT, Target(what=What.USER, name="local:maria"), Target(what=What.ALL)]
NOT_ABOUT = [Target(what=What.AGENT, name="agent-2"), Target(what=What.USER, name="local:mari")]


def slow():
    """A house in which a task's opening looks something up for as long as it is told to."""
    looks_up = finds(12)
    looks_up.waits = anyio.Event()
    shelf = Shelf(scope(parameters=PARAMETERS), {"t.t": (spec(), finds()), "t.owner": (OWNER, looks_up)})
    return House(shelf), looks_up


async def overtaken(house, looks_up, act):
    found = []

    async def opens():
        found.append(await house.opening.open_task(asked()))

    async with anyio.create_task_group() as group:
        group.start_soon(opens)
        await looks_up.started.wait()
        await act()
        looks_up.waits.set()
    return found[0]


def asked():
    return asking(parameters={"ticket": "7"})


@pytest.mark.requirement("revoked-before")
@pytest.mark.parametrize("target", ABOUT, ids=str)
async def test_an_opening_that_began_before_a_revocation_does_not_end_after_it(target):
    house, looks_up = slow()
    found = await overtaken(house, looks_up, lambda: revoke(house, target))
    assert isinstance(found, NotOpened)
    assert house.store.tasks() == []
    assert house.kinds("task.", "authority.") == ["task.requested", "authority.revoked", "task.refused"]
    looks_up.waits = None
    assert isinstance(await house.opening.open_task(asked()), OpenedTask)


@pytest.mark.requirement("revoked-before")
async def test_a_revocation_of_somebody_else_overtakes_nothing():
    house, looks_up = slow()

    async def others():
        for one in NOT_ABOUT:
            await revoke(house, one)

    assert isinstance(await overtaken(house, looks_up, others), OpenedTask)


@pytest.mark.requirement("frozen")
async def test_an_opening_that_is_overtaken_by_a_freeze_is_refused():
    house, looks_up = slow()
    found = await overtaken(house, looks_up, lambda: house.journal.freeze(AGENT, "operator ann", "a drill"))
    assert isinstance(found, NotOpened)
    assert house.store.tasks() == []


@pytest.mark.requirement("revoked-before")
async def test_of_an_opening_and_a_revocation_at_the_same_time_each_pair_is_one_before_the_other():
    house = a_house(answering())
    for at in range(30):
        who = f"agent-{at}"
        found = []

        async def opens(who=who, found=found):
            found.append(await opened(house, actor=who))

        async with anyio.create_task_group() as group:
            group.start_soon(opens)
            for _ in range(at % 6):
                await anyio.lowlevel.checkpoint()
            group.start_soon(revoke, house, Target(what=What.AGENT, name=who))
        records = {one["kind"]: n for n, one in enumerate(house.records) if one.get("actor", one.get("name")) == who}
        lives = bool([one for one in house.store.tasks() if one.task.actor == who and one.key])
        late = records["authority.revoked"] > records.get("task.requested", -1)
        assert lives == (not late), records


@pytest.mark.requirement("revoked-before")
async def test_another_process_whose_clock_is_wrong_revokes_all_the_same(tmp_path):
    stores = [Sqlite(tmp_path / "broker.db", bytes(32), name) for name in ("one", "other")]
    here = a_house(answering(), store=stores[0], clock=Clock(NOW))
    there = a_house(answering(), store=stores[1], clock=Clock(NOW - 3_600))
    before = await opened(here)
    await revoke(there, AGENT)
    after = await opened(here)
    living = {one.task.id for one in stores[0].tasks() if one.key}
    assert living == {after.root.task}
    assert before.root.task not in living
    for one in stores:
        one.close()
