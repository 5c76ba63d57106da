"""The same requests through every door, and the same must come of them: `python -m tests.fuzz.doors`."""

import argparse
import json
import logging
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random  # noqa: TID251 - seeded: the same requests must come again

import anyio
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from broker.edge.ingress import UnreadableBody, message
from tests.fuzz import shapes, texts
from tests.fuzz.lanes import Http, house, lanes, written
from tests.fuzz.wire import task

BATCH = 30  # requests of one task; a task that was ended by one of them answers the rest alike
_LONG = frozenset({"initialize", "subscriptions/listen"})  # they change the session, or do not end
_ENDS = frozenset({"call.denied", "call.outcome", "call.abandoned"})


class Bodies(shapes.Sender):
    """Makes messages and leaves it to each door how they travel."""

    def http(self, said, **_):
        return said

    def next(self):
        """The attack's name and its message: bytes, or a value to be written as JSON."""
        while True:
            make = self.random.choice(ATTACKS)
            said = make(self)
            if _can_pass_every_door(written(said)):
                return make.__name__, said


def odd_meta(s):
    odd = s.random.choice(texts.ODD_VALUES)
    keys = ["progressToken", "traceparent", "x/y", "io.modelcontextprotocol/clientInfo"]
    return s.message(params={**s.call(), "_meta": {s.random.choice(keys): odd}})


ONE_DECISION = (
    *(shapes.honest, shapes.odd_arguments, shapes.odd_arguments, shapes.odd_text, shapes.handles_of_others),
    *(shapes.tools_not_there, shapes.bytes_of_noise, shapes.broken_json, shapes.strange_values_in_json),
    *(shapes.a_key_twice, shapes.deeply_nested, shapes.too_long),
)
"""What is decided does not depend on the era either."""
ATTACKS = (*ONE_DECISION, shapes.not_a_request, shapes.another_method, odd_meta)
_ALIKE = frozenset(one.__name__ for one in ONE_DECISION)


def newer(said):
    """With the envelope of the newer protocol, where there is a place for one."""
    if isinstance(said, bytes):
        return said.replace(b'"params": {', b'"params": {"_meta": %b, ' % json.dumps(shapes.META).encode(), 1)
    params = said.get("params") if isinstance(said, dict) else None
    if not isinstance(params, dict):
        return written(said)
    return written({**said, "params": {**params, "_meta": {**shapes.META, **params.get("_meta", {})}}})


def _can_pass_every_door(raw):
    """A line has no end in it and is not empty, a reply goes nowhere, and some methods are not of one exchange."""
    found = message(raw)
    if isinstance(found, UnreadableBody):
        return raw.strip() != b"" and b"\n" not in raw and not (b'"result"' in raw or b'"error"' in raw)
    return b"\n" not in raw and found["method"] not in _LONG


def carries(raw):
    """Whether the bytes themselves say of which era they are."""
    found = message(raw)
    return isinstance(found, UnreadableBody) or b"io.modelcontextprotocol/protocolVersion" in raw


@dataclass(slots=True)
class Tally:
    """What was sent and what came of it."""

    sent: int = 0
    records: int = 0
    answers: Counter = field(default_factory=Counter)
    wrong: list = field(default_factory=list)  # what must not be

    def judge(self, name, raw, found):
        """`found`: door -> (records, answer); `raw`: as it went through the doors of the newer protocol."""
        self.sent += 1
        for door, (records, said) in found.items():
            ends = sum(one[0] in _ENDS for one in records)
            self.records += ends
            self.answers[said] += 1
            if ends != _due(said):
                self.wrong.append(f"{name} by {door}: {said}, and {ends} records: {raw[:300]!r}")
        wrong = found["http older"] != found["stdio older"]
        if carries(raw):
            wrong |= found["http newer"] != found["stdio newer"]
        else:  # without an envelope it is no request of the newer protocol, through no door
            wrong |= not all(found[door][1].startswith("error") for door in ("http newer", "stdio newer"))
        if name in _ALIKE:
            wrong |= found["http older"][0] != found["http newer"][0]
        if wrong:
            self.wrong.append(f"{name}: {found}: {raw[:300]!r}")


def _due(said):
    """Records of a request: none for a stranger's, and none for what the protocol says of itself."""
    return 0 if said in {"error -31001", "result", "HTTP 202"} else 1


async def batch(broker, address, shots, tally, step):
    async with AsyncExitStack() as stack:
        open_lanes = [lane async for lane in lanes(stack, broker, address)]
        for name, said in shots:
            found, raws = {}, {"older": written(said), "newer": newer(said)}

            async def one(lane, found=found, raws=raws):
                found[lane.name] = await lane.pass_on(raws[lane.name.partition(" ")[2]])

            async with anyio.create_task_group() as tasks:
                for lane in open_lanes:
                    tasks.start_soon(one, lane)
            tally.judge(name, raws["newer"], found)
            step()


async def compare(requests, seed, folder, step):
    tally = Tally()
    async with house(folder) as (broker, address):
        other = await task(broker, user="jonas", account=2)
        read = Http(address.client(), other.token, is_newer=True)
        params = {"_meta": shapes.META, "name": "bank__account_read", "arguments": {"account_id": 2}}
        async with read.client:
            answer = await read.send(written({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}))
        rows = answer.message["result"]["structuredContent"]["rows"]
        sender = Bodies(Random(seed), {}, [row["email"] for row in rows])
        while tally.sent < requests and not tally.wrong:
            size = min(BATCH, requests - tally.sent)
            await batch(broker, address, [sender.next() for _ in range(size)], tally, step)
        if broker.journal.latched is not None:
            tally.wrong.append(broker.journal.latched)
    return tally


def told(tally, took):
    table = Table(title="The same requests through four doors")
    table.add_column("what")
    table.add_column("how many", justify="right")
    rows = [("requests", tally.sent), ("records", tally.records), *tally.answers.most_common()]
    for name, count in [*rows, ("wrong", len(tally.wrong))]:
        table.add_row(name, f"{count:,}")
    table.add_row("seconds", f"{took:.1f}")
    return table


def main():
    said = argparse.ArgumentParser(
        description="Send the same requests by HTTP and stdio, in both eras of the protocol."
    )
    said.add_argument("--requests", type=int, default=1_000)
    said.add_argument("--seed", type=int, default=1)
    given = said.parse_args()
    logging.basicConfig(level=logging.CRITICAL)
    console, start = Console(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder, Progress(console=console) as progress:
        bar = progress.add_task("requests", total=given.requests)
        tally = anyio.run(partial(compare, given.requests, given.seed, Path(folder), lambda: progress.advance(bar)))
    console.print(told(tally, time.monotonic() - start))
    for one in tally.wrong[:20]:
        console.print(one, markup=False, highlight=False)
    sys.exit(1 if tally.wrong else 0)


if __name__ == "__main__":
    main()
