"""Keeps the broker's memory and environment from what runs beside it as the same user."""

from __future__ import annotations

import ctypes
import sys

_PR_SET_DUMPABLE = 4  # linux/prctl.h


def close() -> bool:
    """Whether nobody of the same user can read `/proc/<pid>/environ` and `mem` of this process, or trace it.

    The servers and packages that it starts run as its user. Files that this user may read they can read all the same.
    prctl(2): a process that is not dumpable belongs, under `/proc`, to root.
    """
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
