"""Arguments fit what the grant shows of a tool, or nothing is decided about them."""

import pytest

from broker.decide.arguments import check, handles_in
from broker.decide.caveats import outside
from broker.model.call import Call, Checked, HandleRef
from broker.model.constraint import Field, OneOf
from broker.model.decision import Deny, Reason
from broker.model.tool import Argument, Policy
from tests.kit import ANY, NOW, NUMBER, TEXT, Shelf, scope, spec, task, tool_grant

HANDLE = "hdl-email-" + "a" * 26
LIST = Argument(schema={"type": "array"}, required=False, policy=Policy.IDENTIFIER, handles=frozenset())
OBJECT = Argument(schema={"type": "object"}, required=False, policy=Policy.TEXT, handles=frozenset())


def of(policy, handles=()):
    return Argument(schema={"type": "string"}, required=True, policy=policy, handles=frozenset(handles))


def checked(arguments, has, granted=None, known=None):
    fields = dict.fromkeys(has, Field(ANY.constraint, optional=True)) if granted is None else granted
    one = scope({"t.t": tool_grant(fields)})
    grant = Shelf(one, {"t.t": (spec(arguments=has), None)}).grant(task(one), NOW)
    call = Call(id="c", grant=grant, tool="t.t", arguments=arguments)
    return check(call, grant.tools["t.t"], known or {})


@pytest.mark.parametrize(
    ("policy", "value"),
    [
        (Policy.EMAIL, "ann@example.com, eve@evil.example"),
        (Policy.EMAIL, "Ann <ann@example.com>"),
        (Policy.EMAIL, "ann"),
        (Policy.EMAIL, "ann@example.com\nBcc: eve@evil.example"),
        (Policy.PATH, "../../etc/passwd"),
        (Policy.PATH, "/etc/passwd"),
        (Policy.PATH, "a\\..\\b"),
        (Policy.PATH, ""),
        (Policy.URL, "https://user:pass@host.example/"),
        (Policy.URL, "host.example/path"),
        (Policy.URL, "https://host.example\\@evil.example/"),
        (Policy.URL, "javascript:alert(1)"),
    ],
)
def test_a_text_is_the_one_thing_that_its_policy_names_under_any_too(policy, value):
    found = checked({"a": value}, {"a": of(policy)})
    assert isinstance(found, Deny)
    assert (found.reason, found.about) == (Reason.ARGUMENTS_INVALID, "a")


@pytest.mark.parametrize(
    ("policy", "value"),
    [(Policy.EMAIL, "ann@example.com"), (Policy.PATH, "a/b.txt"), (Policy.URL, "https://host.example:8443/a?b=c#d")],
)
def test_what_is_of_its_policy_passes(policy, value):
    assert checked({"a": value}, {"a": of(policy)}).arguments == {"a": value}


@pytest.mark.parametrize(
    "arguments",
    [
        {"a": ["ok", "a\u200bb"]},
        {"o": {"key": "a\u202eb"}},
        {"o": {"a\u200bb": 1}},
        {"o": {"e\u0301": 1}},
        {"o": [[[[1]]], "\x00"]},
    ],
    ids=ascii,
)
def test_a_text_deep_inside_is_held_to_it_too(arguments):
    assert isinstance(checked(arguments, {"a": LIST, "o": OBJECT}), Deny)


def test_deeper_than_the_ingress_reads_is_refused_whatever_way_it_came():
    deep = 1
    for _ in range(40):
        deep = [deep]
    assert isinstance(checked({"a": deep}, {"a": LIST}), Deny)


@pytest.mark.parametrize("value", [None, True, 1, 1.5, [], {}])
def test_what_is_no_text_is_left_to_the_schema(value):
    found = checked({"a": value}, {"a": TEXT})
    assert (found.reason, found.about) == (Reason.ARGUMENTS_INVALID, "a")


def test_an_argument_that_the_tool_does_not_have_is_not_named_to_the_agent():
    found = checked({"ghost": 1}, {"a": TEXT})
    assert (found.reason, found.about) == (Reason.ARGUMENTS_INVALID, "")


def test_an_argument_that_the_grant_does_not_name_is_beyond_it():
    found = checked({"a": "x", "n": 1}, {"a": TEXT, "n": NUMBER}, {"a": ANY})
    assert (found.reason, found.about) == (Reason.VALUE_NOT_ALLOWED, "")


@pytest.mark.parametrize(
    ("known", "takes"),
    [
        ({}, {"email"}),
        ({HANDLE: HandleRef(handle=HANDLE, kind="phone", origin="o")}, {"email"}),
        ({HANDLE: HandleRef(handle=HANDLE, kind="email", origin="o")}, set()),
    ],
    ids=["unknown", "another class", "an argument that takes none"],
)
def test_a_handle_is_one_of_this_task_in_an_argument_that_takes_its_class(known, takes):
    found = checked({"a": HANDLE}, {"a": of(Policy.EMAIL, takes)}, known=known)
    assert (found.reason, found.about, found.strike) == (Reason.HANDLE_NOT_ACCEPTED, "a", True)


@pytest.mark.parametrize("text", ["hdl-", "hdl-email-short", HANDLE.upper().replace("HDL", "hdl"), HANDLE + " "])
def test_what_only_begins_like_a_handle_is_refused_and_is_no_strike(text):
    found = checked({"a": text}, {"a": of(Policy.TEXT, {"email"})})
    assert (found.reason, found.strike) == (Reason.HANDLE_NOT_ACCEPTED, False)


def test_a_handle_inside_a_text_is_only_text():
    assert handles_in({"a": f"to {HANDLE}", "b": [HANDLE], "c": HANDLE}) == {HANDLE}
    assert checked({"a": f"to {HANDLE}"}, {"a": TEXT}).handles == {}


def made(arguments, granted, handles=None):
    one = scope({"t.t": tool_grant(granted)})
    grant = Shelf(one, {"t.t": (spec(arguments={"a": TEXT}), None)}).grant(task(one), NOW)
    call = Call(id="c", grant=grant, tool="t.t", arguments=arguments)
    tool = grant.tools["t.t"]
    return Checked(call=call, tool=tool, arguments=arguments, handles=handles or {}, digest="d")


def test_the_scopes_word_stands_by_itself_behind_the_schema():
    # INVARIANT: the schema is what agents see, the predicate is what holds: each refuses without the other.
    only_x = {"a": Field(OneOf(("x",)))}
    assert outside(made({"a": "x"}, only_x)) is None
    assert outside(made({"a": "y"}, only_x)).reason is Reason.VALUE_NOT_ALLOWED
    assert outside(made({"b": "x"}, {})).reason is Reason.VALUE_NOT_ALLOWED
    assert outside(made({}, only_x)).reason is Reason.ARGUMENTS_INVALID
    assert outside(made({}, {"a": Field(OneOf(("x",)), optional=True)})) is None
    handle = {"a": HandleRef(handle=HANDLE, kind="email", origin="o")}
    refused = outside(made({"a": HANDLE}, only_x, handle))
    assert (refused.reason, refused.strike) == (Reason.HANDLE_NOT_ACCEPTED, True)
