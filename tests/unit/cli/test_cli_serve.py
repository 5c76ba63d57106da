"""A real process: it says where it is once it can be reached, and a signal ends it well."""

import json
import signal
import subprocess
import sys

import httpx2
import pytest


@pytest.fixture
def serving(home):
    words = ["serve", "--json", "--port", "0", "--config", str(home / "broker.toml")]
    process = subprocess.Popen([sys.executable, "-m", "broker", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_first_line_is_the_whole_of_stdout_and_a_signal_ends_it_with_zero(serving, number):
    said = json.loads(serving.stdout.readline())
    assert set(said) == {"url", "ready"}
    assert httpx2.get(said["ready"]).json() == {"ready": True, "why": None}
    serving.send_signal(number)
    out, err = serving.communicate(timeout=30)
    assert (serving.returncode, out, err) == (0, b"", b"")


def test_a_start_is_on_record(serving, at):
    serving.stdout.readline()
    serving.terminate()
    serving.communicate(timeout=30)
    (record,) = (json.loads(line)["record"] for line in at("audit", "tail", "--json").stdout.splitlines())
    assert record["kind"] == "log.opened"
