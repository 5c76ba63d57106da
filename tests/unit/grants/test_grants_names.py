"""What a sub-agent calls itself says who it is below whom, and grants nothing."""

from dataclasses import replace

import pytest

from broker.adapters.broken import LEAVES, Broken
from broker.model.chain import Credential, Proof
from broker.model.decision import Reason
from broker.model.outcome import Refused, Served
from broker.tokens.chain import attenuate, digest
from broker.tokens.keys import kid, new_key, public
from tests.kit import NOW, House, Shelf, scope, spec, tool_grant

OWNER, BELOW = new_key(), new_key()
PROUD = ["agent-1", "agent-2", "root", "admin", "operator", "broker", "local", "maria", "system", "null", "a" * 40]
TWISTED = [
    "agent-1/writer",
    "/agent-2",
    "writer/",
    "/",
    ".",
    "..",
    "../agent-2",
    "writer/../../agent-2",
    "agent-1%2fwriter",
    "agent-1\\writer",
    "agent-1\u2215writer",  # a stroke that is none
    "\uff41dmin",  # wide letters
    "\u0430dmin",  # a Cyrillic one
    "adm\u0131n",
    "a\u0301dmin",
    "admin\u200b",
    "\u202enimda",
    "admin\n",
    "admin\x00",
    " admin",
    "Admin",
    "admin*",
    "agent-*",
    "*",
    "",
    "a" * 5000,
]
ODD = [None, 5, True, ["admin"], {"sub": "admin"}]
MORE = [{"iss": "https://elsewhere"}, {"act": {"sub": "admin"}}, {"roles": ["admin"]}, {"client_id": "admin"}]


async def the_house():
    """`agent-1` may use `t.t`; `t.admin` is there, and no scope of its gives it."""
    tools = {
        name: (spec(name, leaves=LEAVES), Broken(answers={"rows": []}, leaves=LEAVES)) for name in ("t.t", "t.admin")
    }
    house = House(Shelf(scope({"t.t": tool_grant()}, delegate=2, agents=("agent-*", "admin", "root")), tools))
    await house.open(holder=public(OWNER))
    return house


def named(house, act, **more):
    block = {"act": act, "jti": "b", "iat": int(NOW), "exp": int(NOW) + 600, **more}
    token = attenuate(house.token, block, holder=OWNER, to=public(BELOW))
    return Credential(token, Proof(holder=kid(BELOW), token=digest(token), jti="j", until=NOW, body=""))


async def called(house, credential, tool="t.t"):
    asked = house.asked({"a": "x"}, tool)
    return await house.pipeline.handle(replace(asked, credential=credential))


@pytest.mark.requirement("sub-agent-name")
@pytest.mark.parametrize("name", PROUD)
async def test_whatever_it_calls_itself_it_sees_and_does_what_its_parent_gave_it(name):
    house = await the_house()
    wide = {"t.t": {}, "t.admin": {}}
    credential = named(house, {"sub": name}, tools=wide)
    assert [one.spec.name for one in await house.pipeline.visible(credential)] == ["t.t"]
    assert (await called(house, credential, "t.admin")) == Refused(reason=Reason.UNKNOWN_TOOL)
    assert isinstance(await called(house, credential), Served)
    assert {one["actor"] for one in house.records if one["kind"] == "call.intent"} == {f"agent-1/{name}"}


@pytest.mark.requirement("sub-agent-name")
@pytest.mark.parametrize("name", [*TWISTED, *ODD], ids=lambda name: repr(name)[:40])
async def test_a_name_that_could_be_taken_for_another_spoils_the_whole_token(name):
    house = await the_house()
    credential = named(house, {"sub": name})
    assert await house.pipeline.visible(credential) == []
    assert (await called(house, credential)) == Refused(reason=Reason.BAD_TOKEN)
    assert house.kinds("call.intent") == []


@pytest.mark.requirement("sub-agent-name")
@pytest.mark.parametrize("more", MORE, ids=str)
async def test_nothing_else_may_be_said_of_who_acts(more):
    house = await the_house()
    assert (await called(house, named(house, {"sub": "writer", **more}))) == Refused(reason=Reason.BAD_TOKEN)
    assert (await called(house, named(house, {"sub": "writer"}, **{f"x_{key}": one for key, one in more.items()}))) == (
        Refused(reason=Reason.BAD_TOKEN)
    )
