"""What an agent or a user showed to the broker goes no further: no tool can be given it, by its type."""

import dataclasses
import typing
from collections import deque

import pytest

from broker.adapters.broken import Broken
from broker.model.asking import Asking
from broker.model.bearer import Bearer
from broker.model.call import Call, Request
from broker.model.chain import Chain, Credential, Proof
from broker.model.identity import Agent, Issuer, User
from broker.model.outcome import Opened, Served
from broker.ports import Tool
from broker.tokens.foreign import Spoken
from tests import kit
from tests.oauth_kit import Ways

SHOWN = {Request, Credential, Chain, Proof, Bearer, Asking, Agent, Issuer, User, Spoken}


def within(kind):
    """Every class that a value of this one can hold, however deep."""
    found, left = set(), deque([kind])
    while left:
        one = left.popleft()
        left.extend(typing.get_args(one))
        if dataclasses.is_dataclass(one) and one not in found:
            found.add(one)
            left.extend(typing.get_type_hints(one).values())
    return found


@pytest.mark.requirement("no-passthrough")
def test_a_tool_is_called_with_what_can_hold_no_token():
    assert typing.get_type_hints(Tool.invoke)["opened"] is Opened
    reached = within(Opened)
    assert Call in reached  # it looks deep enough
    assert Credential in within(Request)
    assert reached & SHOWN == set()


@pytest.mark.requirement("no-passthrough")
async def test_of_neither_token_anything_reaches_a_tool():
    tool = Broken(answers={"rows": [], "truncated": False}, leaves=kit.spec().leaves)
    ways = Ways(kit.house(tool))
    subject, vouched = ways.subject(), ways.assertion()
    said = (await ways.ask(subject_token=subject, client_assertion=vouched)).json()
    assert isinstance(await ways.house.call(token=said["access_token"]), Served)
    given = repr(dataclasses.asdict(tool.opened[0]))
    assert "mara" in given  # it looks at all of it
    for token in (said["access_token"], subject, vouched):
        assert [part for part in token.split(".") if part in given] == []
