"""Who may connect in clear text from off this machine: the named proxies, and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from broker.edge.forwarded import Networks, address, is_among
from broker.settings import LOOPBACK, Server


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """`turned_away`: is told of each that may not."""

    networks: Networks
    turned_away: Callable[[str], object]

    def admits(self, peer: object) -> bool:
        """`peer`: as the system has it, (address, port, ...)."""
        known = address(peer[0]) if isinstance(peer, tuple) and peer and isinstance(peer[0], str) else None
        return known is not None and is_among(known, self.networks)


def peers(server: Server, turned_away: Callable[[str], object]) -> Peers | None:
    """Whom the port is for; None: for whoever reaches it, by TLS, or because only this machine does."""
    if server.tls_cert is not None or server.host in LOOPBACK:
        return None
    return Peers(networks=server.proxies, turned_away=turned_away)
