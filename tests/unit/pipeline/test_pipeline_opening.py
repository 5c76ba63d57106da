"""A task is opened by an operator's word; what it is about is looked up by calls on record, never said by an agent."""

from dataclasses import replace

import anyio
import pytest

from broker.adapters.broken import Broken
from broker.model.chain import Credential
from broker.model.constraint import Anything
from broker.model.decision import Reason
from broker.model.faults import ToolFault
from broker.model.outcome import NotOpened, OpenedTask, Refused, Served
from broker.model.scope import Given, Lookup
from broker.model.task import Parameter, SaidBy
from broker.model.tool import Argument
from tests.kit import House, Shelf, leaf, scope, spec

TICKET = Argument(schema={"type": "integer"}, required=True, policy=None, handles=frozenset())
LEAVES = {"rows.*.owner": leaf("person"), "truncated": leaf()}
OWNER = spec("t.owner", arguments={"ticket": TICKET}, bind={"staff": "principal"}, leaves=LEAVES)
PARAMETERS = {
    "ticket": Given(type="integer", constraint=Anything()),
    "owner": Lookup(tool="t.owner", argument="ticket", key="ticket"),
}


def a_house(looks_up, **more):
    one = scope(parameters=PARAMETERS, **more)
    serves = Broken(answers={"rows": []}, leaves=spec().leaves)
    return House(Shelf(one, {"t.t": (spec(), serves), "t.owner": (OWNER, looks_up)}))


def finds(*rows):
    return Broken(answers={"rows": [{"owner": row} for row in rows], "truncated": False}, leaves=LEAVES)


async def test_a_lookup_is_a_call_with_its_intent_and_its_outcome_before_the_task_is_open():
    tool = finds(12)
    house = a_house(tool)
    opened = await house.open(parameters={"ticket": "7"})
    assert isinstance(opened, OpenedTask)
    assert opened.task.parameters == {
        "ticket": Parameter(value=7, said_by=SaidBy.PRINCIPAL),
        "owner": Parameter(value=12, said_by=SaidBy.LOOKUP),
    }
    assert house.kinds("") == ["task.requested", "call.intent", "call.outcome", "task.opened"]
    assert tool.opened[0].clear_arguments == {"ticket": 7, "staff": "local:maria"}
    assert isinstance(await house.call(), Served)


@pytest.mark.parametrize(
    "tool",
    [
        finds(),
        finds(1, 2),
        finds(None),
        Broken(raises=ToolFault("gone")),
        Broken(raises=ToolFault("gone", is_unreachable=True)),
        Broken(answers={"rows": [{"owner": 1}]}, leaves=LEAVES, size=1 << 30),
    ],
    ids=["nothing", "two", "null", "fails", "is not there", "answers too much"],
)
async def test_without_the_one_answer_there_is_no_task(tool):
    house = a_house(tool)
    refused = await house.open(parameters={"ticket": "7"})
    assert isinstance(refused, NotOpened)
    assert refused.reason is Reason.ROW_OUT_OF_REACH
    assert house.kinds("task.") == ["task.requested", "task.refused"]
    assert house.store.tasks() == []


async def test_a_lookup_whose_outcome_is_not_on_record_opens_nothing():
    tool = finds(12)
    house = a_house(tool)

    def written_off(opened):
        with house.store.begin() as turn:
            turn.leave_unresolved(opened.intended.permit.checked.call.id)

    tool.effect = written_off
    assert isinstance(await house.open(parameters={"ticket": "7"}), NotOpened)
    assert house.store.tasks() == []


async def test_each_task_has_a_key_of_its_own():
    house = a_house(finds(12))
    for _ in range(3):
        await house.open(parameters={"ticket": "7"})
    keys = {one.key for one in house.store.tasks()}
    assert len(keys - {bytes(32)}) == 3


async def test_a_key_that_the_lookup_cannot_take_opens_nothing():
    house = a_house(finds(1))
    house.shelf.tools["t.owner"] = (spec("t.owner", leaves=LEAVES), finds(1))  # its argument is `a`, a text
    refused = await house.open(parameters={"ticket": "7"})
    assert isinstance(refused, NotOpened)
    assert house.kinds("call.") == []


async def test_what_was_looked_up_leaves_nothing_behind_in_the_task():
    house = a_house(finds("Ann Lee"))
    await house.open(parameters={"ticket": "7"})
    facts = await house.store.facts(house.task)
    assert facts.label.classes == frozenset()


async def test_a_parameter_that_the_scope_does_not_have_is_said_to_the_operator():
    refused = await a_house(finds(1)).open(parameters={"ticket": "7", "customer": "9"})
    assert isinstance(refused, NotOpened)
    assert "customer" in refused.detail


async def test_a_list_is_of_this_task_alone_and_empty_once_it_is_over():
    house = a_house(finds(12))
    await house.open(parameters={"ticket": "7"})
    assert [one.spec.name for one in await house.pipeline.visible(house.credential)] == ["t.t"]
    assert await house.pipeline.visible(Credential("no token")) == []
    await house.journal.ended(house.task, by="operator", why="test")
    assert await house.pipeline.visible(house.credential) == []


async def test_a_lookup_tool_is_not_for_the_agent():
    house = a_house(finds(12))
    await house.open(parameters={"ticket": "7"})
    assert await house.call({"ticket": 7}, tool="t.owner") == Refused(reason=Reason.UNKNOWN_TOOL)
    assert await house.call({"ticket": 7}, tool="t.ghost") == Refused(reason=Reason.UNKNOWN_TOOL)


async def test_a_token_lives_no_longer_than_its_task():
    opened = await a_house(finds(12), expires=900.0, lifetime=60.0).open(parameters={"ticket": "7"})
    assert opened.expires == opened.task.ends == opened.task.opened + 60


async def test_an_end_waits_for_the_calls_under_way():
    slow = Broken(answers={"rows": []}, leaves=spec().leaves, waits=anyio.Event())
    house = House(Shelf(scope(), {"t.t": (spec(), slow)}))
    await house.open()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(house.call)
        await slow.started.wait()
        with anyio.move_on_after(0.01) as early:
            await house.journal.settled()
        assert early.cancelled_caught
        slow.waits.set()
        with anyio.fail_after(5):
            await house.journal.settled()
        assert house.kinds("call.")[-1] == "call.outcome"
    await house.journal.settled()


async def test_a_task_whose_asker_went_away_while_its_token_was_signed_does_not_stand_open():
    """Nobody could name it, and it would count against its holder for all its lifetime."""
    house, begun = a_house(finds(12)), anyio.Event()

    async def mint(_claims, _holder):
        begun.set()
        await anyio.sleep_forever()

    house.opening = replace(house.opening, mint=mint)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: house.open(parameters={"ticket": "7"}))
        await begun.wait()
        tasks.cancel_scope.cancel()
    assert house.kinds("task.")[-2:] == ["task.opened", "task.ended"]
