"""A tool that reads a language says how it could be asked, before anything is intended."""

import pytest

from broker.adapters.broken import LEAVES, Broken
from broker.model.decision import Reason
from broker.model.faults import ToolFault
from broker.model.outcome import Refused
from tests.kit import house, spec


@pytest.mark.requirement("hint")
async def test_what_a_tool_says_of_how_to_ask_is_the_hint_and_nothing_was_intended():
    tool = Broken(unsuited="column `customer.fax` is not available")
    one = house(tool, spec_of=spec(leaves=LEAVES))
    await one.open()
    found = await one.call()
    assert found == Refused(reason=Reason.ARGUMENTS_INVALID, hint="column `customer.fax` is not available")
    assert (one.kinds("call."), tool.runs) == (["call.denied"], 0)
    assert one.records[-1]["detail"] == "column `customer.fax` is not available"


async def test_a_call_that_is_denied_is_not_shown_to_the_tool_at_all():
    one = house(Broken(unsuited="never said"), spec_of=spec(leaves=LEAVES))
    await one.open()
    assert (await one.call({"b": 1})).hint == ""


@pytest.mark.requirement("hint")
async def test_a_tool_that_failed_may_say_how_to_ask_instead():
    one = house(Broken(raises=ToolFault("no", hint="ask for less")), spec_of=spec(leaves=LEAVES))
    await one.open()
    assert await one.call() == Refused(reason=Reason.SOURCE_FAILED, hint="ask for less")
