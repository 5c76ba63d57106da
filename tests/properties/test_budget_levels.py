"""Whatever levels a grant has, a call is held against each limit that one of them states: none missed, none twice."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.decide.budget import claims
from broker.decide.whose import named
from broker.model.call import Call, Checked
from broker.model.decision import Claim
from broker.model.grant import Block
from broker.model.scope import Budget, Ceiling, Per, RowsSubject
from broker.model.task import Parameter, SaidBy
from tests.kit import ANY, NOW, NUMBER, Shelf, scope, spec, task, tool_grant

ARGUMENTS = {"n": NUMBER, "m": NUMBER}
AMOUNTS = st.fixed_dictionaries({name: st.integers(1, 10**6) for name in ARGUMENTS})
TOOLS = {"t.t": (spec(arguments=ARGUMENTS, max_rows=7, max_bytes=99), None), "u.u": (spec("u.u"), None)}


def counts():
    return st.none() | st.integers(1, 50)


def sums(*names):
    return st.dictionaries(st.sampled_from(names), st.integers(1, 900).map(Decimal))


def budgets(*names, whole=False):
    return st.builds(
        Budget,
        calls=st.integers(1, 50) if whole else counts(),
        rows=counts(),
        bytes=counts(),
        subjects=counts(),
        sums=sums(*names),
    )


OF_TASK = budgets("t.t.n", "t.t.m", "u.u.n", whole=True)
OF_BLOCK = budgets("t.t.n", "t.t.m", "u.u.n")
OF_TOOL = budgets(*ARGUMENTS)
BLOCKS = st.lists(st.tuples(OF_BLOCK, st.dictionaries(st.sampled_from(["t.t", "u.u"]), OF_TOOL)), max_size=8)
CEILINGS = st.none() | st.builds(
    Ceiling, window=st.just(60.0), per=st.sampled_from(Per), calls=counts(), sums=sums("t.t.n", "t.t.m", "u.u.n")
)


def asked(of_task, of_tool, blocks, ceiling, amounts):
    around = replace(tool_grant(dict.fromkeys(ARGUMENTS, ANY), RowsSubject("who")), budget=of_tool)
    one = scope({"t.t": around}, budget=of_task, ceiling=ceiling)
    said = {"who": Parameter(value=5, said_by=SaidBy.PRINCIPAL)}
    grant = Shelf(one, TOOLS).grant(task(one, parameters=said), NOW)
    made = tuple(
        Block(link=f"l{place}", jti=f"j{place}", actor="a", budget=budget, tools=tools)
        for place, (budget, tools) in enumerate(blocks)
    )
    call = Call(id="c", grant=replace(grant, blocks=made), tool="t.t", arguments=amounts)
    return Checked(call=call, tool=grant.tools["t.t"], arguments=amounts, handles={}, digest="d")


def stated(key, prefix, budget):
    """What one level states of calls, rows and bytes."""
    if budget.calls is not None:
        yield Claim(key=key, item=f"{prefix}calls", amount=Decimal(1), limit=Decimal(budget.calls))
    if budget.rows is not None:
        yield Claim(key=key, item=f"{prefix}rows", amount=Decimal(7), limit=Decimal(budget.rows), upto=True)
    if budget.bytes is not None:
        yield Claim(key=key, item=f"{prefix}bytes", amount=Decimal(99), limit=Decimal(budget.bytes), upto=True)


def summed(key, sums, amounts, *, item, of, window=None):
    """`of`: the sum's own name of an argument."""
    for argument, amount in amounts.items():
        if of(argument) in sums:
            limit = sums[of(argument)]
            yield Claim(key=key, item=item(argument), amount=Decimal(amount), limit=limit, window=window)


def ref(argument):
    return f"t.t.{argument}"


def levels(of_task, of_tool, blocks, ceiling, amounts):
    """The same said level by level."""
    for key, whole, own in [
        ("task-1", of_task, of_tool),
        *((f"block:l{place}", budget, tools.get("t.t", Budget())) for place, (budget, tools) in enumerate(blocks)),
    ]:
        yield from stated(key, "", whole)
        yield from stated(key, "tool:t.t:", own)
        yield from summed(key, whole.sums, amounts, item=ref, of=ref)
        yield from summed(key, own.sums, amounts, item=lambda one: f"tool:{ref(one)}", of=str)
    if ceiling is not None:
        who = {Per.PRINCIPAL: "principal:local:maria", Per.ACTOR: "actor:agent-1", Per.SUBJECT: "subject:<whom>"}
        key = who[ceiling.per]
        if ceiling.calls is not None:
            limit = Decimal(ceiling.calls)
            yield Claim(key=key, item="calls:s", amount=Decimal(1), limit=limit, window=60.0)
        yield from summed(key, ceiling.sums, amounts, item=ref, of=ref, window=60.0)


@pytest.mark.requirement("block-budget")
@given(OF_TASK, OF_TOOL, BLOCKS, CEILINGS, AMOUNTS)
def test_every_level_that_states_a_limit_is_claimed_once(of_task, of_tool, blocks, ceiling, amounts):
    parts = of_task, of_tool, blocks, ceiling, amounts
    checked = asked(*parts)
    found = claims(checked, named(checked.call.grant, lambda _: "<whom>"))
    assert Counter(found) == Counter(levels(*parts))


@pytest.mark.requirement("block-budget")
@given(OF_TASK, OF_TOOL, BLOCKS, CEILINGS, AMOUNTS)
def test_one_more_block_takes_no_limit_away(of_task, of_tool, blocks, ceiling, amounts):
    def of(blocks):
        checked = asked(of_task, of_tool, blocks, ceiling, amounts)
        return Counter(claims(checked, named(checked.call.grant, str)))

    assert of(blocks[:-1]) <= of(blocks)
