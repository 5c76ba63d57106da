"""What runs beside the broker as the same user cannot look into it."""

import subprocess
import sys

import pytest

PROGRAM = """
import ctypes
from broker.cli.closed import close
get = lambda: ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)
before = get()
print(before, close(), get())
"""


COMMAND = """
import ctypes, sys
from broker.cli.app import run
sys.argv = ["broker", "--help"]
try:
    run()
except SystemExit:
    print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is of Linux")
def test_a_closed_process_cannot_be_looked_into():
    said = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["1", "True", "0"]


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is of Linux")
def test_every_command_is_closed_before_it_starts_anything():
    said = subprocess.run([sys.executable, "-c", COMMAND], capture_output=True, text=True, check=True)
    assert said.stdout.split()[-1] == "0"
