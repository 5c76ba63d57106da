"""Deny unless every question is answered well: the task, the hour, the scope's word, the amounts."""

from decimal import Decimal

import pytest

from broker.decide.exposure import exposure
from broker.decide.policy import decide, find, permit_lookup, visible
from broker.model.call import Call, Checked
from broker.model.constraint import Field, OneOf
from broker.model.decision import Deny, Facts, Permit, Reason
from broker.model.label import Label
from broker.model.scope import Budget, Hours
from broker.model.task import TaskFacts, TaskState
from tests.kit import ANY, DEFAULTS, NOW, NUMBER, TEXT, Shelf, scope, spec, task, tool_grant

EXPIRES, ENDS = NOW + 900, NOW + 28_800
TOOLS = {"t.t": tool_grant({"a": Field(OneOf(("x",))), "n": ANY})}
MASK = {"email": {"p": "show", "else": "hide"}, "person": {"q": "show", "else": "pseudonym"}}
SCOPE = scope(TOOLS, budget=Budget(calls=5, sums={"t.t.n": Decimal(9)}), mask=MASK)
SPEC = spec(arguments={"a": TEXT, "n": NUMBER})


def granted(of=SCOPE, expires=EXPIRES, known=SPEC):
    return Shelf(of, {"t.t": (known, None)}).grant(task(of), expires)


def call(grant, tool="t.t"):
    return Call(id="c", grant=grant, tool=tool, arguments={})


def checked(grant, a="x", n=4):
    asked = {"a": a, "n": n}
    return Checked(call=call(grant), tool=grant.tools["t.t"], arguments=asked, handles={}, digest="d")


def facts(now=NOW, state=TaskState.ACTIVE):
    return Facts(now=now, task=TaskFacts(task=task(SCOPE), state=state, label=Label(), key=bytes(32)))


OVER = [
    (facts(state=TaskState.ENDED), EXPIRES, Reason.TASK_ENDED),
    (facts(state=TaskState.SUSPENDED), EXPIRES, Reason.TASK_ENDED),
    (facts(ENDS), ENDS + 1, Reason.TASK_ENDED),
    (facts(EXPIRES), EXPIRES, Reason.TOKEN_EXPIRED),
    (facts(float("nan")), EXPIRES, Reason.TASK_ENDED),
]


@pytest.mark.requirement("identify")
@pytest.mark.parametrize(("known", "expires", "reason"), OVER, ids=range(5))
def test_nothing_is_found_shown_or_permitted_for_what_is_over(known, expires, reason):
    grant = granted(expires=expires)
    assert find(call(grant), known).reason is reason
    assert decide(checked(grant), known, DEFAULTS).reason is reason
    assert visible(grant, known) == ()


@pytest.mark.parametrize("known", [facts(), facts(EXPIRES - 0.001)], ids=["now", "at the last moment"])
def test_a_tool_of_the_grant_is_found_shown_and_permitted(known):
    grant = granted()
    assert find(call(grant), known) is grant.tools["t.t"]
    assert visible(grant, known) == (grant.tools["t.t"],)
    assert isinstance(decide(checked(grant), known, DEFAULTS), Permit)


@pytest.mark.requirement("find")
def test_a_tool_that_is_not_in_the_grant_is_unknown():
    assert find(call(granted(), "t.other"), facts()).reason is Reason.UNKNOWN_TOOL


@pytest.mark.requirement("canary")
def test_whoever_calls_a_canary_ends_the_task():
    found = find(call(granted(known=spec(arguments=SPEC.arguments, canary=True))), facts())
    assert (found.reason, found.ends_task) == (Reason.TASK_ENDED, True)


@pytest.mark.parametrize(
    ("a", "n", "about"), [("y", 4, "a"), ("x", -4, "n"), ("x", float("nan"), "n")], ids=["value", "amount", "no number"]
)
def test_what_is_outside_the_scopes_word_or_no_amount_is_denied(a, n, about):
    found = decide(checked(granted(), a, n), facts(), DEFAULTS)
    assert isinstance(found, Deny)
    assert (found.reason, found.about) == (Reason.VALUE_NOT_ALLOWED, about)


@pytest.mark.requirement("hours")
def test_outside_the_hours_nothing_is_permitted():
    never = scope(TOOLS, hours=Hours(days=frozenset(), start=0, end=1, zone="UTC"))
    assert decide(checked(granted(never)), facts(), DEFAULTS).reason is Reason.CONTEXT_NOT_MET


def test_a_permit_holds_what_is_claimed_and_what_of_each_class_this_purpose_sees():
    found = decide(checked(granted()), facts(), DEFAULTS)
    assert {one.item: one.amount for one in found.claims} == {"calls": 1, "t.t.n": 4}
    assert found.exposure == {**DEFAULTS, "email": "show", "person": "pseudonym"}
    assert exposure(SCOPE, "q", DEFAULTS) == {**DEFAULTS, "email": "hide", "person": "show"}


def test_of_a_lookup_nothing_is_shown():
    found = permit_lookup(checked(granted()))
    assert (dict(found.exposure), found.claims) == ({}, ())
