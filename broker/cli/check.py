"""One line of the doctor's: what was looked at, what was found, and the mend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    name: str
    state: State
    said: str
    mend: str = ""
