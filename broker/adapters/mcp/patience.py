"""How long is waited for a server, and how often."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds, all of them."""

    handshake: float = 45.0  # until everything is listed; the SDK alone waits 10 for its first probe
    listing: float = 30.0  # for the lists, once it is up
    refresh: float = 60.0  # between two readings: not every server tells of changes, and none tells that it hangs
    apart: float = 1.0  # at least, between two readings, however often a server tells of changes
    wait: float = 5.0  # that a call waits for a connection
    steady: float = 10.0  # a connection that lived so long earns a new one at once
    first_pause: float = 0.2
    longest_pause: float = 30.0
