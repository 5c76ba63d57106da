"""Who may open a task, and with what."""

from decimal import Decimal

import pytest

from broker.adapters.label import label
from broker.grants.issue import eligible, looked_up, said
from broker.model.constraint import Anything, OneOf, Range
from broker.model.decision import Deny, Reason
from broker.model.scope import Given, Lookup, Scope
from broker.model.task import Parameter, SaidBy
from broker.model.tool import State
from tests.kit import Shelf, asking, scope, spec

TICKET = Given(type="integer", constraint=Range(Decimal(1), Decimal(200)))
LOOKUP = Lookup(tool="t.owner", argument="a", key="ticket")


def shelf(of=None, state=State.ACTIVE):
    return Shelf(scope() if of is None else of, {"t.t": (spec(state=state), None), "t.owner": (spec("t.owner"), None)})


def test_a_scope_is_for_those_it_names():
    assert isinstance(eligible(asking(), shelf()), Scope)


@pytest.mark.parametrize(
    "ask",
    [
        {"scope": "none"},
        {"roles": frozenset()},
        {"roles": frozenset({"admin"})},
        {"actor": "other"},
        {"actor": "xagent-1"},
        {"purpose": "q"},
    ],
    ids=str,
)
def test_it_is_for_nobody_else(ask):
    found = eligible(asking(**ask), shelf())
    assert isinstance(found, Deny)
    assert found.detail


@pytest.mark.requirement("seal-required")
def test_a_scope_without_seal_gives_no_bearer_token():
    assert isinstance(eligible(asking(), shelf(scope(seal=False))), Deny)


@pytest.mark.requirement("source-state")
@pytest.mark.parametrize("state", [State.DEPRECATED, State.RETIRED, State.DRAFT])
def test_no_new_task_uses_a_source_that_is_not_active(state):
    assert isinstance(eligible(asking(), shelf(state=state)), Deny)


@pytest.mark.requirement("source-state")
@pytest.mark.parametrize("state", [State.DEPRECATED, State.RETIRED, State.DRAFT])
def test_no_new_task_looks_a_parameter_up_in_a_source_that_is_not_active(state):
    of = scope(parameters={"owner": LOOKUP})
    tools = {"t.t": (spec(), None), "t.owner": (spec("t.owner", state=state), None)}
    assert isinstance(eligible(asking(), Shelf(of, tools)), Deny)


@pytest.mark.requirement("source-state")
def test_no_new_task_opens_for_a_tool_that_was_left_out():
    assert isinstance(eligible(asking(), Shelf(scope(), {})), Deny)


@pytest.mark.parametrize(
    ("one", "written", "value"),
    [
        (TICKET, "7", 7),
        (TICKET, "200", 200),
        (TICKET, "0", None),
        (TICKET, "201", None),
        (TICKET, "7.0", None),
        (TICKET, " 7", None),
        (TICKET, "\u0667", None),
        (TICKET, "1e1", None),
        (TICKET, "9" * 400, None),
        (Given(type="integer", constraint=Anything()), "9" * 15, int("9" * 15)),
        (Given(type="integer", constraint=Anything()), "9" * 16, None),  # beyond 2^53
        (Given(type="number", constraint=Anything()), "1.5", 1.5),
        (Given(type="number", constraint=Anything()), "NaN", None),
        (Given(type="number", constraint=Anything()), "Infinity", None),
        (Given(type="number", constraint=Anything()), "1e400", None),
        (Given(type="number", constraint=Anything()), "sNaN", None),
        (Given(type="number", constraint=Anything()), "one", None),
        (Given(type="text", constraint=OneOf(("a", "b"))), "a", "a"),
        (Given(type="text", constraint=OneOf(("a", "b"))), "c", None),
        (Given(type="text", constraint=Anything()), "a\u202eb", None),
    ],
)
def test_a_parameter_has_the_type_and_the_limits_of_the_scope(one, written, value):
    found = said(scope(parameters={"x": one}), asking(parameters={"x": written}))
    if value is None:
        assert isinstance(found, Deny)
    else:
        assert found == {"x": Parameter(value=value, said_by=SaidBy.PRINCIPAL)}


@pytest.mark.requirement("said-by")
@pytest.mark.parametrize("given", [{}, {"ticket": "7", "more": "1"}, {"ticket": "7", "owner": "9"}], ids=str)
def test_parameters_are_complete_known_and_never_the_brokers_own(given):
    one = scope(parameters={"ticket": TICKET, "owner": LOOKUP})
    assert isinstance(said(one, asking(parameters=given)), Deny)


@pytest.mark.requirement("lookup-proves")
@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"rows": [{"id": 12}]}, 12),
        ({"rows": [{"id": "c-12"}]}, "c-12"),
        ({"rows": []}, None),
        ({"rows": [{"id": 1}, {"id": 2}]}, None),
        ({"rows": [{"id": 1, "name": "x"}]}, None),
        ({"rows": [{"id": None}]}, None),
        ({"rows": [{"id": True}]}, None),
        ({"rows": [{"id": [1]}]}, None),
        ({"rows": [[1]]}, None),
        ([], None),
        (None, None),
    ],
    ids=str,
)
def test_a_lookup_gives_one_value_or_no_task(value, found):
    got = looked_up(LOOKUP, label(value, {}, 1, 1))
    if found is None:
        assert isinstance(got, Deny)
        assert got.reason is Reason.ROW_OUT_OF_REACH
    else:
        assert got == Parameter(value=found, said_by=SaidBy.LOOKUP)


@pytest.mark.requirement("lookup-proves")
def test_a_lookup_that_was_refused_gives_nothing():
    assert isinstance(looked_up(LOOKUP, None), Deny)
