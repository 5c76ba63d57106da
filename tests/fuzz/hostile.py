"""Thousands of hostile requests into one broker, and the sums that must come out: `python -m tests.fuzz.hostile`."""

import argparse
import json
import logging
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random  # noqa: TID251 - seeded: the same attack must come again

import anyio
import orjson
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.fuzz.shapes import Sender, without_session
from tests.fuzz.wire import Shot, laid, running, sent, task

AT_ONCE, BATCH, TASKS = 64, 256, 24
SECRETS = (b"bank.example", b"dear diary", b"Owner ", b"+49 30", b"400000000000000", b"pin1")
"""Each is in a value of the databases that no scope here shows in full; no answer may hold one."""
_SERVER_ERROR, _REFUSED = 500, 400
_LISTS = frozenset({"tools/list", "prompts/list", "resources/list", "resources/templates/list"})
_QUIET = _LISTS | {"initialize", "ping", "server/discover"}
_ENDS = frozenset({"call.denied", "call.outcome", "call.abandoned", "approval.requested"})


@dataclass(slots=True)
class Tally:
    """What was sent and what came of it."""

    sent: int = 0
    strangers: int = 0
    counted: int = 0  # strangers, by the log
    quiet: int = 0  # messages of the protocol that leave no record
    due: int = 0  # records that there should be
    ends: int = 0  # records that there are
    latched: str | None = None
    answers: Counter = field(default_factory=Counter)
    wrong: list = field(default_factory=list)  # what must not be

    def note(self, shot, what):
        if len(self.wrong) < 20:
            self.wrong.append(f"{shot.name}: {what}: {shot.method} {shot.headers} {shot.body[:500]!r}")


@dataclass(slots=True)
class Battle:
    """One broker under attack."""

    broker: object
    app: object
    random: Random
    tally: Tally
    seen: int = 0  # records that were looked at
    sender: Sender | None = None

    async def prepare(self):
        other = await task(self.broker, user="jonas", account=2)
        root = dict(self.broker.pipeline.unseal(other.token).root)
        stale = await self.broker.opening.mint({**root, "exp": 1_000_000_000}, None)
        self.sender = Sender(self.random, {}, [], [stale])
        while len(self.sender.tokens) < TASKS:
            await self._one_more()
        params = self.sender.call("account_read", {"account_id": 2})
        read = self.sender.http(self.sender.message(params=params), modern=True, token=other.token)
        rows = (await sent(self.app, read)).message["result"]["structuredContent"]["rows"]
        self.sender.foreign = [row["email"] for row in rows]
        self._read_on()

    async def _one_more(self):
        """A fresh task, and a session of the older protocol for it."""
        token = (await task(self.broker)).token
        params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "f", "version": "0"}}
        opening = self.sender.http(self.sender.message("initialize", params), modern=False, token=token)
        self.sender.tokens[token] = (await sent(self.app, without_session(opening))).headers[b"mcp-session-id"]

    async def _end_session(self, token, session):
        """There are so many and no more; who opens one ends it."""
        headers = self.sender.headers({}, modern=False, token=token)
        headers = (*(one for one in headers if one[0] != b"mcp-session-id"), (b"mcp-session-id", session))
        await sent(self.app, Shot(name="", method="DELETE", body=b"", headers=headers))

    async def volley(self, size, step):
        """`size` requests, many at a time; then the log must have what it should have."""
        shots = [self.sender.shot() for _ in range(size)]
        limiter = anyio.CapacityLimiter(AT_ONCE)
        due = self.tally.due

        async def one(shot):
            async with limiter:
                try:
                    with anyio.fail_after(60):
                        answer = await sent(self.app, shot)
                        self._answered(shot, answer)
                        if shot.opens and b"mcp-session-id" in answer.headers:
                            await self._end_session(shot.opens, answer.headers[b"mcp-session-id"])
                except Exception as crash:  # noqa: BLE001 - whatever leaves the app is a crash
                    self.tally.note(shot, f"crash {crash!r}")
            step()

        async with anyio.create_task_group() as tasks:
            for shot in shots:
                tasks.start_soon(one, shot)
        ends = self._read_on()
        self.tally.ends += ends
        if ends != self.tally.due - due:
            names = Counter(shot.name for shot in shots)
            self.tally.wrong.append(f"{self.tally.due - due} records due, {ends} there, among {dict(names)}")
        await self._replace_the_suspended()

    def _answered(self, shot, answer):
        tally, said = self.tally, answer.said
        tally.sent += 1
        tally.answers[said] += 1
        if answer.status >= _SERVER_ERROR:
            tally.note(shot, f"HTTP {answer.status}")
        if any(secret in answer.body for secret in SECRETS):
            tally.note(shot, "a secret in the answer")
        if shot.stranger:
            tally.strangers += 1
            if answer.status != 401:
                tally.note(shot, f"a stranger got HTTP {answer.status}")
        elif _is_quiet(shot, answer):
            tally.quiet += 1
        else:
            tally.due += 1

    def _read_on(self):
        """How many calls ended since the last look."""
        new = [orjson.loads(body) for _, body in self.broker.archive.entries(self.seen)]
        self.seen += len(new)
        self.tally.counted += sum(sum(one["counts"].values()) for one in new if one["kind"] == "strangers.counted")
        return sum(one["kind"] in _ENDS for one in new)

    async def _replace_the_suspended(self):
        alive = {one.task.id for one in self.broker.archive.tasks() if one.state.value == "active"}
        tokens, unseal = self.sender.tokens, self.broker.pipeline.unseal
        for token in [one for one in tokens if unseal(one).root["tid"] not in alive]:
            await self._end_session(token, tokens.pop(token))
            await self._one_more()


