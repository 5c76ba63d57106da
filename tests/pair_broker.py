"""One of two brokers on a store: `python -m tests.pair_broker FOLDER NAME`.

It reads what to call as lines of JSON, makes all of it through the real pipeline, and answers each line with one.
"""

import json
import sys
import time
from collections import Counter
from pathlib import Path

import anyio
import anyio.to_thread

from broker.adapters.broken import Broken
from broker.model.call import Request
from broker.model.chain import Credential, Proof
from broker.model.outcome import Served
from tests.kit import leaf
from tests.pair import around

LONGER = 2  # calls that each caller of a loop makes once it was told to stop


class Watched(Broken):
    """Remembers when each call ran it, and tells when it has been run so often more."""

    wanted = 0
    reached = None
    ran = None

    async def invoke(self, opened, progress):
        self.ran[opened.intended.permit.checked.call.id] = time.monotonic()
        if self.runs + 1 == self.wanted:
            self.reached.set()
        return await super().invoke(opened, progress)

    def expect(self, more):
        self.ran, self.wanted, self.reached = {}, self.runs + more, anyio.Event()


async def made(house, tool, order):
    """Everything at once: how often each end came, and how often the tool ran."""
    tool.hangs = "hanging" in order  # told once it was run so often; it ends with the process
    tool.expect(order.get("hanging", 0))
    ends, before = Counter(), tool.runs

    async def one(token, arguments):
        outcome = await house.pipeline.handle(asked(house, token, arguments))
        ends["served" if isinstance(outcome, Served) else outcome.reason.value] += 1

    async with anyio.create_task_group() as group:
        for token, arguments, times in order["calls"]:
            for _ in range(times):
                group.start_soon(one, token, arguments)
        if tool.hangs:
            await tool.reached.wait()
            tell({"ends": ends, "ran": tool.runs - before})
    return {"ends": ends, "ran": tool.runs - before}


async def looped(house, tool, order):
    """One call after the other by each caller, until the next line is read: when each was sent, and when it ran."""
    tool.expect(1)
    sent, over = {}, anyio.Event()

    async def caller():
        left = LONGER
        while left:
            left -= over.is_set()
            request = asked(house, order["loop"], {"n": 1})
            sent[request.id] = time.monotonic()
            await house.pipeline.handle(request)

    async with anyio.create_task_group() as group:
        for _ in range(order["callers"]):
            group.start_soon(caller)
        await tool.reached.wait()
        tell({"under way": True})
        await anyio.to_thread.run_sync(sys.stdin.readline)
        over.set()
    return [(at, tool.ran.get(call)) for call, at in sent.items()]


def asked(house, token, arguments):
    """As the edge would hand it in: the proof held."""
    chain = house.pipeline.unseal(token)
    proof = Proof(holder=chain.holder, token=chain.digest, jti="", until=0, body="")
    return Request(id=house.ids.fresh(), tool="t.t", arguments=arguments, credential=Credential(token, proof))


def tell(answer):
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


async def main(folder, name):
    tool = Watched(leaves={"truncated": leaf()})
    house = around(Path(folder), name, tool)
    while line := await anyio.to_thread.run_sync(sys.stdin.readline):
        order = json.loads(line)
        tell(await (looped if "loop" in order else made)(house, tool, order))
    house.store.close()


if __name__ == "__main__":
    anyio.run(main, *sys.argv[1:])
