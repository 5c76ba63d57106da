"""The story tries each kind of misuse, and every name in it is one that the shop and the sources have."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from broker.demo.events import Answered
from broker.demo.steps import AFTERWARDS, NO_ROWS, SERVED, STORY, Blank
from broker.model.decision import Reason

TOOLS = Path(__file__).parents[3] / "tools"
STEPS = (*(step for chapter in STORY for step in chapter.steps), AFTERWARDS)


def declared():
    """Tool as agents name it -> its arguments."""
    sources = [YAML(typ="safe").load(path.read_text(encoding="utf-8")) for path in TOOLS.glob("*/source.yaml")]
    return {f"{one['source']}__{name}": set(tool["args"]) for one in sources for name, tool in one["tools"].items()}


def test_every_way_to_end_that_the_story_promises_is_in_it():
    assert {step.expects for step in STEPS} == {
        SERVED,
        NO_ROWS,
        Reason.VALUE_NOT_ALLOWED,
        Reason.HANDLE_NOT_ACCEPTED,
        Reason.UNKNOWN_TOOL,
        Reason.BUDGET_SPENT,
        Reason.TASK_ENDED,
    }


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.wants)
def test_a_step_calls_a_tool_that_is_there_with_arguments_it_has_unless_it_says_unknown(step):
    tools = declared()
    if step.expects == Reason.UNKNOWN_TOOL:
        assert step.tool not in tools
    else:
        assert set(step.arguments) == tools[step.tool]


def test_no_step_needs_a_value_that_none_before_it_taught():
    known = {Blank.TICKET, Blank.OTHER_TICKET, Blank.OTHER_CUSTOMER, Blank.OTHER_ORDER}
    for step in STEPS:
        assert {value for value in step.arguments.values() if isinstance(value, Blank)} <= known
        known |= set(step.learns)


def test_the_address_is_never_written_down_in_the_script():
    typed = [value for step in STEPS for value in step.arguments.values() if isinstance(value, str) and "@" in value]
    assert typed == ["archive@attacker.example"]


def test_a_step_that_ends_otherwise_is_not_as_told():
    said = {"number": 1, "wants": "", "tool": "", "arguments": {}, "hint": "", "rows": 0, "shown": {}}
    assert Answered(**said, expected="served", came="served").as_told
    assert not Answered(**said, expected="value_not_allowed", came="served").as_told
