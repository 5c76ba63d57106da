"""What could be granted: the scopes that are for whoever asks, and that some word of an agent's could open."""

from dataclasses import replace

import pytest

from broker.edge.task_tools import TaskTools
from broker.edge.task_words import Wish
from broker.grants.access import needed, openable
from broker.grants.bearer import asking
from broker.model.chain import Credential
from broker.model.constraint import Anything, Like, Range
from broker.model.scope import Given, Lookup, RowsAny, RowsSubject
from broker.model.task import Principal, SaidBy
from broker.model.tool import State
from tests.bearers import bearer, given, house
from tests.kit import scope, spec, tool_grant

TEXT = Given(type="text", constraint=Anything())
LOOKED_UP = Lookup(tool="t.t", argument="a", key="k")


def shelf(rows, **more):
    one = house(scope_of=scope({"t.t": tool_grant(rows=rows)}, **more))
    one.shelf.tools["t.t"] = (spec(bind={"who": "principal"}, owned=frozenset({"x"})), one.shelf.tool("t.t"))
    return one


OPENABLE = {
    "nothing rests on what is said": (RowsAny("x"), {"k": TEXT}, True),
    "rows rest on what the agent says": (RowsSubject("k"), {"k": TEXT}, False),
    "rows rest on a lookup that proves it": (RowsSubject("v"), {"k": TEXT, "v": LOOKED_UP}, True),
}


@pytest.mark.requirement("access-named")
@pytest.mark.parametrize("case", OPENABLE)
def test_a_scope_that_no_word_of_an_agent_could_open_is_not_one_that_could_be_had(case):
    rows, parameters, is_open = OPENABLE[case]
    one = shelf(rows, parameters=parameters)
    asked = asking(bearer(one))
    assert bool(openable(asked, one.shelf)) is is_open
    assert openable(replace(asked, said_by=SaidBy.PRINCIPAL), one.shelf)  # an operator's word would do


@pytest.mark.requirement("access-named")
@pytest.mark.parametrize(
    "other",
    [{"roles": frozenset()}, {"roles": frozenset({"x"})}, {"actor": "robot"}, {"scopes": frozenset()}],
    ids=str,
)
def test_roles_agent_and_the_scopes_of_the_token_each_must_allow_it(other):
    one = house()
    assert [each.name for each in openable(asking(bearer(one)), one.shelf)] == ["s"]
    assert openable(asking(bearer(one, **other)), one.shelf) == ()


def test_a_scope_with_a_tool_that_is_not_active_opens_for_nobody():
    one = house()
    one.shelf.tools["t.t"] = (spec(state=State.DRAFT), one.shelf.tool("t.t"))
    assert openable(asking(bearer(one)), one.shelf) == ()


def test_what_must_be_said_is_shown_with_its_limits_and_what_is_looked_up_is_not():
    parameters = {
        "k": Given(type="text", constraint=Like(("A-*",))),
        "n": Given(type="integer", constraint=Range(1, 9)),
        "v": LOOKED_UP,
    }
    said = needed(scope(parameters=parameters))
    assert set(said) == {"k", "n"}
    assert said["k"]["type"] == "string"
    assert (said["n"]["type"], said["n"]["minimum"], said["n"]["maximum"]) == ("integer", 1, 9)


@pytest.mark.requirement("static-opens-only")
async def test_a_scope_that_it_cannot_prove_its_way_into_and_one_that_is_not_there_get_one_answer():
    one = shelf(RowsSubject("k"), parameters={"k": TEXT})
    token, who = await given(one, principal=Principal(issuer="local", sub="noor"))
    tools = TaskTools(pipeline=one.pipeline, opening=one.opening, announcer=None)
    wishes = [Wish(scope=name, purpose="p", parameters={"k": "x"}, with_token=False) for name in ("s", "gone")]
    there, gone = [await tools._begin(who, Credential(token), each) for each in wishes]
    assert there == gone
    assert [each["reason"] for each in one.records[-2:]] == ["unproven_value", "value_not_allowed"]
