"""A house in which a task's token is handed on to a writer and from there to a clerk, and all that can be revoked."""

from dataclasses import dataclass, field, replace

from broker.adapters.broken import LEAVES, Broken
from broker.grants.issue import root_claims
from broker.model.outcome import Refused, Served
from broker.model.stop import Target, What
from broker.store.memory import Memory
from broker.store.system import SystemClock
from broker.tokens.keys import new_key, public
from tests.kit import House, Shelf, asking, scope, spec
from tests.pair import Held
from tests.pair_broker import asked

ANSWER = {"rows": [{"id": 1, "email": "ann@example.com"}], "truncated": False}
REVOKED = ["token", "block", "block above", "sub-agent", "sub-agent above", "task", "agent", "user", "all"]
WRITER, CLERK = {"jti": "block-of-writer"}, {"jti": "block-of-clerk"}


def answering(kind=Broken, **more):
    return kind(leaves=LEAVES, answers=ANSWER, **more)


def a_house(tool, store=None, clock=None, **of_scope):
    """Of two tools that lie in two zones of two sources, both behave as `tool` does."""
    where = {"t.t": spec(leaves=LEAVES, zone="near"), "far.t": spec("far.t", leaves=LEAVES, zone="far")}
    grants = dict.fromkeys(where, scope().tools["t.t"])
    one = scope(grants, delegate=7, agents=("*",), zones=frozenset({"near", "far"}), **of_scope)
    shelf = Shelf(one, {name: (of, tool) for name, of in where.items()})
    return House(shelf, store=store or Memory(), clock=clock or SystemClock())


@dataclass
class Work:
    """One task, and the tokens of whoever works on it."""

    house: House
    root: Held
    writer: Held = field(init=False)
    clerk: Held = field(init=False)
    other: Held = field(init=False)  # another sub-agent of the root

    def __post_init__(self):
        self.writer = self.root.handed_on("writer", **WRITER)
        self.clerk = self.writer.handed_on("clerk", **CLERK)
        self.other = self.root.handed_on("other")

    def target(self, what):
        """What is to be revoked so that the clerk's token is dead."""
        return {
            "token": Target(what=What.TOKEN, name=self.root.jti),
            "block": Target(what=What.BLOCK, name=CLERK["jti"]),
            "block above": Target(what=What.BLOCK, name=WRITER["jti"]),
            "sub-agent": Target(what=What.AGENT, name="agent-1/writer/clerk"),
            "sub-agent above": Target(what=What.AGENT, name="agent-1/writer"),
            "task": Target(what=What.TASK, name=self.root.task),
            "agent": Target(what=What.AGENT, name="agent-1"),
            "user": Target(what=What.USER, name="local:maria"),
            "all": Target(what=What.ALL),
        }[what]

    async def refreshed(self):
        """Another token of the same task, for the same key."""
        task = next(one.task for one in self.house.store.tasks() if one.task.id == self.root.task)
        jti, at = self.house.ids.fresh(), self.house.pipeline.audience
        now = self.house.clock.now()
        claims = root_claims(task, audience=at, jti=jti, now=now, expires=now + 600, seal=False)
        made = await self.house.minted(claims, public(self.root.key))
        return Work(house=self.house, root=Held(token=made, task=task.id, jti=jti, key=self.root.key))


async def opened(house, **more):
    key = new_key()
    found = await house.opening.open_task(asking(holder=public(key), **more))
    if not hasattr(found, "token"):
        return found
    jti = house.pipeline.unseal(found.token).root["jti"]
    return Work(house=house, root=Held(token=found.token, task=found.task.id, jti=jti, key=key))


async def call(house, held, tool="t.t"):
    """How it ended."""
    outcome = await house.pipeline.handle(replace(asked(house, held.token, {"a": "x"}), tool=tool))
    match outcome:
        case Served():
            return "served"
        case Refused(reason=reason):
            return reason.value


async def listed(house, held):
    shown = await house.pipeline.shown(asked(house, held.token, {}).credential)
    return None if shown is None else [one.spec.name for one in shown]


async def revoke(house, target):
    return await house.journal.revoke(target, "operator ann", "a drill")
