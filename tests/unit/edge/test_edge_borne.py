"""What the tasks of one static token show as one list: each tool once, and each call with its task."""

import jsonschema_rs
import pytest

from broker.edge.borne import together
from broker.model.bearer import ARGUMENT
from broker.model.grant import Shown
from broker.model.tool import Face
from tests.kit import TEXT, spec


def schema(**properties):
    return {"type": "object", "properties": properties, "required": sorted(properties), "additionalProperties": False}


def shown(name="t.t", said=None, output=None, **more):
    return Shown(
        spec=spec(name, **more),
        input_schema=schema(a={"type": "string"}) if said is None else said,
        output_schema=output,
    )


@pytest.mark.requirement("static-own-tasks")
def test_each_tool_takes_the_task_among_its_arguments_and_is_otherwise_as_its_task_shows_it():
    (one,) = together({"t1": [shown(output={"type": "object"})]})
    assert one.input_schema["properties"]["a"] == {"type": "string"}
    assert one.input_schema["properties"][ARGUMENT]["enum"] == ["t1"]
    assert one.input_schema["required"] == ["a", ARGUMENT]
    assert one.output_schema == {"type": "object"}


def test_a_tool_of_two_tasks_stands_there_once_and_shows_what_one_of_them_takes():
    of_task = {
        "t1": [shown(said=schema(a={"const": 1}, b={"type": "string"}), output={"type": "object"})],
        "t2": [shown(said=schema(a={"const": 2}), output={"type": "object", "minProperties": 1}), shown("t.u")],
    }
    one, other = together(of_task)
    assert one.input_schema["properties"]["a"] == {"anyOf": [{"const": 1}, {"const": 2}]}
    assert one.input_schema["required"] == ["a", ARGUMENT]
    assert one.output_schema is None
    assert other.input_schema["properties"][ARGUMENT]["enum"] == ["t2"]
    takes = jsonschema_rs.validator_for(one.input_schema)
    for task, found in of_task.items():
        for good in ({"a": 1, "b": "x"}, {"a": 2}):
            if jsonschema_rs.is_valid(found[0].input_schema, good):
                assert takes.is_valid({**good, ARGUMENT: task})
    assert not takes.is_valid({"a": 1, "b": "x"})
    assert not takes.is_valid({"a": 1, "b": "x", ARGUMENT: "t3"})


def test_a_tool_with_an_argument_of_that_name_and_what_is_no_tool_are_left_out():
    own = shown(arguments={ARGUMENT: TEXT})
    prompt, resource = shown("t.p", face=Face.PROMPT), shown("t.r", face=Face.RESOURCE, uri="a://b")
    assert together({"t1": [own, prompt, resource]}) == []
