"""Static tokens of a house in memory, and calls with them."""

from dataclasses import replace

from broker.adapters.broken import LEAVES, Broken
from broker.grants.bearer import asking, digest, fresh
from broker.model.bearer import Bearer
from broker.model.chain import Credential
from broker.model.outcome import OpenedTask
from broker.model.task import Principal
from tests import kit


def house(**more):
    return kit.house(Broken(answers={"rows": []}, leaves=LEAVES), spec_of=kit.spec(leaves=LEAVES), **more)


def bearer(one, name="ci", **more):
    facts = {
        "principal": Principal(issuer="local", sub="maria"),
        "roles": frozenset({"r"}),
        "actor": "agent-1",
        "scopes": frozenset({"s"}),
        "made": one.clock.now(),
        "ends": one.clock.now() + 90 * 86_400,
    }
    return Bearer(name=name, **{**facts, **more})


async def given(one, name="ci", **more):
    """A static token of this house, and who bears it."""
    token, who = fresh(one.ids.key()), bearer(one, name, **more)
    assert await one.journal.gave_bearer(who, digest(token), by="operator", why="test")
    return token, who


async def begun(one, who, **more):
    """A task that it opened."""
    said = {"purpose": "p", "takes_token": False, **more}
    opened = await one.opening.open_task(replace(asking(who, scope="s"), **said))
    assert isinstance(opened, OpenedTask), opened
    return opened


async def called(one, token, task="", tool="t.t"):
    """What becomes of a call with it, of this task."""
    request = one.asked(tool=tool, token=token)
    return await one.pipeline.handle(replace(request, credential=Credential(token, task=task)))
