"""The scripted agent reads every kind of answer, and a broker that lets too much through fails the demo."""

import json
from pathlib import Path

import pytest
from mcp import Client, MCPError, types
from mcp.server.lowlevel import Server

from broker.demo.acts import Acts
from broker.demo.agent import Agent, _limits
from broker.demo.shop import Shop, Work
from broker.demo.stage import Stage
from broker.demo.steps import NO_ROWS, SERVED, Blank, Step
from broker.demo.support_steps import STORY

READ = Step(wants="read", tool="shop__ticket_read", arguments={"ticket_id": Blank.TICKET})
KNOWN = dict.fromkeys(Blank, 7)
WORK = Work(ticket=42, customer=1, order=2, assignee="local:maria")
NOWHERE = Path("nowhere")
SHOP = Shop(shop=NOWHERE, pay=NOWHERE, mail=NOWHERE, own=WORK, other=WORK, spare=WORK, hostile=11)


def answering(answer):
    """A real server in this process that answers each call so."""

    async def call(_context, _params):
        return answer()

    async def tools(_context, _params):
        return types.ListToolsResult(tools=[], ttl_ms=0, cache_scope="private")

    return Client(Server("made-up", on_call_tool=call, on_list_tools=tools), cache=None)


def rows(*found):
    return lambda: types.CallToolResult(content=[], structured_content={"rows": list(found), "truncated": False})


def error(text):
    return lambda: types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=True)


def text(said):
    return lambda: types.CallToolResult(content=[types.TextContent(type="text", text=said)])


def unknown():
    raise MCPError(types.INVALID_PARAMS, "Unknown tool: x")


@pytest.mark.parametrize(
    ("answer", "came"),
    [
        (rows({"id": 1}), SERVED),
        (rows(), NO_ROWS),
        (error(json.dumps({"refused": "budget_spent", "hint": "h", "retryable": False})), "budget_spent"),
        (text("Commit: 1"), SERVED),
        (error("Traceback"), "unreadable_error"),
        (error("[]"), "unreadable_error"),
        (unknown, "unknown_tool"),
    ],
)
async def test_each_kind_of_answer_is_told_apart_and_kept(answer, came):
    async with answering(answer) as client:
        agent = Agent(client=client, known=dict(KNOWN))
        answered = await agent.take(READ)
    assert (answered.came, answered.arguments, answered.number) == (came, {"ticket_id": 7}, 1)
    assert len(agent.received) == 1


async def test_a_call_to_what_is_not_up_yet_is_made_again_and_any_other_is_not():
    answers = {
        code: error(json.dumps({"refused": code, "hint": "h"})) for code in ("source_unavailable", "budget_busy")
    }
    turns = [answers["source_unavailable"], answers["source_unavailable"], rows({"id": 1})]

    def turn():
        return turns.pop(0)()

    async with answering(turn) as client:
        agent = Agent(client=client, known=dict(KNOWN))
        assert (await agent.take(READ)).came == SERVED
        turns[:] = [answers["budget_busy"], rows({"id": 1})]
        assert (await agent.take(READ)).came == "budget_busy"
    assert len(turns) == 1


async def test_it_learns_from_the_row_of_the_order_that_the_task_is_about():
    found = rows({"id": 1, "email": "hdl-a"}, {"id": 7, "email": "hdl-b"})
    step = Step(wants="list", tool="t", arguments={}, learns={Blank.EMAIL: "email", Blank.TOTAL: "absent"})
    async with answering(found) as client:
        agent = Agent(client=client, known=dict(KNOWN))
        await agent.take(step)
    assert (agent.known[Blank.EMAIL], agent.known[Blank.TOTAL]) == ("hdl-b", 7)


async def test_a_broker_that_permits_everything_fails_each_hostile_step_by_name():
    hostile = [step for chapter in STORY for step in chapter.steps if step.expects != SERVED]
    acts = Acts(stage=Stage(folder=NOWHERE, shop=SHOP), tell=lambda _event: None)
    async with answering(rows({"id": 1})) as client:
        agent = Agent(client=client, known=dict(KNOWN))
        for step in hostile:
            await acts.take(agent, step)
    assert len(acts.wrong) == len(hostile) == 9
    assert all(step.wants in said for step, said in zip(hostile, acts.wrong, strict=True))


async def test_a_broker_that_refuses_everything_fails_the_honest_steps_too():
    honest = [step for chapter in STORY for step in chapter.steps if step.expects == SERVED]
    acts = Acts(stage=Stage(folder=NOWHERE, shop=SHOP), tell=lambda _event: None)
    async with answering(error(json.dumps({"refused": "bad_token", "hint": ""}))) as client:
        agent = Agent(client=client, known=dict(KNOWN))
        for step in honest:
            await acts.take(agent, step)
    assert len(acts.wrong) == len(honest) == 4


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "integer", "minimum": 1, "const": 42}, "only 42"),
        ({"type": "number", "minimum": 0.01, "maximum": 100}, "0.01..100"),
        ({"type": "integer", "minimum": 1}, "1.."),
        (
            {"type": "string", "minLength": 1, "maxLength": 120, "description": "no links"},
            "no links, 1..120 characters",
        ),
        ({"enum": ["a", "b"]}, "one of a, b"),
        ({"type": "string", "minLength": 7, "maxLength": 7}, "7 characters"),
        ({}, ""),
    ],
)
def test_limits_are_said_as_a_reader_of_the_schema_would(schema, said):
    assert _limits(schema) == said


def test_a_value_in_what_an_agent_was_sent_that_is_not_to_be_there_fails_the_demo():
    acts = Acts(stage=Stage(folder=NOWHERE, shop=SHOP), tell=lambda _event: None)
    acts.search("addresses", ["ann@shop.example"], ["nothing", '{"email": "ann-at-example"}'])
    assert acts.wrong == []
    acts.search("addresses", ["ann@shop.example"], ["nothing", '{"email": "ann@shop.example"}'])
    assert acts.wrong == ["1 values that the agent must not see were in its answers"]
