"""What runs beside the broker as the same user cannot look into it."""

import subprocess
import sys

import pytest

PROGRAM = """
import ctypes
from broker.main.closed import close
get = lambda: ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)
before = get()
print(before, close(), get())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is of Linux")
def test_a_closed_process_cannot_be_looked_into():
    said = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["1", "True", "0"]
