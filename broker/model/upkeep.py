"""What was done to the house itself: a certificate that changed, keys that were wrapped."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """New connections are met with this certificate; those that stand go on with the one before."""

    digest: str  # SHA-256 of the certificate, in hex
    until: float  # unix seconds: it ends then


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The certificate's files cannot be used, so the old pair stays. `why`: in our own words, for the record."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped:
    """Key files that a KMS alone opens from now on, or that it wrapped anew."""

    files: tuple[str, ...]
    by: str


Upkeep = Taken | Kept | Wrapped
