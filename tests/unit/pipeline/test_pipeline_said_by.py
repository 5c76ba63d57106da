"""What an agent says of a task is a wish: it is kept as one, and no task opens that rests on it."""

import pytest

from broker.adapters.broken import Broken
from broker.model.constraint import Anything, Field, Items, OneOf, Param, Range
from broker.model.decision import Reason
from broker.model.outcome import NotOpened, OpenedTask, Served
from broker.model.scope import Condition, Given, Lookup, RowsAny, RowsSubject, RowsWhere, ToolGrant
from broker.model.task import Parameter, Principal, SaidBy
from broker.model.tool import Argument
from tests.kit import ANY, House, Shelf, asking, leaf, scope, spec, tool_grant

INTEGER = Argument(schema={"type": "integer"}, required=True, policy=None, handles=frozenset())
OWNED = {"rows.*.owner": leaf("person"), "truncated": leaf()}
TICKET = {"ticket": Given(type="integer", constraint=Anything())}
OWNER = {**TICKET, "owner": Lookup(tool="t.owner", argument="ticket", key="ticket")}
WHERE = RowsWhere(tables=(("ticket", (Condition(column="id", param="ticket", literal=None),)),))


def finds(*rows):
    return Broken(answers={"rows": [{"owner": row} for row in rows], "truncated": False}, leaves=OWNED)


def a_house(grant=None, *, of=None, parameters=TICKET, binds=("staff", "principal"), looks_up=None):
    one = scope({"t.t": tool_grant() if grant is None else grant}, parameters=parameters)
    why = None if "principal" in binds else "anybody may ask"
    owner = spec("t.owner", arguments={"ticket": INTEGER}, bind=dict([binds]), leaves=OWNED, open_why=why)
    serves = Broken(answers={"rows": []}, leaves=spec().leaves)
    tools = {"t.t": (spec() if of is None else of, serves), "t.owner": (owner, looks_up or finds(12))}
    return House(Shelf(one, tools))


async def said(house, by=SaidBy.AGENT, ticket="7"):
    return await house.open(parameters={"ticket": ticket}, said_by=by)


@pytest.mark.requirement("said-by")
async def test_what_an_agent_said_is_its_word_in_the_store_in_the_record_and_in_the_token():
    house = a_house()
    opened = await said(house)
    facts = await house.store.facts(house.task)
    assert facts.task == opened.task
    assert (opened.task.said_by, opened.task.parameters["ticket"].said_by) == (SaidBy.AGENT, SaidBy.AGENT)
    (record,) = [one for one in house.records if one["kind"] == "task.opened"]
    assert (record["said_by"], record["parameters"]["ticket"]["said_by"]) == ("agent", "agent")
    assert house.pipeline.unseal(house.token).root["params"] == {"ticket": {"value": 7, "said_by": "agent"}}
    assert isinstance(await house.call(), Served)


RESTS = {
    "its rows": (tool_grant(rows=RowsSubject("ticket")), spec()),
    "its rows, in a table": (tool_grant(rows=WHERE), spec()),
    "what the broker fills in": (tool_grant(), spec(bind={"t": "ticket"})),
    "who is reached": (tool_grant({"a": Field(Param("ticket"))}), spec(authority=frozenset({"a"}))),
    "who is reached, in a list": (
        tool_grant({"a": Field(OneOf(("x", Param("ticket"))))}),
        spec(authority=frozenset({"a"})),
    ),
    "who are reached": (
        tool_grant({"a": Field(Items(lo=None, hi=None, each=Param("ticket")))}),
        spec(authority=frozenset({"a"})),
    ),
}


@pytest.mark.requirement("said-by")
@pytest.mark.parametrize(("grant", "of"), RESTS.values(), ids=list(RESTS))
async def test_no_task_opens_that_rests_on_what_an_agent_said(grant, of):
    refused = await said(a_house(grant, of=of))
    assert isinstance(refused, NotOpened)
    assert refused.reason is Reason.UNPROVEN_VALUE
    assert "`$ticket` was said by an agent" in refused.detail
    assert isinstance(await said(a_house(grant, of=of), SaidBy.PRINCIPAL), OpenedTask)


FREE = {
    "an argument without authority": (tool_grant({"a": Field(Param("ticket"))}), spec()),
    "rows for a reason": (tool_grant(rows=RowsAny("because")), spec()),
    "authority bounded otherwise": (tool_grant({"a": Field(Range(lo=None, hi=9))}), spec(authority=frozenset({"a"}))),
    "an argument of any value": (ToolGrant(arguments={"a": ANY}, rows=None, budget=tool_grant().budget), spec()),
}


@pytest.mark.parametrize(("grant", "of"), FREE.values(), ids=list(FREE))
async def test_where_nothing_rests_on_it_an_agents_wish_narrows_and_does_no_harm(grant, of):
    assert isinstance(await said(a_house(grant, of=of)), OpenedTask)


@pytest.mark.requirement("said-by")
async def test_a_lookup_that_asks_whose_it_is_proves_it_whoever_named_it():
    grant = tool_grant(rows=RowsSubject("owner"))
    opened = await said(a_house(grant, parameters=OWNER))
    assert opened.task.parameters["owner"] == Parameter(value=12, said_by=SaidBy.LOOKUP)


@pytest.mark.requirement("said-by")
async def test_a_lookup_that_asks_nobody_only_repeats_what_an_agent_said():
    loose = {"parameters": OWNER, "binds": ("from", "ticket")}
    opened = await said(a_house(**loose))
    assert opened.task.parameters["owner"].said_by is SaidBy.AGENT
    refused = await said(a_house(tool_grant(rows=RowsSubject("owner")), **loose))
    assert refused.reason is Reason.UNPROVEN_VALUE
    opened = await said(a_house(tool_grant(rows=RowsSubject("owner")), **loose), SaidBy.PRINCIPAL)
    assert opened.task.parameters["owner"].said_by is SaidBy.LOOKUP


@pytest.mark.requirement("lookup-proves")
async def test_a_lookup_is_asked_for_the_principal_and_not_for_whom_an_agent_names():
    tool = finds(12)
    house = a_house(parameters=OWNER, looks_up=tool)
    await house.open(
        parameters={"ticket": "7"}, said_by=SaidBy.AGENT, principal=Principal(issuer="local", sub="mallory")
    )
    assert tool.opened[0].clear_arguments == {"ticket": 7, "staff": "local:mallory"}


@pytest.mark.requirement("lookup-proves")
@pytest.mark.parametrize(
    "rows", [(), (1, 2), (None,), (True,), ([1],), ({"a": 1},)], ids=["none", "two", "null", "true", "list", "map"]
)
async def test_a_lookup_that_gives_no_one_value_opens_nothing(rows):
    house = a_house(parameters=OWNER, looks_up=finds(*rows))
    refused = await said(house)
    assert (refused.reason, house.store.tasks()) == (Reason.ROW_OUT_OF_REACH, [])


async def test_a_task_that_is_refused_says_on_record_who_asked():
    house = a_house(tool_grant(rows=RowsSubject("ticket")))
    await said(house)
    assert (house.records[-1]["kind"], house.records[-1]["said_by"]) == ("task.refused", "agent")
    assert asking().said_by is SaidBy.PRINCIPAL
