"""Small whole things for tests: a spec, a scope, a task, and a broker in memory around any tool."""

from dataclasses import dataclass, field
from datetime import date

import orjson

from broker.audit.checkpoint import new_signer
from broker.audit.journal import Journal
from broker.audit.sequencer import Sequencer
from broker.catalog.classes import known
from broker.catalog.compiled import compile_grant
from broker.catalog.narrowing import narrow
from broker.catalog.uris import lies_at
from broker.grants.audience import Audience
from broker.model.asking import Asking
from broker.model.call import Request
from broker.model.chain import Credential
from broker.model.constraint import Anything, Field
from broker.model.label import Leaf, Writer
from broker.model.outcome import OpenedTask
from broker.model.scope import Budget, RowsAny, Scope, ToolGrant
from broker.model.task import Limits, Principal, Task
from broker.model.tool import Argument, Effect, Policy, State, ToolSpec
from broker.opening import Opening
from broker.pipeline import Pipeline
from broker.store.memory import Memory
from broker.store.system import SystemIds
from broker.tokens.chain import mint, opener, seal
from broker.tokens.keys import from_mapping, kid, new_key

NOW = 1_800_000_000.0
AUDIENCE = Audience(issuer="http://broker", url="http://broker/mcp")
DEFAULTS = {name: rule.action for name, rule in known({}).items()}
TEXT = Argument(schema={"type": "string"}, required=True, policy=Policy.TEXT, handles=frozenset())
NUMBER = Argument(schema={"type": "number"}, required=True, policy=None, handles=frozenset())
ANY = Field(Anything())
PLENTY = Limits(open=1_000_000, per_hour=1_000_000)
"""Tests open task after task for one holder; what the limits do has its own tests."""


def leaf(kind="public", writer=Writer.SYSTEM, **more):
    return Leaf(kind=kind, writer=writer, **more)


def spec(name="t.t", **more):
    facts = {
        "name": name,
        "description": "a tool",
        "effects": frozenset({Effect.READ}),
        "arguments": {"a": TEXT},
        "authority": frozenset(),
        "bind": {},
        "leaves": {"rows.*.id": leaf(), "rows.*.email": leaf("email"), "truncated": leaf()},
        "owned": frozenset(),
        "zone": "default",
        "region": None,
        "external": False,
        "risk": "low",
        "owner": "team",
        "review_by": date(2100, 1, 1),
        "state": State.ACTIVE,
        "timeout": 5.0,
        "max_bytes": 1 << 20,
        "max_rows": 100,
        "open_why": None,
        "canary": False,
        "guesses": None,
        "pin": f"pin-of-{name}",
    }
    return ToolSpec(**{**facts, **more})


def tool_grant(arguments=None, rows=None, **budget):
    return ToolGrant(arguments={"a": ANY} if arguments is None else arguments, rows=rows, budget=Budget(**budget))


def scope(tools=None, **more):
    facts = {
        "name": "s",
        "why": "because",
        "roles": frozenset({"r"}),
        "agents": ("agent-*",),
        "purposes": frozenset({"p"}),
        "parameters": {},
        "hours": None,
        "expires": 900.0,
        "lifetime": 28_800.0,
        "zones": frozenset({"default"}),
        "seal": True,
        "tools": {"t.t": tool_grant()} if tools is None else tools,
        "mask": {},
        "budget": Budget(calls=1_000),
        "ceiling": None,
        "revision": "rev-1",
    }
    return Scope(**{**facts, **more})


def asking(**more):
    facts = {
        "scope": "s",
        "principal": Principal(issuer="local", sub="maria"),
        "roles": frozenset({"r"}),
        "actor": "agent-1",
        "purpose": "p",
        "parameters": {},
    }
    return Asking(**{**facts, **more})


def task(of=None, **more):
    one = scope() if of is None else of
    facts = {
        "id": "task-1",
        "principal": Principal(issuer="local", sub="maria"),
        "actor": "agent-1",
        "purpose": "p",
        "scope": one.name,
        "revision": one.revision,
        "parameters": {},
        "opened": NOW,
        "ends": NOW + one.lifetime,
    }
    return Task(**{**facts, **more})


