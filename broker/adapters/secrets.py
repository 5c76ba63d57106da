"""A secret, read when it is needed and kept by nobody: `env:NAME` or `file:path`."""

from __future__ import annotations

import os
from pathlib import Path

from broker.model.faults import Effect, ToolFault


def secret(ref: str, root: Path) -> str:
    """What the reference leads to; a relative path starts at `root`. Blocking.

    Raises ToolFault, which never quotes it.
    """
    kind, _, where = ref.partition(":")
    if kind == "env":
        found = os.environ.get(where)
        if found is None:
            raise _missing(f"the environment has no `{where}`")
        return found
    try:
        return (root / where).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise _missing(f"`{where}` cannot be read") from None


def _missing(why: str) -> ToolFault:
    return ToolFault(why, effect=Effect.NONE, is_unreachable=True)
