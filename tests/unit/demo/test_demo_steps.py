"""The stories try each kind of misuse, and every name in them is one that the sources and scopes have."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from broker.demo import analyst_steps, coder_steps, questions_steps
from broker.demo.events import Answered
from broker.demo.repository import FILES
from broker.demo.steps import NO_ROWS, SERVED, Blank
from broker.demo.support_steps import AFTERWARDS, STORY
from broker.model.decision import Reason

STEPS = (*(step for chapter in STORY for step in chapter.steps), AFTERWARDS)
ANALYST = (
    *(analyst_steps.SALES, analyst_steps.BUYERS, analyst_steps.WRITERS),
    *(*analyst_steps.CURIOUS.steps, analyst_steps.MORE),
)
QUESTIONS = (
    *(questions_steps.REVENUE, questions_steps.AGAIN, questions_steps.BY_CARD, questions_steps.ADDRESSES),
    *(*questions_steps.CURIOUS.steps, questions_steps.CAST),
)
CODER = tuple(step for chapter in coder_steps.STORY for step in chapter.steps)
ALL = [
    *(("support-refund", step) for step in STEPS),
    *(("sales-analysis", step) for step in ANALYST),
    *(("sales-questions", step) for step in QUESTIONS),
    *(("code-review", step) for step in CODER),
]
SHIPPED = Path(__file__).parents[3]


def read(path):
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def declared():
    """Tool as agents name it -> its arguments."""
    sources = [read(path) for home in (SHIPPED / "tools", FILES) for path in home.glob("*/source.yaml")]
    return {f"{one['source']}__{name}": arguments(tool) for one in sources for name, tool in one["tools"].items()}


def arguments(tool):
    """A tool that runs an agent's own query takes that query."""
    return {"sql"} if "select" in tool else set(tool["args"])


def granted(scope):
    """As agents name them."""
    (path,) = [path for home in (SHIPPED / "scopes", FILES) for path in home.glob(f"{scope}.yaml")]
    return {name.replace(".", "__") for name in read(path)["tools"]}


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


@pytest.mark.parametrize(("scope", "step"), ALL, ids=lambda one: getattr(one, "wants", one))
def test_a_step_calls_a_tool_of_its_scope_with_the_arguments_it_has_unless_it_says_unknown(scope, step):
    assert (step.tool in granted(scope)) == (step.expects != Reason.UNKNOWN_TOOL)
    if step.tool in granted(scope):
        assert set(step.arguments) == declared()[step.tool]


def test_the_coder_tries_a_tool_that_is_there_and_one_that_is_not_and_both_are_unknown():
    unknown = {step.tool for step in CODER if step.expects == Reason.UNKNOWN_TOOL}
    assert {"git__commit", "mail__send"} <= set(declared())
    assert unknown == {"git__commit", "mail__send", "git__push"}
    assert "git__push" not in declared()


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