@dataclass
class Shelf:
    """A catalog of any tools and one scope."""

    the_scope: Scope
    tools: dict

    def spec(self, name):
        return self.tools[name][0] if name in self.tools else None

    def specs(self):
        return tuple(one for one, _ in self.tools.values())

    def tool(self, name):
        return self.tools[name][1]

    def lookup(self, name):
        one = self.spec(name)
        arguments = dict.fromkeys(one.arguments, ANY)
        around = scope({name: tool_grant(arguments, RowsAny("lookup"))})
        return compile_grant(around, task(around), NOW, {name: one}).tools[name]

    def at(self, source, uri):
        found = ((name, one) for name, (one, _) in self.tools.items() if one.source == source and one.uri is not None)
        return next((name for name, one in found if lies_at(one.uri, uri)), None)

    def scope(self, name):
        return self.the_scope if name == self.the_scope.name else None

    def scopes(self):
        return (self.the_scope,)

    def grant(self, of, expires):
        whole = {name: one for name, (one, _) in self.tools.items()}
        if (of.scope, of.revision) != (self.the_scope.name, self.the_scope.revision):
            return None
        return compile_grant(self.the_scope, of, expires, whole)

    def narrow(self, grant, chain):
        return narrow(grant, chain, known({}))


@dataclass
class Clock:
    at: float = NOW

    def now(self):
        return self.at


@dataclass
class House:
    """A whole broker around a shelf, over a store in memory."""

    shelf: Shelf
    store: Memory = field(default_factory=Memory)
    clock: Clock = field(default_factory=Clock)
    deadline: float = 5.0
    limits: Limits = PLENTY
    token: str = ""
    task: str = ""

    def __post_init__(self):
        self.ids, self.key = SystemIds(), new_key()
        self.signer = new_signer("test/log", bytes(32))
        self.journal = Journal(Sequencer(self.store, self.signer, self.deadline), self.clock, self.ids, bytes(32))
        self.pipeline = Pipeline(
            unseal=opener({kid(self.key): self.key}),
            audience=AUDIENCE,
            defaults=DEFAULTS,
            catalog=self.shelf,
            tasks=self.store,
            handles=self.store,
            journal=self.journal,
            clock=self.clock,
            ids=self.ids,
        )
        self.opening = Opening(pipeline=self.pipeline, mint=self.minted, limits=self.limits)

    async def minted(self, claims, holder):
        if holder is not None:
            return mint(claims, issuer=self.key, holder=from_mapping(dict(holder)))
        thrown_away = new_key()
        return seal(mint(claims, issuer=self.key, holder=thrown_away), holder=thrown_away)

    @property
    def credential(self):
        return Credential(self.token)

    async def open(self, **more):
        opened = await self.opening.open_task(asking(**more))
        if isinstance(opened, OpenedTask):
            self.token, self.task = opened.token, opened.task.id
        return opened

    async def call(self, arguments=None, tool="t.t", token=None):
        return await self.pipeline.handle(self.asked(arguments, tool, token))

    def asked(self, arguments=None, tool="t.t", token=None):
        sent = {"a": "x"} if arguments is None else arguments
        credential = Credential(self.token if token is None else token)
        return Request(id=self.ids.fresh(), tool=tool, arguments=sent, credential=credential)

    @property
    def records(self):
        return [orjson.loads(body) for _, body in self.store.entries(0)]

    def kinds(self, *prefixes):
        return [one["kind"] for one in self.records if one["kind"].startswith(prefixes)]


def house(tool, *, spec_of=None, scope_of=None, **more):
    """One tool `t.t`, granted by the scope `s`."""
    return House(
        Shelf(scope() if scope_of is None else scope_of, {"t.t": (spec() if spec_of is None else spec_of, tool)}),
        **more,
    )
