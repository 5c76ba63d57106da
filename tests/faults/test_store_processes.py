"""Several processes on one file: one log, one budget; and what was acknowledged survives the death of any of them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from broker.audit import verify
from broker.store.sqlite import Sqlite
from tests.faults.store_child import LIMIT
from tests.unit.audit.audit_made import LIMITS, SIGNER, TOKEN, journal, records, task

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "broker.db"


@pytest.fixture
async def store(path):
    one = Sqlite(path, bytes(32), "parent")
    await journal(one).opened(task(), b"k" * 32, TOKEN, LIMITS)
    yield one
    one.close()


def child(path, boot, calls):
    command = [sys.executable, "-m", "tests.faults.store_child", str(path), boot, str(calls)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})


def verified(store):
    return verify.check((body for _, body in store.entries(0)), store.checkpoints(), SIGNER.vkey)


@pytest.mark.requirement("one-log")
@pytest.mark.requirement("budget-exact")
async def test_three_processes_write_one_log_and_spend_one_budget(path, store):
    children = [child(path, f"child{at}", 30) for at in range(3)]
    acknowledged = Counter()
    for one in children:
        said, _ = one.communicate(timeout=60)
        assert one.returncode == 0
        acknowledged.update(line.split()[0] for line in said.decode().splitlines())
    assert acknowledged == {"intended": LIMIT, "closed": LIMIT, "refused": 90 - LIMIT}
    report = verified(store)
    assert (report.problems, report.open_calls) == ((), ())
    assert Counter(one["kind"] for one in records(store)) == {
        "task.opened": 1,
        "call.intent": LIMIT,
        "call.outcome": LIMIT,
        "call.denied": 90 - LIMIT,
    }


@pytest.mark.requirement("crash")
@pytest.mark.parametrize("after", [1, 7, 30])
async def test_a_process_that_is_killed_loses_nothing_it_acknowledged_and_leaves_no_call_open(path, store, after):
    one = child(path, "killed", 10_000)
    said = [one.stdout.readline() for _ in range(after)]
    one.kill()
    rest, _ = one.communicate(timeout=60)
    acknowledged = {tuple(line.split()) for line in b"".join([*said, rest]).decode().splitlines(keepends=True)}
    assert await journal(store).recover() == len(records(store, "call.unresolved"))
    report = verified(store)
    assert (report.problems, report.open_calls) == ((), ())
    found = {"intended": "call.intent", "closed": "call.outcome", "refused": "call.denied"}
    for step, name in acknowledged:
        assert name in {record["call"] for record in records(store, found[step])}


async def test_a_process_that_lives_keeps_its_calls(path, store):
    one = child(path, "living", 10_000)
    one.stdout.readline()
    assert await journal(store).recover() == 0
    one.kill()
    one.communicate(timeout=60)
