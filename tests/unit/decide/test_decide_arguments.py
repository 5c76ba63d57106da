"""Do arguments fit what is shown of a tool, and when are two calls one?"""

from dataclasses import replace

import pytest

from broker.catalog.compiled import compile_grant
from broker.decide.arguments import check
from broker.model.call import Call, Checked
from broker.model.decision import Deny, Reason
from broker.model.tool import Argument, Policy
from tests import kit

LIST = Argument(schema={"type": "array", "items": {"type": "object"}}, required=True, policy=None, handles=frozenset())


def checked(value, argument):
    scope, spec = kit.scope(), kit.spec(arguments={"a": argument})
    grant = compile_grant(scope, kit.task(scope), kit.NOW, {"t.t": spec})
    return check(Call(id="c", grant=grant, tool="t.t", arguments={"a": value}), grant.tools["t.t"], {})


TWINS = [(100, 100.0, kit.NUMBER), (1e2, 100, kit.NUMBER), (-0.0, 0, kit.NUMBER), ([{"x": 1}], [{"x": 1.0}], LIST)]


@pytest.mark.parametrize(("one", "other", "argument"), TWINS)
def test_a_number_that_is_spelled_anew_is_the_same_call(one, other, argument):
    # or a payment of unknown effect would be sent again as 100.0
    assert checked(one, argument).digest == checked(other, argument).digest


OTHERS = [(100, 100.5, kit.NUMBER), ([{"x": 1}], [{"x": True}], LIST), ("1", "1.0", kit.TEXT)]


@pytest.mark.parametrize(("one", "other", "argument"), OTHERS)
def test_another_value_is_another_call(one, other, argument):
    assert checked(one, argument).digest != checked(other, argument).digest


def digest(pin="pin", **of_task):
    scope, spec = kit.scope(), kit.spec(pin=pin)
    grant = compile_grant(scope, replace(kit.task(scope), **of_task), kit.NOW, {"t.t": spec})
    return check(Call(id="c", grant=grant, tool="t.t", arguments={"a": "x"}), grant.tools["t.t"], {}).digest


def test_calls_of_another_task_revision_or_definition_are_never_one():
    # or what one left of unknown effect would bar the others
    assert len({digest(), digest(id="task-2"), digest(revision="rev-2"), digest(pin="changed")}) == 4


FORMATS = [
    ("date", "2026-11-24", "yesterday"),
    ("date-time", "2026-11-24T10:00:00Z", "2026-11-24"),
    ("email", "ann@shop.example", "ann@shop.example, eve@attacker.example"),
    ("uuid", "2b1f4c1e-9d0f-4a55-8d27-0a7ef0c0ffee", "1"),
    ("ipv4", "10.0.0.1", "10.0.0.1/8"),
    ("hostname", "shop.example", "shop.example/x"),
    ("uri", "https://shop.example/x", "shop"),
]


@pytest.mark.parametrize(("form", "fits", "misfits"), FORMATS)
def test_a_format_that_is_shown_is_held_to(form, fits, misfits):
    schema = {"type": "string", "format": form}
    argument = Argument(schema=schema, required=True, policy=Policy.TOKEN, handles=frozenset())
    assert isinstance(checked(fits, argument), Checked)
    refused = checked(misfits, argument)
    assert isinstance(refused, Deny)
    assert (refused.reason, refused.about) == (Reason.ARGUMENTS_INVALID, "a")