def _is_quiet(shot, answer):
    """A message of the protocol, answered without an error, is no call."""
    if answer.status == 0 or answer.status >= _REFUSED or (answer.message or {}).get("error"):
        return False
    if shot.method != "POST":
        return True
    method = json.loads(shot.body).get("method", "")
    return method in _QUIET or method.startswith("notifications/")


async def battle(requests, seed, folder, step):
    tally = Tally()
    settings = laid(folder)
    async with running(settings) as (broker, app):
        fight = Battle(broker, app, Random(seed), tally)
        await fight.prepare()
        while tally.sent + len(tally.wrong) < requests and broker.journal.latched is None:
            await fight.volley(min(BATCH, requests - tally.sent), step)
            if tally.wrong:
                break
        await broker.journal.flush_strangers()
        fight._read_on()
        tally.latched = broker.journal.latched
    return tally


def told(tally, took):
    table = Table(title="Hostile requests")
    table.add_column("what")
    table.add_column("how many", justify="right")
    for name in ("sent", "strangers", "counted", "quiet", "due", "ends"):
        table.add_row(name, f"{getattr(tally, name):,}")
    table.add_section()
    for name, count in tally.answers.most_common():
        table.add_row(name, f"{count:,}")
    table.add_section()
    table.add_row("latched", str(tally.latched))
    table.add_row("wrong", str(len(tally.wrong)))
    table.add_row("seconds", f"{took:.1f}")
    return table


def holds(tally):
    return not tally.wrong and tally.latched is None and tally.strangers == tally.counted and tally.due == tally.ends


def main():
    said = argparse.ArgumentParser(description="Send hostile requests to a broker; every one must be answered for.")
    said.add_argument("--requests", type=int, default=5_000)
    said.add_argument("--seed", type=int, default=1)
    given = said.parse_args()
    logging.basicConfig(level=logging.CRITICAL)
    console = Console()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, Progress(console=console) as progress:
        bar = progress.add_task("hostile requests", total=given.requests)
        tally = anyio.run(battle, given.requests, given.seed, Path(folder), lambda: progress.advance(bar))
    console.print(told(tally, time.monotonic() - start))
    for one in tally.wrong:
        console.print(one, markup=False, highlight=False)
    sys.exit(0 if holds(tally) else 1)


if __name__ == "__main__":
    main()
