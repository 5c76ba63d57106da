"""Who is told of a change, when, and that nobody who takes nothing keeps the others waiting."""

from contextlib import asynccontextmanager

import anyio
import pytest

from broker.adapters.broken import LEAVES, Broken
from broker.edge import announcer
from broker.edge.announcer import Announcer, Listener, digests
from broker.edge.look import Nothing, look
from broker.model.chain import Credential
from broker.model.grant import Shown
from broker.model.tool import Face
from tests.hosted import granted
from tests.kit import spec
from tests.talk import true_soon


async def the_house():
    return await granted((spec("t.t", leaves=LEAVES), Broken(leaves=LEAVES)))


class Ear:
    """A listener, what it was told, and how often that it is over."""

    def __init__(self, token, *, deaf=False):
        self.told, self.ends, self._deaf = [], 0, deaf
        self.listener = Listener(credential=Credential(token), tell=self._tell, over=self._over)

    async def _tell(self, faces):
        if self._deaf:
            await anyio.sleep_forever()
        self.told += faces

    def _over(self):
        self.ends += 1


@asynccontextmanager
async def announcing(monkeypatch, house, *ears):
    monkeypatch.setattr(announcer, "_PAUSE", 0.001)
    one = Announcer(pipeline=house.pipeline)
    for ear in ears:
        await one.joined(ear.listener)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(one.run)
        yield one
        tasks.cancel_scope.cancel()


def turn(house, why):
    house.shelf.tools["t.t"][1].changes = why


async def test_each_change_of_what_it_sees_is_told_once(monkeypatch):
    house = await the_house()
    ear = Ear(house.token)
    async with announcing(monkeypatch, house, ear) as one:
        for turns, why in enumerate(("other", None, "other"), start=1):
            turn(house, why)
            for _ in range(3):
                one.changed()
                await true_soon(lambda turns=turns: len(ear.told) == turns)
    assert ear.told == [Face.TOOL] * 3


async def test_who_takes_nothing_keeps_nobody_waiting(monkeypatch):
    monkeypatch.setattr(announcer, "_BEARS", 0.05)
    house = await the_house()
    deaf, ear = Ear(house.token, deaf=True), Ear(house.token)
    async with announcing(monkeypatch, house, deaf, ear) as one:
        for turns, why in enumerate(("other", None), start=1):
            turn(house, why)
            one.changed()
            await true_soon(lambda turns=turns: len(ear.told) == turns)


@pytest.mark.parametrize("read", [1, 2])
async def test_a_change_while_it_joins_is_known_to_it(monkeypatch, read):
    house = await the_house()
    ear, real, reads = Ear(house.token), house.store.facts, []

    async def changing(task, *rests_on):
        reads.append(task)
        if len(reads) == read:
            turn(house, "other")
        return await real(task, *rests_on)

    monkeypatch.setattr(house.store, "facts", changing)
    await Announcer(pipeline=house.pipeline).joined(ear.listener)
    assert (len(reads), ear.listener.told) == (2, digests([]))


async def test_who_left_is_told_nothing(monkeypatch):
    house = await the_house()
    ear, other = Ear(house.token), Ear(house.token)
    async with announcing(monkeypatch, house, ear, other) as one:
        one.left(ear.listener)
        turn(house, "other")
        one.changed()
        await true_soon(lambda: other.told)
        assert (ear.told, one.count()) == ([], 1)


async def test_a_token_that_is_over_is_told_so_and_a_fresh_one_goes_on(monkeypatch):
    house = await the_house()
    ear = Ear(house.token)
    async with announcing(monkeypatch, house, ear) as one:
        house.clock.at += 901
        one.changed()
        await true_soon(lambda: ear.ends == 1)
    assert ear.told == []


async def test_a_store_that_cannot_be_read_ends_nothing_and_tells_nothing(monkeypatch):
    house = await the_house()
    ear = Ear(house.token)
    async with announcing(monkeypatch, house, ear) as one:
        house.store.close()
        one.changed()
        await true_soon(lambda: not one._woken.is_set())
        await anyio.wait_all_tasks_blocked()
        assert await look(house.pipeline, house.credential) is Nothing.UNCLEAR
    assert (ear.told, ear.ends) == ([], 0)


async def test_who_joined_while_nothing_could_be_read_is_told_from_the_next_change_on(monkeypatch):
    house = await the_house()
    ear = Ear(house.token)
    ear.listener.told = None
    async with announcing(monkeypatch, house) as one:
        one._listeners.add(ear.listener)
        one.changed()
        await true_soon(lambda: ear.listener.told is not None)
        assert ear.told == []
        turn(house, "other")
        one.changed()
        await true_soon(lambda: ear.told == [Face.TOOL])


async def test_what_a_token_shows_is_looked_at_afresh():
    house = await the_house()
    assert [one.spec.name for one in await look(house.pipeline, house.credential)] == ["t.t"]
    assert await look(house.pipeline, Credential("forged")) is Nothing.OVER
    await house.journal.ended(house.task, by="operator", why="test")
    assert await look(house.pipeline, house.credential) is Nothing.OVER


@pytest.mark.parametrize(
    "more",
    [{"description": "other"}, {"name": "t.u"}, {"face": Face.PROMPT}, {"face": Face.RESOURCE, "uri": "a:b"}],
    ids=str,
)
def test_a_list_is_another_where_anything_of_it_that_is_shown_is(more):
    def shown(**facts):
        return Shown(spec=spec(**{"name": "t.t", **facts}), input_schema={}, output_schema=None)

    first, second = digests([shown()]), digests([shown(**more)])
    changed = {face for face in Face if first[face] != second[face]}
    assert changed == {Face.TOOL, more.get("face", Face.TOOL)}
    assert digests([shown(pin="other", owner="other")]) == first  # which no agent reads
    both = [shown(), shown(name="t.u")]
    assert digests(both) == digests(both[::-1])
