"""Two brokers over one store, each a process of its own (`tests.pair_broker`), and whoever opens their tasks."""

import functools
import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import anyio
import anyio.to_thread

from broker.adapters.broken import Broken
from broker.model.constraint import Anything
from broker.model.scope import Budget, Ceiling, Given, Per, RowsSubject
from broker.store.sqlite import Sqlite
from broker.store.system import SystemClock
from broker.tokens.chain import attenuate, opener
from broker.tokens.keys import from_text, kid, new_key, private_text, public
from tests.kit import ANY, NUMBER, House, Shelf, asking, scope, spec, tool_grant

ROOT = Path(__file__).parents[1]
LIMIT = 10
DAY = 86_400.0
WHO = {"who": Given(type="integer", constraint=Anything())}


def scopes():
    """One for each kind of limit; whatever else they limit is plenty."""
    plenty = Budget(calls=1_000_000)
    free = {"t.t": tool_grant({"n": ANY}, RowsSubject("who"))}
    made = {
        "task": {"budget": Budget(calls=LIMIT)},
        "tool": {"tools": {"t.t": tool_grant({"n": ANY}, RowsSubject("who"), calls=LIMIT)}},
        "sum": {"budget": replace(plenty, sums={"t.t.n": Decimal(LIMIT)})},
        "block": {},
        **{one.value: {"ceiling": Ceiling(window=DAY, per=one, calls=LIMIT)} for one in Per},
    }
    facts = {"tools": free, "budget": plenty, "parameters": WHO, "delegate": 7, "agents": ("*",)}
    return {name: scope(name=name, **{**facts, **more}) for name, more in made.items()}


@dataclass
class Shelves(Shelf):
    """The same tool under several scopes."""

    the_scopes: dict = field(default_factory=scopes)

    def scope(self, name):
        return self.the_scopes.get(name)

    def scopes(self):
        return tuple(self.the_scopes.values())

    def grant(self, of, expires):
        return replace(self, the_scope=self.the_scopes[of.scope]).one(of, expires)

    def one(self, of, expires):
        return Shelf.grant(self, of, expires)


def around(folder, name, tool):
    """A broker over the store in `folder`, with the key of all of them."""
    text = (folder / "token.jwk").read_text()
    shelf = Shelves(scopes()["task"], {"t.t": (spec(arguments={"n": NUMBER}, timeout=600.0), tool)})
    house = House(
        shelf, store=Sqlite(folder / "broker.db", bytes(32), name, busy=30.0), clock=SystemClock(), deadline=30.0
    )
    house.key = from_text(text)
    unseal = functools.lru_cache(4096)(opener({kid(house.key): house.key}))
    house.pipeline = replace(house.pipeline, unseal=unseal)
    house.opening = replace(house.opening, pipeline=house.pipeline)
    return house


@dataclass
class Held:
    """A token, and the key that it is for."""

    token: str
    task: str
    jti: str  # of its last part
    key: object

    def handed_on(self, name, **claims):
        """Narrower, and for another key."""
        key, now = new_key(), int(SystemClock().now())
        said = {"jti": os.urandom(8).hex(), "iat": now, "exp": now + 600, "act": {"sub": name}, **claims}
        token = attenuate(self.token, said, holder=self.key, to=public(key))
        return Held(token=token, task=self.task, jti=said["jti"], key=key)


@dataclass
class Pair:
    folder: Path
    parent: House
    processes: list

    async def open(self, scope_name, actor="agent-1", sub="maria", who=1):
        """A fresh task whose token is for a key of its own."""
        key = new_key()
        principal = replace(asking().principal, sub=sub)
        found = await self.parent.opening.open_task(
            asking(scope=scope_name, actor=actor, principal=principal, parameters={"who": str(who)}, holder=public(key))
        )
        jti = self.parent.pipeline.unseal(found.token).root["jti"]
        return Held(token=found.token, task=found.task.id, jti=jti, key=key)

    async def volley(self, *shares, **more):
        """(token, arguments, how many) of the calls that each process makes at once: how often each end came, and how
        often the tool ran. A process whose share is None makes none.
        """
        asked = [(one, share) for one, share in zip(self.processes, shares, strict=True) if share is not None]
        answers = await anyio.to_thread.run_sync(lambda: _told(asked, more))
        return sum((Counter(one["ends"]) for one in answers), Counter()), sum(one["ran"] for one in answers)

    async def looped(self, tokens, callers, act):
        """Each process calls with its token until `act` is done, and a while longer; (sent, ran) of each call in
        seconds of one clock, None where the tool did not run. `act` is called once calls are under way everywhere.
        """
        orders = [{"loop": one.token, "callers": callers} for one in tokens]
        await anyio.to_thread.run_sync(lambda: _asked(self.processes, orders))
        try:
            done = await act()
        finally:
            answers = await anyio.to_thread.run_sync(lambda: _asked(self.processes, [{}] * len(orders)))
        return done, [call for one in answers for call in one]

    async def dies(self, at):
        self.processes[at].kill()
        await anyio.to_thread.run_sync(self.processes[at].wait)


def _told(asked, more):
    shares = [[[held.token, arguments, times] for held, arguments, times in share] for _, share in asked]
    return _asked([one for one, _ in asked], [{"calls": share, **more} for share in shares])


def _asked(processes, orders):
    """To all of them before the answer of any is read."""
    for one, order in zip(processes, orders, strict=True):
        one.stdin.write(json.dumps(order) + "\n")
        one.stdin.flush()
    return [json.loads(one.stdout.readline()) for one in processes]


@contextmanager
def pair(folder, of=2):
    (folder / "token.jwk").write_text(private_text(new_key()))
    parent = around(folder, "parent", Broken())
    command = [sys.executable, "-m", "tests.pair_broker", str(folder)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT, "env": env}
    processes = [subprocess.Popen([*command, f"broker{at}"], **pipes) for at in range(of)]
    try:
        yield Pair(folder=folder, parent=parent, processes=processes)
    finally:
        for one in processes:
            one.kill()
            one.communicate()
        parent.store.close()
