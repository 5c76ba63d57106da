"""What a client says when it begins a task, read in the one form that is accepted."""

import pytest

from broker.edge.task_words import beside, wish
from broker.model.chain import Credential

GOOD = {"scope": "s", "purpose": "p"}


@pytest.mark.parametrize(("value", "written"), [("x", "x"), (42, "42"), (42.0, "42"), (0.5, "0.5"), ("", "")])
def test_a_parameter_is_read_as_a_person_would_write_it(value, written):
    assert wish({**GOOD, "parameters": {"k": value}}).parameters == {"k": written}


@pytest.mark.parametrize("value", [True, None, [], {}, ["x"]])
def test_what_is_no_text_and_no_number_is_no_parameter(value):
    assert wish({**GOOD, "parameters": {"k": value}}) == "parameters"


def test_the_three_tools_stand_beside_a_static_token_alone_and_say_what_they_take():
    found = beside(Credential("tb_x"))
    assert [one.name for one in found] == ["begin_task", "request_access", "end_task"]
    assert all(one.input_schema["additionalProperties"] is False for one in found)
    assert set(found[0].input_schema["required"]) == set(GOOD)
    assert beside(Credential("eyJ0")) == beside(Credential("tb_x", task="t")) == ()
