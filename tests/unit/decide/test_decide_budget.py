"""What a call takes of each limit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.decide import budget
from broker.decide.budget import spendable
from broker.model.call import Call, Checked
from broker.model.decision import Claim, Deny, Reason
from broker.model.scope import Budget, Ceiling
from tests.kit import ANY, NOW, NUMBER, Shelf, scope, spec, task, tool_grant


def claims(asked, people=None):
    return budget.claims(asked, {} if people is None else people)


def checked(arguments, scope_of):
    shelf = Shelf(scope_of, {"t.t": (spec(arguments={"n": NUMBER}), None)})
    grant = shelf.grant(task(scope_of), NOW)
    call = Call(id="c", grant=grant, tool="t.t", arguments=arguments)
    return Checked(call=call, tool=grant.tools["t.t"], arguments=arguments, handles={}, digest="d")


def whole(**budget):
    return scope({"t.t": tool_grant({"n": ANY})}, budget=Budget(calls=5, **budget))


def test_every_call_counts_one():
    assert claims(checked({"n": 1}, whole())) == (
        Claim(key="task-1", item="calls", amount=Decimal(1), limit=Decimal(5)),
    )


def test_rows_and_bytes_take_what_is_left():
    found = {one.item: one for one in claims(checked({"n": 1}, whole(rows=7, bytes=9)))}
    assert (found["rows"].amount, found["rows"].limit, found["rows"].upto) == (100, 7, True)
    assert (found["bytes"].limit, found["bytes"].upto) == (9, True)


@pytest.mark.requirement("amounts")
def test_a_sum_is_exact():
    found = claims(checked({"n": 0.1}, whole(sums={"t.t.n": Decimal("0.3")})))
    assert found[-1] == Claim(key="task-1", item="t.t.n", amount=Decimal("0.1"), limit=Decimal("0.3"))


@pytest.mark.requirement("ceiling")
def test_a_tools_own_budget_and_the_principals_ceiling_are_claimed_too():
    one = scope(
        {"t.t": tool_grant({"n": ANY}, calls=2, sums={"n": Decimal(9)})},
        ceiling=Ceiling(window=60.0, calls=3, sums={"t.t.n": Decimal(8)}),
    )
    found = {(claim.key, claim.item, claim.window): claim.limit for claim in claims(checked({"n": 4}, one))}
    assert found == {
        ("task-1", "calls", None): 1000,
        ("task-1", "tool:t.t:calls", None): 2,
        ("task-1", "tool:t.t.n", None): 9,
        ("principal:local:maria", "calls:s", 60.0): 3,
        ("principal:local:maria", "t.t.n", 60.0): 8,
    }


SUMS = {"n": Decimal(9)}


@pytest.mark.requirement("amounts")
@pytest.mark.parametrize(
    ("tool", "task_wide", "ceiling", "item"),
    [
        (SUMS, {}, {}, "tool:t.t.n"),
        ({}, {"t.t.n": Decimal(9)}, {}, "t.t.n"),
        ({}, {}, {"t.t.n": Decimal(9)}, "t.t.n"),
    ],
    ids=["of the tool", "of the task", "of the principal"],
)
def test_each_limit_sums_by_itself(tool, task_wide, ceiling, item):
    limit = Ceiling(window=60.0, calls=None, sums=ceiling) if ceiling else None
    one = scope({"t.t": tool_grant({"n": ANY}, sums=tool)}, budget=Budget(calls=5, sums=task_wide), ceiling=limit)
    assert [(claim.amount, claim.limit) for claim in claims(checked({"n": 4}, one)) if claim.item == item] == [(4, 9)]
    assert isinstance(claims(checked({"n": -4}, one)), Deny)


@pytest.mark.requirement("probe")
def test_guesses_at_a_masked_column_are_counted_for_the_whole_task():
    one = scope({"t.t": tool_grant({"a": ANY})})
    shelf = Shelf(one, {"t.t": (spec(guesses=3), None)})
    grant = shelf.grant(task(one), NOW)
    call = Call(id="c", grant=grant, tool="t.t", arguments={"a": "x"})
    asked = Checked(call=call, tool=grant.tools["t.t"], arguments={"a": "x"}, handles={}, digest="d")
    assert claims(asked)[-1] == Claim(key="task-1", item="tool:t.t:guesses", amount=Decimal(1), limit=Decimal(3))


@pytest.mark.requirement("amounts")
@pytest.mark.parametrize("value", [-1, -0.01, 0, 0.0, float("nan"), float("inf"), -float("inf"), True, "5", None, [1]])
def test_an_amount_that_could_give_a_budget_back_is_refused(value):
    found = claims(checked({"n": value}, whole(sums={"t.t.n": Decimal(10)})))
    assert isinstance(found, Deny)
    assert (found.reason, found.about) == (Reason.VALUE_NOT_ALLOWED, "n")


@pytest.mark.requirement("amounts")
def test_an_absent_amount_is_no_amount():
    assert isinstance(claims(checked({}, whole(sums={"t.t.n": Decimal(10)}))), Deny)


@given(st.integers(1, 10**6), st.integers(0, 2))
def test_what_is_written_with_decimals_is_summed_as_written(cents, places):
    written = Decimal(cents).scaleb(-places)
    assert spendable(float(written)) == written
