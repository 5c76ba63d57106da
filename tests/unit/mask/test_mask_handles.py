"""A handle is opened for the argument that may take it, as a whole, or not at all."""

from dataclasses import replace

import pytest

from broker.catalog.compiled import compile_grant
from broker.decide.arguments import check
from broker.mask.handles import open_handles
from broker.model.call import Call, HandleRef
from broker.model.constraint import Anything, Field
from broker.model.decision import Permit
from broker.model.outcome import Intended, Opened
from broker.model.task import Parameter, SaidBy
from broker.model.tool import Argument, Policy
from tests import kit

KEY = b"k" * 32
HANDLE = "hdl-email-" + "a" * 26
MAIL = Argument(
    schema={"type": "string", "format": "email", "maxLength": 30},
    required=True,
    policy=Policy.EMAIL,
    handles=frozenset({"email"}),
)


def intended(arguments, argument=MAIL, kind="email", **more):
    spec = kit.spec(arguments={"to": argument, "body": kit.TEXT}, **more)
    scope = kit.scope({"t.t": kit.tool_grant(dict.fromkeys(spec.arguments, Field(Anything(), optional=True)))})
    task = kit.task(scope, parameters={"ticket": Parameter(value=7, said_by=SaidBy.PRINCIPAL)})
    grant = compile_grant(scope, task, kit.NOW, {"t.t": spec})
    ref = HandleRef(handle=HANDLE, kind=kind, origin="shop.orders.email")
    checked = check(
        Call(id="c", grant=grant, tool="t.t", arguments={"body": "x", **arguments}), grant.tools["t.t"], {HANDLE: ref}
    )
    return Intended(permit=Permit(checked=checked, exposure={}, claims=()), rows=1, bytes=1, shown=1, at=kit.NOW)


def test_a_handle_becomes_its_value_and_the_rest_stays():
    found = open_handles(intended({"to": HANDLE}), {HANDLE: "ann@x.example"}, KEY)
    assert isinstance(found, Opened)
    assert found.clear_arguments == {"to": "ann@x.example", "body": "x"}
    assert "ann@x.example" not in repr(found)


@pytest.mark.requirement("handle-sink")
def test_a_handle_inside_a_longer_text_is_only_text():
    found = open_handles(intended({"to": "b@x.example", "body": f"see {HANDLE}"}), {HANDLE: "ann@x.example"}, KEY)
    assert found.clear_arguments["body"] == f"see {HANDLE}"


UNFIT = [
    None,
    5,
    "",
    "not a mail",
    "a" * 30 + "@x.example",
    ["ann@x.example"],
    {"a": "ann@x.example"},
    "ann@x.example\r\nBcc: eve@x.example",
    "ann\u202e@x.example",
    "ann@x.example\ud800",
]


@pytest.mark.requirement("handle-sink")
@pytest.mark.parametrize("value", UNFIT)
def test_a_value_that_the_argument_could_not_take_stays_closed(value):
    assert open_handles(intended({"to": HANDLE}), {HANDLE: value}, KEY) == "to"


@pytest.mark.parametrize("value", ["a\nb", "a\u202eb", "a\u00a0b", "a\x00b"])
def test_a_stored_text_with_a_hidden_letter_stays_closed_unless_prose_is_taken(value):
    plain = Argument(schema={"type": "string"}, required=True, policy=Policy.IDENTIFIER, handles=frozenset({"email"}))
    prose = Argument(schema={"type": "string"}, required=True, policy=Policy.TEXT, handles=frozenset({"email"}))
    assert open_handles(intended({"to": HANDLE}, plain), {HANDLE: value}, KEY) == "to"
    assert open_handles(intended({"to": HANDLE}, prose), {HANDLE: value}, KEY).clear_arguments["to"] == value


@pytest.mark.requirement("handle-sink")
def test_a_handle_of_a_class_that_the_argument_does_not_take_stays_closed():
    call = intended({"to": HANDLE})
    other = {"to": replace(call.permit.checked.handles["to"], kind="card")}
    permit = replace(call.permit, checked=replace(call.permit.checked, handles=other))
    assert open_handles(replace(call, permit=permit), {HANDLE: "ann@x.example"}, KEY) == "to"


def test_a_handle_without_a_value_names_its_argument():
    assert open_handles(intended({"to": HANDLE}), {}, KEY) == "to"


def test_bound_arguments_are_filled_and_none_is_left_open():
    call = intended({"to": HANDLE}, bind={"who": "principal", "ticket_id": "ticket"})
    found = open_handles(call, {HANDLE: "ann@x.example"}, KEY)
    assert found.clear_arguments["who"] == "local:maria"
    assert found.clear_arguments["ticket_id"] == 7
    assert found.clear_parameters == {"ticket": 7}
    missing = intended({"to": HANDLE}, bind={"who": "nobody"})
    assert open_handles(missing, {HANDLE: "ann@x.example"}, KEY) == "who"
