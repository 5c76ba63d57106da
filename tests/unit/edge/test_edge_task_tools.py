"""The tools of tasks, for whoever holds a task: they ask of it what a call asks, and show no more than could be had."""

import json
from types import SimpleNamespace

import pytest

from broker.edge.mcp_server import Calls
from broker.edge.seen import SEEN, Seen
from broker.edge.task_tools import TaskTools
from broker.model.bearer import ARGUMENT
from broker.model.chain import Credential
from broker.model.stop import Act, Target, What
from broker.model.task import TaskState
from tests import kit
from tests.bearers import begun, given, house
from tests.oauth_kit import Scopes
from tests.talk import MODERN

AGENT = Target(what=What.AGENT, name="agent-1")


class Told:
    """Who listens for changes. `times`: how often they were looked for."""

    times = 0

    def changed(self):
        self.times += 1


async def call(one, credential, name, listening=None, **arguments):
    """What the server answers; whatever the tools of tasks leave to the pipeline is its to refuse."""
    own = TaskTools(pipeline=one.pipeline, opening=one.opening, announcer=Told() if listening is None else listening)
    scope = {SEEN: Seen(credential=credential)}
    context = SimpleNamespace(request=SimpleNamespace(scope=scope), meta=None, protocol_version=MODERN)
    calls = Calls(pipeline=one.pipeline, ids=one.ids, own=own)
    said = await calls.tool(context, SimpleNamespace(name=name, arguments=arguments))
    return json.loads(said.content[0].text)


def two_scopes():
    other = kit.scope(name="merger", why="nobody knows of it", revision="rev-m")
    return kit.House(Scopes(kit.scope(), other))


@pytest.mark.requirement("static-opens-only")
@pytest.mark.parametrize("how", ["by itself", "with its task", "by a token of its task"])
async def test_a_static_token_hears_of_no_scope_but_its_own_however_it_asks(how):
    one = two_scopes()
    token, who = await given(one)
    opened = await begun(one, who, takes_token=True)
    ways = {
        "by itself": Credential(token),
        "with its task": Credential(token, task=opened.task.id),
        "by a token of its task": Credential(opened.token),
    }
    said = await call(one, ways[how], "request_access")
    assert [each["scope"] for each in said["scopes"]] == ["s"]
    await one.open()
    said = await call(one, one.credential, "request_access")
    assert [each["scope"] for each in said["scopes"]] == ["merger", "s"]  # of a task that nothing else bounds


async def of_its_own(one):
    await one.open()
    return one.credential, {}, one.task


async def by_argument(one):
    token, who = await given(one)
    task = (await begun(one, who)).task.id
    return Credential(token), {ARGUMENT: task}, task


async def by_meta(one):
    token, who = await given(one)
    task = (await begun(one, who)).task.id
    return Credential(token, task=task), {}, task


async def suspend(one, task):
    await one.journal.suspended(task, "operator", "somebody looks")


async def freeze(one, _task):
    await one.journal.freeze(AGENT, "operator", "somebody looks")


HOLDERS = [of_its_own, by_argument, by_meta]
HOLDS = {suspend: "task_ended", freeze: "context_not_met"}


@pytest.mark.requirement("own-end")
@pytest.mark.parametrize("hold", HOLDS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("holder", HOLDERS, ids=lambda each: each.__name__)
async def test_what_an_operator_holds_back_its_own_agent_neither_ends_nor_asks_of(hold, holder):
    one = house()
    credential, named, task = await holder(one)
    await hold(one, task)
    listening = Told()
    for name, arguments in (("end_task", named), ("request_access", {})):
        if name == "request_access" and named and hold is suspend:
            continue  # without its task it asks for itself, and nothing of that is held back
        said = await call(one, credential, name, listening, **arguments)
        assert said["refused"] == HOLDS[hold]
    facts = await one.store.facts(task)
    assert (bool(facts.key), one.kinds("task.ended"), listening.times) == (True, [], 0)
    assert facts.state is (TaskState.SUSPENDED if hold is suspend else TaskState.ACTIVE)


@pytest.mark.requirement("own-end")
async def test_its_own_end_is_weighed_where_it_happens_and_not_before():
    one = house()
    await one.open()
    grant = await one.pipeline.standing(one.credential)
    await one.journal.suspended(one.task, "operator", "between the two")
    assert not await one.journal.ended(one.task, "agent agent-1", "done", holder=grant)
    await one.journal.resumed(one.task, "operator", "go on")
    await one.journal.freeze(AGENT, "operator", "between the two")
    assert not await one.journal.ended(one.task, "agent agent-1", "done", holder=grant)
    assert await one.journal.ended(one.task, "operator", "done")  # who holds it back may end it


async def test_a_task_that_is_over_is_ended_once_and_wakes_nobody_again():
    one = house()
    await one.open()
    listening = Told()
    said = [await call(one, one.credential, "end_task", listening) for _ in range(3)]
    assert said[0] == {"task": one.task, "ended": True}
    assert [each["refused"] for each in said[1:]] == ["task_ended"] * 2
    assert (await call(one, one.credential, "request_access"))["refused"] == "task_ended"
    assert (listening.times, one.kinds("task.ended")) == (1, ["task.ended"])
    assert one.kinds("call.denied") == ["call.denied"] * 3  # each with its task, as of any call


@pytest.mark.requirement("static-revoked")
async def test_a_token_of_a_task_hears_nothing_once_the_static_one_behind_it_is_revoked():
    one = house()
    _, who = await given(one)
    sealed = (await begun(one, who, takes_token=True)).token
    with one.store.begin() as turn:  # before its tasks are ended, one after the other
        turn.stop(Act.REVOKED, Target(what=What.BEARER, name="ci"))
    for name in ("request_access", "end_task"):
        assert (await call(one, Credential(sealed), name))["refused"] == "task_ended"
    assert one.kinds("task.ended") == []
