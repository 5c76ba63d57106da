"""The two-candidate game: a handle stands for one of two values, and an agent with blocks of its own guesses which.

What it may look at is everything that reaches it, byte by byte: answers, hints, lists, what is left of its budgets,
and when its task is suspended. Time is left out: both worlds run the same statements.
"""

import re
from collections import Counter, defaultdict
from dataclasses import replace
from functools import lru_cache

from mcp import MCPError

from broker.adapters.broken import Broken
from broker.audit.ends import STRIKES
from broker.edge.offered import entry
from broker.edge.wire import result
from broker.model.call import Request
from broker.model.chain import Credential, Proof
from broker.model.constraint import All, Anything, EmailAt, Field, HandleOf
from broker.model.outcome import Served
from broker.model.tool import Argument, Effect, Policy
from broker.tokens.chain import attenuate, digest
from broker.tokens.keys import kid, new_key, public
from tests.handle_blocks import FIRST, SECOND
from tests.kit import NOW, TEXT, House, Shelf, asking, leaf, scope, spec, tool_grant

_HANDLE = re.compile(r"hdl-[a-z0-9-]{1,40}-[a-z2-7]{26}")
_TAKES = frozenset({"email"})
_TO = Argument(schema={"type": "string"}, required=True, policy=Policy.EMAIL, handles=_TAKES)
_NOTE = Argument(schema={"type": "string"}, required=True, policy=Policy.TEXT, handles=_TAKES)
_SUBJECT = Argument(schema={"type": "string"}, required=False, policy=TEXT.policy, handles=frozenset())
_ARGUMENTS = {"to": _TO, "subject": _SUBJECT}
_LEAVES = {"rows.*.id": leaf(), "rows.*.email": leaf("email"), "truncated": leaf()}
_BAD = "hdl-email-" + "a" * 26
_WRITES = 4  # calls that the scope gives of `t.write`


class Game:
    """One broker, a fresh task for each trial. `at`: hosts that the scope itself lets mail go to; none: anywhere."""

    def __init__(self, at=()):
        self.values, self.reads = {}, Broken(leaves=_LEAVES, effect=self._answers)
        sends = {"leaves": _LEAVES, "answers": {"rows": [], "truncated": False}}
        grants = {
            "t.read": tool_grant({}),
            "t.write": tool_grant({"to": Field(_may(at)), "subject": Field(Anything(), optional=True)}, calls=_WRITES),
            "t.note": tool_grant({"text": Field(Anything())}),
        }
        tools = {
            "t.read": (spec("t.read", arguments={}, leaves=_LEAVES), self.reads),
            "t.write": (
                spec("t.write", arguments=_ARGUMENTS, leaves=_LEAVES, effects=frozenset({Effect.SEND})),
                Broken(**sends),
            ),
            "t.note": (spec("t.note", arguments={"text": _NOTE}, leaves=_LEAVES), Broken(**sends)),
        }
        around = scope(grants, mask={"email": {"else": "handle"}}, delegate=4)
        self.house = House(Shelf(around, tools), deadline=600.0)  # a busy machine is no log that fails
        # As the broker that serves does: a token that comes again is not verified again.
        self.house.pipeline = replace(self.house.pipeline, unseal=lru_cache(1024)(self.house.pipeline.unseal))
        self.house.opening = replace(self.house.opening, pipeline=self.house.pipeline)
        self.key, self.opened = new_key(), 0

    def _answers(self, opened):
        """Each task has its own value, and nothing waits between this and the answer."""
        task = opened.intended.permit.checked.call.grant.task.id
        self.reads.answers = {"rows": [{"id": 1, "email": self.values[task]}], "truncated": False}

    async def trial(self, blocks, *, is_first):
        """Everything that the agent sees in one fresh task in which it writes these blocks."""
        self.opened += 1
        asked = asking(holder=public(self.key), actor=f"agent-{self.opened}")
        opened = await self.house.opening.open_task(asked)
        self.values[opened.task.id] = FIRST if is_first else SECOND
        own = Agent(self.house, self.key, opened.token)
        await own.calls("t.read", {})
        (handle,) = own.handles
        narrowed = own.with_blocks(blocks)
        await narrowed.lists()
        await narrowed.calls("t.read", {})
        for sent in (handle, FIRST, f"to {handle}"):
            await narrowed.calls("t.write", {"to": sent})
            await narrowed.calls("t.note", {"text": sent})
        await narrowed.calls("t.write", {"to": handle, "subject": "abcd"})
        await own.calls("t.note", {"text": handle})
        while await own.calls("t.write", {"to": handle}):  # how many are left
            pass
        for _ in range(STRIKES):  # and how many strikes
            await own.calls("t.write", {"to": _BAD})
        return tuple(own.seen)


def _may(at):
    return All((HandleOf(_TAKES), EmailAt(at))) if at else HandleOf(_TAKES)


class Agent:
    """Whoever holds a token, and all that it was ever told."""

    def __init__(self, house, key, token, seen=None, handles=None):
        self.house, self.key, self.token = house, key, token
        proof = Proof(holder=kid(key), token=digest(token), jti="j", until=NOW, body="")  # as the gate has read it
        self.credential = Credential(token, proof)
        self.seen = [] if seen is None else seen
        self.handles = {} if handles is None else handles

    def with_blocks(self, blocks):
        token, at = self.token, int(NOW)
        for number, said in enumerate(blocks):
            block = {"act": {"sub": "own"}, "jti": f"b{number}", "iat": at, "exp": at + 600, **said}
            token = attenuate(token, block, holder=self.key, to=public(self.key))
        return Agent(self.house, self.key, token, self.seen, self.handles)

    async def calls(self, tool, arguments):
        request = Request(id=self.house.ids.fresh(), tool=tool, arguments=arguments, credential=self.credential)
        outcome = await self.house.pipeline.handle(request)
        try:
            said = result(outcome, tool).model_dump_json()
        except MCPError as error:
            said = f"{error.error.code} {error.error.message}"
        self._hears(said)
        return isinstance(outcome, Served)

    async def lists(self):
        shown = await self.house.pipeline.visible(self.credential)
        self._hears("\n".join(sorted(entry(one).model_dump_json() for one in shown)))

    def _hears(self, said):
        """A handle is random: which one of those that it has seen is all that it says."""
        self.seen.append(_HANDLE.sub(lambda one: f"handle {self.handles.setdefault(one[0], len(self.handles))}", said))


class Guesser:
    """The best that can be made of what was seen: of each shape and sight, which world it came from more often."""

    def __init__(self, shapes):
        self.counts = [defaultdict(Counter) for _ in range(shapes)]

    def learns(self, shape, sight, is_first):
        self.counts[shape][sight][is_first] += 1

    def guesses(self, shape, sight, coin):
        """`coin`: what is said of a sight that tells nothing."""
        found = self.counts[shape][sight]
        return coin if found[True] == found[False] else found[True] > found[False]

    @property
    def best(self):
        """The shape whose sights have told most."""
        return max(range(len(self.counts)), key=self._told)

    def _told(self, shape):
        sights = self.counts[shape].values()
        return sum(max(one.values()) for one in sights) / (1 + sum(one.total() for one in sights))
