"""What agents read of a chain of three, over the real door in both eras: each block's word, and only that."""

import pytest

from broker.adapters.broken import LEAVES, Broken
from broker.agent.held import Held
from broker.agent.key import Key
from broker.model.constraint import Anything, Field
from broker.model.scope import RowsAny
from broker.model.tool import Argument, Policy
from tests.kit import NUMBER, TEXT, House, Shelf, scope, spec, tool_grant
from tests.proven import socketed
from tests.talk import ERAS, refusal

KEYS = [Key.make() for _ in range(4)]
STATE = Argument(schema={"type": "string"}, required=False, policy=Policy.IDENTIFIER, handles=frozenset())
ARGUMENTS = {"n": NUMBER, "a": TEXT, "state": STATE}
BLOCKS = (
    {"t__t": {"args": {"n": "1..100", "state": ["open", "held", "closed"]}}, "t__u": {}},
    {"t__t": {"args": {"n": "..50", "a": {"maxlen": 8}}}, "t__u": {}},
    {"t__t": {"args": {"n": "10..", "state": ["held", "open"]}}},
)


async def chain():
    """The house, and what each holder of its token holds."""
    granted = {"n": Field(Anything()), "a": Field(Anything()), "state": Field(Anything(), optional=True)}
    tool = Broken(answers={"rows": []}, leaves=LEAVES)
    tools = {name: (spec(name, arguments=ARGUMENTS, leaves=LEAVES), tool) for name in ("t.t", "t.u")}
    of = scope({name: tool_grant(granted, RowsAny("x")) for name in tools}, delegate=3)
    house = House(Shelf(of, tools))
    await house.open(holder=KEYS[0].public)
    held = [Held(token=house.token, key=KEYS[0], clock=house.clock.now)]
    for n, said in enumerate(BLOCKS):
        text = held[-1].attenuate(to=KEYS[n + 1].public, name=f"writer-{n}", tools=said)
        held.append(Held(token=text, key=KEYS[n + 1], clock=house.clock.now))
    return house, held


@pytest.mark.requirement("shown-is-decided")
@pytest.mark.requirement("narrowing")
@pytest.mark.parametrize("era", ERAS)
async def test_the_list_shows_what_every_block_leaves_and_a_call_beyond_it_is_refused(era):
    house, held = await chain()
    async with socketed(house) as (way, _):
        async with way.client(held[0], era) as owner:
            assert [one.name for one in (await owner.list_tools()).tools] == ["t__t", "t__u"]
        async with way.client(held[3], era) as last:
            (tool,) = (await last.list_tools()).tools
            shown = tool.input_schema["properties"]
            assert shown["n"] == {"type": "number", "minimum": 10, "maximum": 50}
            assert (shown["a"]["maxLength"], sorted(shown["state"]["enum"])) == (8, ["held", "open"])
            for n, state, a in ((9, "open", "x"), (51, "open", "x"), (20, "closed", "x"), (20, "open", "x" * 9)):
                said = await last.call_tool("t__t", {"n": n, "state": state, "a": a})
                assert refusal(said) == ("value_not_allowed", False)
            assert not (await last.call_tool("t__t", {"n": 20, "state": "open", "a": "x"})).is_error
    assert house.kinds("call.intent") == ["call.intent"]
