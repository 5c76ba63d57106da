"""Whose tokens count, and for whom they must be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """`issuer`: who signs (RFC 9068 2.2 `iss`); `url`: the broker as agents reach it (RFC 8707, `aud`)."""

    issuer: str
    url: str
