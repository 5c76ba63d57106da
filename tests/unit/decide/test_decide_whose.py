"""Whose ceiling a call counts against: the user, the task's agent, or whose data it is about."""

from decimal import Decimal

import pytest

from broker.decide.budget import claims
from broker.decide.whose import named, spelled
from broker.model.call import Call, Checked
from broker.model.decision import Deny, Reason
from broker.model.grant import Block
from broker.model.scope import Budget, Ceiling, Per, RowsAny, RowsSubject
from broker.model.task import Parameter, SaidBy
from tests.kit import ANY, NOW, NUMBER, Shelf, scope, spec, task, tool_grant


def ceiling(per, **more):
    return Ceiling(**{"window": 60.0, "per": per, "calls": 3, "sums": {"t.t.n": Decimal(8)}, **more})


def asked(per, *, rows=None, customer=7, blocks=(), actor="agent-1", **more):
    """A call of 4 under a ceiling, for `$customer`."""
    one = scope({"t.t": tool_grant({"n": ANY}, rows)}, ceiling=ceiling(per, **more))
    shelf = Shelf(one, {"t.t": (spec(arguments={"n": NUMBER}), None)})
    said = {"customer": Parameter(value=customer, said_by=SaidBy.LOOKUP)}
    grant = shelf.grant(task(one, parameters=said, actor=actor), NOW)
    call = Call(id="c", grant=with_blocks(grant, blocks), tool="t.t", arguments={"n": 4})
    return Checked(call=call, tool=grant.tools["t.t"], arguments={"n": 4}, handles={}, digest="d")


def with_blocks(grant, names):
    made = tuple(Block(link=one, jti=one, actor=one, budget=Budget(), tools={}) for one in names)
    return type(grant)(task=grant.task, scope=grant.scope, tools=grant.tools, expires=grant.expires, blocks=made)


def counted(checked):
    """Key, item, limit of what the ceiling counts."""
    found = claims(checked, named(checked.call.grant, str.upper))
    return [(one.key, one.item, one.limit) for one in found if one.window is not None]


@pytest.mark.requirement("ceiling")
def test_a_ceiling_per_agent_counts_for_the_tasks_agent_whoever_it_hands_on_to():
    whole = [("actor:agent-1", "calls:s", 3), ("actor:agent-1", "t.t.n", 8)]
    for names in [(), ("writer",), ("writer", "editor")]:
        assert counted(asked(Per.ACTOR, blocks=names)) == whole
    assert counted(asked(Per.ACTOR, actor="agent-1/writer")) == whole


@pytest.mark.requirement("ceiling")
def test_a_ceiling_per_subject_counts_for_whom_the_rows_are_held_to():
    key = "subject:SUBJECT OF A CEILING: 7"
    assert counted(asked(Per.SUBJECT, rows=RowsSubject("customer"))) == [(key, "calls:s", 3), (key, "t.t.n", 8)]


@pytest.mark.requirement("ceiling")
@pytest.mark.parametrize("rows", [None, RowsAny("why"), RowsSubject("nobody")])
def test_where_nobody_knows_whose_data_it_is_a_ceiling_per_subject_refuses(rows):
    found = claims(asked(Per.SUBJECT, rows=rows), {})
    assert isinstance(found, Deny)
    assert found.reason is Reason.CONTEXT_NOT_MET


def test_a_tool_that_the_ceiling_does_not_count_needs_no_subject():
    assert counted(asked(Per.SUBJECT, calls=None, sums={"u.u.n": Decimal(1)})) == []


def test_nothing_is_digested_for_a_ceiling_that_asks_for_no_subject():
    assert named(asked(Per.PRINCIPAL).call.grant, str.upper) == {}


@pytest.mark.requirement("ceiling")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (5, "5"),
        (5, 5.0),
        (5, " 05"),
        (50, "5e1"),
        (0, "-0"),
        ("Ann", "ann"),
        ("ﬁ", "fi"),
        (10**40, f"{10**40}"),
        ("0.10", 0.1),
    ],
)
def test_what_a_database_may_hold_to_be_equal_is_one_subject(one, other):
    assert spelled(one) == spelled(other)


@pytest.mark.parametrize(
    ("one", "other"), [(5, 6), (5, -5), ("a", "b"), (10**40, 10**40 + 1), ("5", "5a"), ("nan", "inf")]
)
def test_two_are_not_taken_for_one(one, other):
    assert spelled(one) != spelled(other)


@pytest.mark.parametrize("odd", ["", " ", "nan", "snan", "1e999999999999999999999", "9" * 5000, "\u0301" * 40, "∞"])
def test_every_text_has_a_spelling(odd):
    assert isinstance(spelled(odd), str)
