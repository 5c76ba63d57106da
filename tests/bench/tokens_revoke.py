"""Revoked is revoked: calls from two brokers on one store, and what of them begins once `revoke` has returned.

Each trial is a fresh task, whose tokens two processes with the real pipeline use without a pause; then a third one
revokes, in turn, the token, a block, the task, the agent, the user, all. A call begins with its intent. Its tool may
run a moment later: how often that was after `revoke` had returned is told beside it.
"""

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import orjson
from anyio.from_thread import start_blocking_portal

from broker.model.stop import Target, What
from tests.bench import table
from tests.pair import pair

TRIALS = 1_000
CALLERS = 3  # of each process
KINDS = (What.TOKEN, What.BLOCK, What.TASK, What.AGENT, What.USER, What.ALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Counts of calls."""

    before: int  # ran before it returned
    sent_after: int
    began_after: int  # of those, the tool ran
    overtaken: int  # sent before it returned, ran after
    late: int  # intents behind the revocation in the log


async def trial(two, kind, number):
    actor, sub = f"agent-{number}", f"user-{number}"
    root = await two.open("block", actor=actor, sub=sub)
    block = root.handed_on("lead")
    below = block.handed_on("hand")
    name = {
        What.TOKEN: root.jti,
        What.BLOCK: block.jti,
        What.TASK: root.task,
        What.AGENT: actor,
        What.USER: f"local:{sub}",
        What.ALL: "",
    }[kind]

    async def act():
        await two.parent.journal.revoke(Target(what=kind, name=name), "bench", "to see what still begins")
        return time.monotonic()

    start = two.parent.store.head().size
    returned, calls = await two.looped([block, below], CALLERS, act)
    after = [ran for sent, ran in calls if sent > returned]
    before = [ran for sent, ran in calls if sent <= returned and ran is not None]
    return Trial(
        before=len(before),
        sent_after=len(after),
        began_after=sum(ran is not None for ran in after),
        overtaken=sum(ran > returned for ran in before),
        late=_late(two.parent.store, start, root.task),
    )


def _late(store, start, task):
    """Intents of the task behind the record of what was revoked."""
    kinds = [(one["kind"], one.get("task")) for one in (orjson.loads(body) for _, body in store.entries(start))]
    at = next(place for place, (kind, _) in enumerate(kinds) if kind == "authority.revoked")
    return kinds[at:].count(("call.intent", task))


def rows(run, folder, trials=TRIALS):
    with pair(folder) as two, start_blocking_portal() as portal:
        kinds = [KINDS[number % len(KINDS)] for number in range(trials)]
        numbered = list(enumerate(kinds))
        found = [portal.call(trial, two, kind, number) for number, kind in run.watched("revocations", numbered)]
    began, late = sum(one.began_after for one in found), sum(one.late for one in found)
    sent, before = sum(one.sent_after for one in found), sum(one.before for one in found)
    overtaken = sum(one.overtaken for one in found)
    measured = (
        f"{began} of {sent:,} sent after it ran, {late} intents behind it in the log, in {trials:,} trials; "
        f"{before:,} ran in all, {overtaken} of them begun before it and run after it had returned"
    )
    whole = began == late == 0 and sent >= trials and all(one.before and one.sent_after for one in found)
    yield run.row(
        f"revoke ({', '.join(one.value for one in KINDS)} in turn), then calls on 2 processes",
        bar="0 begin after it returned",
        measured=measured,
        ok=whole,
    )


def main():
    said = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    said.add_argument("--trials", type=int, default=TRIALS)
    given = table.given(said)
    with tempfile.TemporaryDirectory() as folder, table.running(as_json=given.json) as run:
        found = list(rows(run, Path(folder), given.trials))
    table.printed("revocation", found, as_json=given.json)


if __name__ == "__main__":
    main()
