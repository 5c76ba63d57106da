"""A broker killed twenty times while it pays and writes letters: nothing told is lost, nothing is done twice."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random  # noqa: TID251 - seeded: when to kill

import anyio
import httpx2

from broker.audit.canonical import keyed
from broker.main.keys import read as keys
from tests.served import asking
from tests.talk import call, http, one_call, post

KILLS, AT_ONCE = 20, 6
READ = "bank.account_read"
ENDS = {"call.outcome", "call.abandoned", "call.unresolved"}


@dataclass
class Load:
    """Clients that pay and write as fast as they are answered, no call like another."""

    task: object
    handle: str
    sent: int = 0
    told: dict = field(default_factory=dict)  # (tool, row) that the broker said it made
    silent: list = field(default_factory=list)  # calls that were never answered

    async def run(self, url):
        async with anyio.create_task_group() as clients:
            for _ in range(AT_ONCE):
                clients.start_soon(self._client, url)

    async def _client(self, url):
        async with http(self.task.token) as client:
            while True:
                self.sent += 1
                tool, arguments = self._next(self.sent)
                try:
                    response = await post(client, url, *call(tool, arguments))
                except httpx2.TransportError:
                    self.silent.append((tool, arguments))
                    return
                result = response.json()["result"]
                assert not result["isError"], result
                self.told[tool, result["structuredContent"]["rows"][0]["id"]] = arguments

    def _next(self, n):
        if n % 3 == 0:
            return "bank__write", {"to": self.handle, "subject": f"letter {n}"}
        return "bank__pay", {"account_id": 1, "amount": n / 100}


async def test_killed_twenty_times_under_load_it_loses_nothing_and_does_nothing_twice(fresh_bank):
    home, random = fresh_bank, Random(9)
    (task,) = home.grants([asking()])
    broker = await started(home)
    load = Load(task, await handle(broker, task))
    for kill in range(KILLS):
        goal = len(load.told) + random.randint(1, 12)
        async with anyio.create_task_group() as clients:
            clients.start_soon(load.run, broker.url)
            with anyio.fail_after(30):
                while len(load.told) < goal:  # noqa: ASYNC110 - another process works
                    await anyio.sleep(0.002)
            await anyio.sleep(random.random() / 50)
            await anyio.to_thread.run_sync(broker.kill)
        broker = await started(home)
        assert whole(home), f"kill {kill}"
    await again(broker, load)
    assert await anyio.to_thread.run_sync(broker.terminate) == 0
    nothing_is_lost(home, load)
    code, said, errors = await anyio.to_thread.run_sync(home.run, "audit", "verify", "--config", str(home.config))
    assert code == 0, said + errors


async def started(home):
    return await anyio.to_thread.run_sync(home.start)


async def handle(broker, task):
    read = await one_call(broker.url, task.token, "bank__account_read", {"account_id": 1})
    return read.json()["result"]["structuredContent"]["rows"][0]["email"]


def whole(home):
    """Every intent has one end now: what nobody knows about is called unresolved."""
    begun = [one["call"] for one in home.log if one["kind"] == "call.intent"]
    ended = Counter(one["call"] for one in home.log if one["kind"] in ENDS)
    written_off = sum(one["unresolved"] for one in home.log if one["kind"] == "log.opened")
    return ended == Counter(begun) and written_off == home.kinds("").count("call.unresolved")


async def again(broker, load):
    """What was never answered is asked for once more: it is done now, or it may be done already and is not."""
    ends = Counter()
    for tool, arguments in load.silent:
        result = (await one_call(broker.url, load.task.token, tool, arguments)).json()["result"]
        said = "served" if not result["isError"] else result["content"][0]["text"]
        ends["effect_unknown" if "effect_unknown" in said else said] += 1
        if not result["isError"]:
            load.told[tool, result["structuredContent"]["rows"][0]["id"]] = arguments
    assert set(ends) <= {"served", "effect_unknown"}
    assert ends["effect_unknown"] > 0


def nothing_is_lost(home, load):
    log, key = home.log, keys(home.folder / "keys").digest
    calls = {one["call"]: one["digest"] for one in log if one["kind"] == "call.intent" and one["tool"] != READ}
    served = Counter(calls[one["call"]] for one in log if one.get("status") == "served" and one["tool"] != READ)
    unknown = Counter(calls[one["call"]] for one in log if one["kind"] == "call.unresolved")
    begun = Counter(calls.values())
    done = {}
    for tool, table in (("bank__pay", "payment"), ("bank__write", "letter")):
        # What each row carries is the call's digest; the log has it keyed.
        found = home.rows(f"SELECT id, idem FROM {table}")
        done |= {(tool, row): keyed(idem.encode(), key) for row, idem in found}
    times = Counter(done.values())
    assert all(times[digest] <= begun[digest] for digest in times)  # no effect without an intent
    assert all(served[done[row]] for row in load.told)  # nothing told without an outcome on record
    assert all(served[digest] <= times[digest] <= served[digest] + unknown[digest] for digest in begun)
    assert all(begun[digest] == 1 for digest in unknown)  # what may have happened was not sent again
    assert len(load.told) > KILLS
    assert len(load.silent) >= KILLS
