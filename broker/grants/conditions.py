"""What an issuer's token is bound to beside what it says: to a key, and to whoever acts by it."""

from __future__ import annotations

from collections.abc import Mapping

from broker.model.chain import Claims


def unmet(claims: Claims, issuer: str, agent: str, key: str | None) -> str | None:
    """Why it is not for this agent to show, with this request; None: nothing stands in its way.

    1. where it is for a key (RFC 9449 6.1), the request is signed by that one: whoever found the token has it not
    2. where somebody acts by it (RFC 8693 4.1), it is this very agent, and nobody before it

    `issuer`: who made it; `agent`: who asks; `key`: the thumbprint of the request's own, None where it has none.
    """
    # 1: another way to be bound, as to a certificate (RFC 8705), is one that nobody here can hold it to
    if "cnf" in claims and (key is None or claims["cnf"] != {"jkt": key}):
        return "for a key that the request is not signed with"
    # 2
    if "act" in claims and not _names(claims["act"], issuer, agent):
        return "by it another acts"
    return None


def _names(act: object, issuer: str, agent: str) -> bool:
    return isinstance(act, Mapping) and act in ({"sub": agent}, {"sub": agent, "iss": issuer})
