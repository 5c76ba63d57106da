"""Two processes open tasks for the same holders at once: together they get what one may have, exactly."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from broker.store.sqlite import Sqlite
from tests.faults.opening_child import LIMITS

ROOT = Path(__file__).parents[2]
HOLDERS = 40


def child(folder, boot):
    command = [sys.executable, "-m", "tests.faults.opening_child", str(folder), boot, str(HOLDERS), "4"]
    env, pipes = {**os.environ, "PYTHONPATH": str(ROOT)}, {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen(command, cwd=ROOT, env=env, text=True, **pipes)


@pytest.mark.requirement("opening-limited")
def test_over_two_processes_each_holder_gets_exactly_the_tasks_he_may_have(tmp_path):
    Sqlite(tmp_path / "broker.db", bytes(32), "parent").close()
    children = [child(tmp_path, boot) for boot in ("one", "two")]
    assert [one.stdout.readline() for one in children] == ["ready\n"] * 2
    for one, way in zip(children, ("up\n", "down\n"), strict=True):
        one.stdin.write(way)
        one.stdin.flush()
    found = [json.loads(one.communicate(timeout=120)[0]) for one in children]
    assert [one.returncode for one in children] == [0, 0]
    assert [sum(each) for each in zip(*found, strict=True)] == [LIMITS.open] * HOLDERS
    assert all(sum(one) for one in found), "one of them opened nothing: they did not run side by side"
