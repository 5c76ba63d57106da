"""OAuth's names of scopes: which one a request means, whatever their order, and which tool is to be had by which."""

from dataclasses import replace

import pytest

from broker.grants.named import Named, chosen, named, spelled, unmeant
from broker.grants.reachable import elsewhere, pointed
from broker.model.call import Call
from broker.model.decision import Deny, Reason
from broker.model.grant import Block
from broker.model.scope import Budget, Given
from broker.model.tool import Face
from tests import kit
from tests.oauth_kit import Scopes

ALL = ("t.a", "t.b", "t.c", "t.d", "t.e")


def scope(name, tools, *purposes, **more):
    given = frozenset(purposes or ("p",))
    return kit.scope({f"t.{one}": kit.tool_grant() for one in tools}, name=name, purposes=given, **more)


SHELF = Scopes(
    scope("small", "a"),
    scope("large", "ab", "p", "q"),
    scope("other", "ac"),
    scope("theirs", "de", roles=frozenset({"director"})),
    scope("bound", "ad", seal=False),
    scope("asking", "e", parameters={"n": Given(type="integer", constraint=kit.ANY.constraint)}),
    tools=ALL,
)


def means(text, within=None):
    one = chosen(text.split(" "), kit.asking(scope="", purpose=""), SHELF, within)
    return f"{one.scope}:{one.purpose}"


@pytest.mark.requirement("scope-by-name")
@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("small", "small:p"),  # one purpose: that one
        ("small:p", "small:p"),
        ("large:q", "large:q"),
        ("large", "large:"),  # which purpose, nobody said: refused when the task is opened
        ("small large:p", "large:p"),  # it has all of the other
        ("large:p small", "large:p"),  # whatever their order
        ("small other", "other:p"),
        ("large:p other", "other:p"),  # neither has all: the last, which a client was challenged for
        ("other large:p", "large:p"),
        ("openid small profile", "small:p"),  # what is not there, or not theirs, does not count beside what is
        ("small theirs", "small:p"),
        ("small bound", "small:p"),  # for whoever bears it, and that scope gives no such token
        ("small asking", "small:p"),  # it takes a parameter
        ("theirs", "theirs:p"),  # refused when the task is opened, and on record
    ],
)
def test_of_several_scopes_one_is_meant(text, meant):
    assert means(text) == meant


def test_whom_an_issuer_holds_to_some_scopes_means_one_of_them():
    assert means("large:p small", within={"small"}) == "small:p"
    assert means("large:p large:q", within={"large:q"}) == "large:q"
    assert Named(scope="large", purpose="q").is_among({"large"})
    assert not Named(scope="large", purpose="p").is_among({"large:q"})


def test_what_was_granted_is_spelled_as_it_was_asked_for():
    task = kit.task(scope("large", "ab", "p", "q"))
    assert (spelled(["small", "large:p"], task, SHELF), spelled([], task, SHELF)) == ("large:p", "large:p")
    small = kit.task(scope("small", "a"))
    assert (spelled(["small:p"], small, SHELF), spelled([], small, SHELF)) == ("small:p", "small")
    assert named("nowhere", SHELF) == Named(scope="nowhere", purpose="")


def task(of="small", roles=("r",), **more):
    return kit.task(SHELF.scope(of), roles=frozenset(roles), **more)


@pytest.mark.requirement("step-up")
@pytest.mark.parametrize(
    ("of", "tool", "place"),
    [
        ({}, "t.b", ("large", "large:p")),  # for the task's own purpose
        ({}, "t.c", ("other", "other")),
        ({"of": "large"}, "t.c", ("other", "other")),  # though it lacks a tool of the task: none has both
        ({}, "t.a", None),  # it has it
        ({}, "t.nowhere", None),
        ({}, "t.d", None),  # of another's role, and of a scope that gives no bearer tokens
        ({"roles": ("r", "director")}, "t.d", ("theirs", "theirs")),
        ({}, "t.e", ("asking", None)),  # theirs, but no name can give its parameter
        ({"roles": ("r", "director")}, "t.e", ("theirs", "theirs")),
        ({"roles": ()}, "t.b", None),
        ({"actor": "robot"}, "t.b", None),
        ({"purpose": "z"}, "t.b", ("large", None)),  # it would have to be chosen
        ({"purpose": "z"}, "t.c", ("other", "other")),  # there is one
        ({"bearer": "desk"}, "t.b", None),  # a static token's asks by a tool
    ],
    ids=str,
)
def test_a_tool_is_elsewhere_only_where_this_principal_with_this_agent_may_have_it(of, tool, place):
    found = elsewhere(task(**of), tool, SHELF, bearer=True)
    assert (found and (found.scope, found.value)) == place


def test_whoever_proves_a_key_may_have_what_gives_no_bearer_tokens():
    found = elsewhere(task(), "t.d", SHELF, bearer=False)
    assert found is not None
    assert found.value == "bound"


@pytest.mark.requirement("step-up")
def test_whom_a_part_of_a_task_was_handed_to_hears_of_nothing_beyond_it():
    deny = Deny(reason=Reason.UNKNOWN_TOOL, detail="not in the grant")
    grant = SHELF.grant(task(), kit.NOW + 60)
    call = Call(id="c", grant=grant, tool="t.b", arguments={}, face=Face.TOOL)
    hint = "not in this task; scope `large` has it, and `request_access` lists what could be granted"
    assert pointed(deny, call, SHELF, bearer=True).hint == hint
    block = Block(link="l", jti="j", actor="writer", budget=Budget(), tools={})
    handed_on = replace(call, grant=replace(grant, blocks=(block,)))
    for other in (handed_on, replace(call, face=Face.PROMPT)):
        assert pointed(deny, other, SHELF, bearer=True) is deny


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("small", None),
        ("large:q", None),
        ("theirs", None),  # for users with that role
        ("nowhere", "no scope `nowhere`"),
        ("large", "write `large:purpose`"),
        ("small:z", "for the purposes ['p']"),
        ("asking", "takes parameters"),
        ("elses", "for the agents ['robot']"),
    ],
)
def test_a_scope_that_an_agent_never_gets_unasked_is_told_beforehand(said, why):
    shelf = Scopes(*SHELF.scopes(), scope("elses", "a", agents=("robot",)), tools=ALL)
    found = unmeant(said, "agent-1", shelf)
    assert found is None if why is None else why in found
