"""Where a secret is kept: `env:NAME` or `file:path`; what it is, nobody reads before it is needed."""

from __future__ import annotations

import re
from typing import Final

from broker.catalog.report import Wrong

_ENV: Final = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]{0,127}")
_FILE: Final = re.compile(r"file:[^\x00-\x1f]{1,1024}")


def ref(text: str) -> str | Wrong:
    """The reference. A secret itself in a file that is copied about is what references are there to prevent."""
    if _ENV.fullmatch(text) or _FILE.fullmatch(text):
        return text
    return Wrong("expected where it is kept: `env:NAME` or `file:path`", "never the secret itself")
