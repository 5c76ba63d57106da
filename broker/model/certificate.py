"""What became of a certificate whose files changed under a serving broker."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """New connections are met with it; those that stand go on with the one before."""

    digest: str  # SHA-256 of the certificate, in hex
    until: float  # unix seconds: it ends then


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The files cannot be used, so the pair before them stays. `why`: in our own words, for the record."""

    why: str
