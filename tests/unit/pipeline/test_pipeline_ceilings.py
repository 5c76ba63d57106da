"""What counts against what: ceilings over scopes, tasks and time, and how much a tool may give below a block."""

from decimal import Decimal

import pytest

from broker.adapters.broken import Broken
from broker.model.constraint import Anything
from broker.model.decision import Reason
from broker.model.outcome import Served
from broker.model.scope import Ceiling, Given, Per, RowsSubject
from broker.store.memory import Memory
from broker.tokens.keys import new_key, public
from tests.kit import ANY, NOW, NUMBER, Clock, House, leaf, scope, spec, tool_grant
from tests.pair import Held, Shelves
from tests.pair_broker import asked

HOUR = 3600.0
NOW_ON = {"iat": int(NOW), "exp": int(NOW) + 600}


def house(*scopes):
    tool = Broken(leaves={"truncated": leaf()})
    shelf = Shelves(scopes[0], {"t.t": (spec(arguments={"n": NUMBER}), tool)}, {one.name: one for one in scopes})
    return House(shelf, store=Memory(), clock=Clock())


def of(name, *, kind="integer", per=Per.PRINCIPAL, window=HOUR, **limits):
    return scope(
        {"t.t": tool_grant({"n": ANY}, RowsSubject("who"))},
        name=name,
        parameters={"who": Given(type=kind, constraint=Anything())},
        ceiling=Ceiling(window=window, per=per, **limits),
        delegate=7,
    )


def upto(limit):
    return {"sums": {"t.t.n": Decimal(limit)}}


async def spent(one, name, n, who="5"):
    """Of a fresh task: whether it was served, or why not."""
    await one.open(scope=name, parameters={"who": who})
    found = await one.call({"n": n})
    return "served" if isinstance(found, Served) else found.reason


@pytest.mark.requirement("ceiling")
async def test_scopes_that_name_one_sum_share_it_and_each_refuses_by_its_own_limit():
    one = house(of("a", **upto(10)), of("b", **upto(5)), of("c", calls=100))
    assert await spent(one, "c", 1_000) == "served"  # it names no sum: nothing is added
    assert await spent(one, "a", 4) == "served"
    assert await spent(one, "b", 2) is Reason.BUDGET_SPENT
    assert await spent(one, "b", 1) == "served"
    assert await spent(one, "a", 6) is Reason.BUDGET_SPENT
    assert await spent(one, "a", 5) == "served"


@pytest.mark.requirement("ceiling")
async def test_each_scope_looks_back_as_far_as_it_says():
    one = house(of("a", **upto(10)), of("b", window=10 * HOUR, **upto(10)))
    assert await spent(one, "a", 10) == "served"
    one.clock.at += 2 * HOUR
    assert await spent(one, "b", 1) is Reason.BUDGET_SPENT
    assert await spent(one, "a", 10) == "served"


@pytest.mark.requirement("ceiling")
async def test_calls_are_counted_for_each_scope_by_itself():
    one = house(of("a", calls=1), of("b", calls=1))
    assert [await spent(one, name, 1) for name in ("a", "b")] == ["served", "served"]
    assert [await spent(one, name, 1) for name in ("a", "b")] == [Reason.BUDGET_SPENT] * 2


@pytest.mark.requirement("ceiling")
async def test_one_person_is_one_under_every_scope_however_it_is_spelled():
    one = house(of("a", per=Per.SUBJECT, **upto(10)), of("b", per=Per.SUBJECT, kind="text", **upto(10)))
    assert await spent(one, "a", 10, who="5") == "served"
    assert await spent(one, "b", 1, who="05") is Reason.BUDGET_SPENT
    assert await spent(one, "b", 1, who="6") == "served"


async def held(one):
    """The token of a fresh task, with its key."""
    key = new_key()
    opened = await one.open(scope="a", parameters={"who": "5"}, holder=public(key))
    return Held(token=opened.token, task=opened.task.id, jti="", key=key)


async def given(one, *tokens):
    """How many rows the tool may give, call by call."""
    for token in tokens:
        assert isinstance(await one.pipeline.handle(asked(one, token.token, {"n": 1})), Served)
    return [opened.intended.rows for opened in one.shelf.tool("t.t").opened]


@pytest.mark.requirement("block-budget")
async def test_a_tool_may_give_no_more_rows_than_the_tightest_block_has_left():
    one = house(of("a", calls=100))
    root = await held(one)
    wide = root.handed_on("wide", **NOW_ON, budget={"rows": 50})
    below = wide.handed_on("below", **NOW_ON, tools={"t.t": {"budget": {"rows": 3}}})
    assert await given(one, below, wide, root) == [3, 50, 100]


@pytest.mark.requirement("block-budget")
async def test_rows_that_were_not_given_come_back_to_every_block():
    one = house(of("a", calls=100))
    wide = (await held(one)).handed_on("wide", **NOW_ON, budget={"rows": 2})
    below = wide.handed_on("below", **NOW_ON, budget={"rows": 1})
    assert await given(one, below, below, below) == [1, 1, 1]
