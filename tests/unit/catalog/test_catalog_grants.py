"""Is what an agent may call as narrow as its scope, and as readable?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.catalog.compiled import ROOT, granted
from broker.model.constraint import Anything, Field, HandleOf, OneOf
from broker.model.scope import Budget, ToolGrant
from broker.model.task import Parameter, Principal, SaidBy, Task
from broker.model.tool import Argument, Policy
from tests.kit import spec as any_spec


def task(catalog, **changes):
    scope = catalog.scope("support-refund")
    facts = {
        "id": "t1",
        "principal": Principal(issuer="local", sub="ann"),
        "actor": "helpdesk-1",
        "purpose": "refund",
        "scope": "support-refund",
        "revision": scope.revision,
        "parameters": {
            "ticket": Parameter(value=40, said_by=SaidBy.PRINCIPAL),
            "order": Parameter(value=310, said_by=SaidBy.LOOKUP),
            "customer": Parameter(value=7, said_by=SaidBy.LOOKUP),
        },
        "opened": 0.0,
        "ends": 100.0,
    }
    return Task(**facts | changes)


@pytest.fixture
def catalog(house):
    return house.load()[0]


@pytest.fixture
def grant(catalog):
    return catalog.grant(task(catalog), 50.0)


@pytest.mark.requirement("shown-is-decided")
def test_the_limits_of_a_grant_are_read_off_its_schema(grant):
    assert grant.tools["pay.refund"].input_schema == {
        "type": "object",
        "properties": {
            "order_id": {"type": "integer", "minimum": 1, "const": 310},
            "amount": {"type": "number", "minimum": 0.01, "maximum": 100},
        },
        "required": ["order_id", "amount"],
        "additionalProperties": False,
    }


def test_an_argument_that_only_takes_handles_shows_their_form_alone(grant):
    assert grant.tools["mail.send"].input_schema["properties"]["to"] == {
        "type": "string",
        "pattern": "^hdl-(email)-[a-z2-7]{26}$",
        "description": "a handle of class email, as another tool's result gave it",
    }


def test_an_argument_that_also_takes_handles_shows_both_forms(catalog):
    spec = catalog.spec("mail.send")
    anything = {name: Field(Anything()) for name in ("to", "subject", "body")}
    tool = granted(spec, ToolGrant(arguments=anything, rows=None, budget=Budget()), {})
    forms = tool.input_schema["properties"]["to"]["anyOf"]
    assert [form.get("pattern") for form in forms] == [None, "^hdl-(email)-[a-z2-7]{26}$"]


@pytest.mark.requirement("narrowed-schema")
def test_an_argument_that_the_scope_does_not_name_is_not_shown(grant):
    assert "cc" not in grant.tools["mail.send"].input_schema["properties"]


@pytest.mark.requirement("narrowed-schema")
def test_an_argument_that_the_tool_does_not_have_is_left_out_and_so_denied(catalog):
    ghost = ToolGrant(arguments={"ghost": Field(Anything())}, rows=None, budget=Budget())
    tool = granted(catalog.spec("pay.refund"), ghost, {})
    assert (tool.arguments, tool.input_schema["properties"]) == ({}, {})


@pytest.mark.requirement("strictest-reading")
def test_no_parameter_is_left_in_a_grant_and_a_missing_one_permits_nothing(catalog):
    bare = catalog.grant(task(catalog, parameters={}), 50.0)
    assert bare.tools["pay.refund"].arguments["order_id"].constraint == OneOf(())
    assert bare.tools["pay.refund"].misfit({"order_id": 310, "amount": 1}) == "order_id"


def test_a_grant_under_another_revision_or_a_scope_that_is_gone_is_none(catalog):
    assert catalog.grant(task(catalog, revision="old"), 50.0) is None
    assert catalog.grant(task(catalog, scope="gone"), 50.0) is None


@pytest.mark.requirement("shown-is-decided")
def test_a_grant_kept_compiled_is_never_that_of_another_task(catalog):
    first = catalog.grant(task(catalog), 50.0)
    assert catalog.grant(task(catalog), 50.0) is first
    assert catalog.grant(task(catalog, actor="helpdesk-2"), 50.0).task.actor == "helpdesk-2"
    assert catalog.grant(task(catalog), 60.0).expires == 60.0


MISFITS = [
    ({"order_id": 310, "amount": 5}, None),
    ({"order_id": 310, "amount": 5.0}, None),
    ({"order_id": 310, "amount": 100.01}, "amount"),
    ({"order_id": 311, "amount": 5}, "order_id"),
    ({"order_id": "310", "amount": 5}, "order_id"),
    ({"order_id": True, "amount": 5}, "order_id"),
    ({"amount": 5}, "order_id"),
    ({"order_id": 310, "amount": 5, "note": "x"}, ROOT),
    ([], ROOT),
    (None, ROOT),
    ({"order_id": 310, "amount": float("nan")}, "amount"),
    ({"order_id": 310, "amount": float("inf")}, "amount"),
    ({"order_id": 310, "amount": 10**400}, "amount"),
    ({"order_id": 310, "amount": 5, "\ud800": 1}, ROOT),
    ({"order_id": "\ud800", "amount": 5}, ROOT),
]


@pytest.mark.requirement("narrowed-schema")
@pytest.mark.parametrize(("arguments", "where"), MISFITS)
def test_a_misfit_says_where_it_is(grant, arguments, where):
    assert grant.tools["pay.refund"].misfit(arguments) == where


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(), max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


def one_handle():
    """A tool with one argument that takes a handle of a mail address and nothing else."""
    a = Argument(schema={"type": "string"}, required=True, policy=Policy.EMAIL, handles=frozenset({"email"}))
    only = {"a": Field(HandleOf(frozenset({"email"})))}
    return granted(any_spec(arguments={"a": a}), ToolGrant(arguments=only, rows=None, budget=Budget()), {})


@given(JSON)
def test_a_misfit_is_total_for_any_value(value):
    misfit = one_handle().misfit
    assert misfit(value) is not None
    assert misfit({"a": value}) is not None
    assert misfit({"a": "hdl-email-" + "a" * 26}) is None


def test_a_deep_value_is_a_misfit_and_no_crash(grant):
    deep = []
    for _ in range(50_000):
        deep = [deep]
    assert grant.tools["pay.refund"].misfit({"order_id": deep, "amount": 1}) is not None
