"""Two brokers over one store, each a process of its own, and whoever opens their tasks.

`python -m tests.pair FOLDER NAME` is one of them: it reads what to call as lines of JSON, makes all of it at once
through the real pipeline, and answers in one line: how each call ended, and how often the tool ran.
"""

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
from broker.model.call import Request
from broker.model.chain import Credential, Proof
from broker.model.constraint import Anything
from broker.model.outcome import Served
from broker.model.scope import Budget, Ceiling, Given, Per, RowsSubject
from broker.store.sqlite import Sqlite
from broker.store.system import SystemClock
from broker.tokens.chain import attenuate, opener
from broker.tokens.keys import from_text, kid, new_key, private_text, public
from tests.kit import ANY, NUMBER, House, Shelf, asking, leaf, scope, spec, tool_grant

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
    shelf = Shelves(scopes()["task"], {"t.t": (spec(arguments={"n": NUMBER}), tool)})
    house = House(shelf, store=Sqlite(folder / "broker.db", bytes(32), name), clock=SystemClock(), deadline=30.0)
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
    key: object = field(default_factory=new_key)

    def handed_on(self, name, **claims):
        """Narrower, and for another key."""
        key, now = new_key(), int(SystemClock().now())
        said = {"jti": os.urandom(8).hex(), "iat": now, "exp": now + 600, "act": {"sub": name}, **claims}
        token = attenuate(self.token, said, holder=self.key, to=public(key))
        return Held(token=token, task=self.task, key=key)


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
        return Held(token=found.token, task=found.task.id, key=key)

    async def volley(self, *shares, **more):
        """(token, arguments, how many) of the calls that each process makes at once: how often each end came, and how
        often the tool ran. A process whose share is None makes none.
        """
        asked = [(one, share) for one, share in zip(self.processes, shares, strict=True) if share is not None]
        answers = await anyio.to_thread.run_sync(lambda: _told(asked, more))
        return sum((Counter(one["ends"]) for one in answers), Counter()), sum(one["ran"] for one in answers)

    async def dies(self, at):
        self.processes[at].kill()
        await anyio.to_thread.run_sync(self.processes[at].wait)


def _told(asked, more):
    """To all of them before the answer of any is read."""
    for one, share in asked:
        calls = [[held.token, arguments, times] for held, arguments, times in share]
        one.stdin.write(json.dumps({"calls": calls, **more}) + "\n")
        one.stdin.flush()
    return [json.loads(one.stdout.readline()) for one, _ in asked]


@contextmanager
def pair(folder, of=2):
    (folder / "token.jwk").write_text(private_text(new_key()))
    parent = around(folder, "parent", Broken())
    command = [sys.executable, "-m", "tests.pair", str(folder)]
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


class Watched(Broken):
    """Tells when it has been run so often more."""

    wanted = 0
    reached = None

    async def invoke(self, opened, progress):
        if self.runs + 1 == self.wanted:
            self.reached.set()
        return await super().invoke(opened, progress)

    def expect(self, more):
        self.wanted, self.reached = self.runs + more, anyio.Event()


async def _made(house, tool, calls):
    ends, before = Counter(), tool.runs

    async def one(token, arguments):
        outcome = await house.pipeline.handle(asked(house, token, arguments))
        ends["served" if isinstance(outcome, Served) else outcome.reason.value] += 1

    async with anyio.create_task_group() as group:
        for token, arguments, times in calls:
            for _ in range(times):
                group.start_soon(one, token, arguments)
        if tool.hangs:
            await tool.reached.wait()
            _tell({"ends": ends, "ran": tool.runs - before})
    return {"ends": ends, "ran": tool.runs - before}


def asked(house, token, arguments):
    """As the edge would hand it in: the proof held."""
    chain = house.pipeline.unseal(token)
    proof = Proof(holder=chain.holder, token=chain.digest, jti="", until=0, body="")
    return Request(id=house.ids.fresh(), tool="t.t", arguments=arguments, credential=Credential(token, proof))


def _tell(answer):
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


async def _main(folder, name):
    tool = Watched(leaves={"truncated": leaf()})
    house = around(Path(folder), name, tool)
    while line := await anyio.to_thread.run_sync(sys.stdin.readline):
        order = json.loads(line)
        if "hanging" in order:  # told once it was run so often; it ends with the process
            tool.hangs = True
            tool.expect(order["hanging"])
        _tell(await _made(house, tool, order["calls"]))
    house.store.close()


if __name__ == "__main__":
    anyio.run(_main, *sys.argv[1:])
