"""What an agent reads of an outcome and of a tool, and what it never reads."""

import json

import pytest
from mcp import MCPError, types

from broker.edge.mcp_server import _guarded
from broker.edge.names import inside, outside
from broker.edge.offered import tool
from broker.edge.wire import HINTS, result
from broker.model.decision import Reason
from broker.model.grant import Shown
from broker.model.outcome import Pending, Refused, Served
from broker.model.tool import Effect
from tests.kit import spec
from tests.unit.audit.audit_made import masked


@pytest.mark.parametrize(("name", "ref"), [("shop__order", "shop.order"), ("shop__order__read", "shop.order__read")])
def test_a_tool_has_one_name_outside(name, ref):
    assert (inside(name), outside(ref)) == (ref, name)


@pytest.mark.parametrize("name", ["shop.order", "shop.order__read", "shop__order.read", "shop", ""])
def test_no_other_name_is_that_of_a_tool(name):
    assert "." not in inside(name)  # as every toolref has


def test_an_answer_is_structured_and_said_in_text():
    found = result(Served(masked=masked()), "t__t")
    assert (found.is_error, found.structured_content) == (False, {"rows": []})
    assert json.loads(found.content[0].text) == {"rows": []}


@pytest.mark.requirement("answers")
@pytest.mark.parametrize("reason", [one for one in Reason if one is not Reason.UNKNOWN_TOOL])
def test_a_refusal_is_a_code_a_hint_and_whether_to_try_again(reason):
    found = result(Refused(reason=reason, about="amount"), "t__t")
    said = json.loads(found.content[0].text)
    assert (found.is_error, found.structured_content) == (True, None)
    assert (said["refused"], said["retryable"]) == (reason.value, HINTS[reason][1])
    assert "{" not in said["hint"]


@pytest.mark.requirement("hint")
def test_what_the_tool_itself_says_stands_in_place_of_the_usual_hint():
    said = json.loads(result(Refused(reason=Reason.ARGUMENTS_INVALID, hint="a name for {it}"), "t__t").content[0].text)
    assert (said["refused"], said["hint"]) == ("arguments_invalid", "a name for {it}")


def test_a_question_that_waits_for_a_person_may_be_tried_again():
    said = json.loads(result(Pending(question="q"), "t__t").content[0].text)
    assert (said["refused"], said["retryable"]) == ("approval_pending", True)


@pytest.mark.requirement("answers")
def test_a_tool_that_is_not_there_is_an_unknown_one_and_its_name_is_cut():
    with pytest.raises(MCPError) as raised:
        result(Refused(reason=Reason.UNKNOWN_TOOL), "x" * 1000)
    assert raised.value.error.code == types.INVALID_PARAMS
    assert raised.value.error.message == f"Unknown tool: {'x' * 80}"


@pytest.mark.parametrize(
    ("effects", "hints"),
    [
        ({Effect.READ}, (True, False, False)),
        ({Effect.WRITE}, (False, False)),
        ({Effect.DELETE}, (False, True)),
        ({Effect.MONEY}, (False, True)),
        ({Effect.EXECUTE}, (False, True)),
        ({Effect.SEND}, (False, False, True)),
    ],
    ids=str,
)
def test_a_tool_says_what_it_does_to_the_world(effects, hints):
    one = tool(Shown(spec=spec(effects=frozenset(effects)), input_schema={}, output_schema={}))
    found = one.annotations
    said = (found.read_only_hint, found.destructive_hint, found.open_world_hint)
    assert said[: len(hints)] == hints
    assert said[2] is spec(effects=frozenset(effects)).is_sink


@pytest.mark.requirement("hint")
async def test_the_text_of_an_exception_never_leaves():
    async def breaks(_context, _params):
        raise KeyError("canary")

    with pytest.raises(MCPError) as raised:
        await _guarded(breaks)(None, None)
    assert (raised.value.error.code, raised.value.error.message) == (types.INTERNAL_ERROR, "Internal error")
    assert raised.value.__cause__ is None
