"""Who is the user that an issuer's token speaks of, who is the agent that asks, and may the one act for the other?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from broker.grants.saying import SKEW, begun, is_name, texts, time
from broker.model.chain import Claims
from broker.model.identity import Agent, Issuer, User
from broker.model.label import Json
from broker.model.task import Principal
from broker.tokens.foreign import Spoken

LONGEST: Final = 300  # seconds that an agent may vouch for itself at a time
_OF_AN_ID_TOKEN: Final = frozenset({"nonce", "at_hash", "c_hash", "s_hash"})


def user(said: Spoken, issuer: Issuer, now: float) -> User | str:
    """Whom an issuer's token speaks of; or, for the record, why it is none for us (RFC 9068 4).

    1. it is an access token, and not an ID token, which says who somebody is to another
    2. this issuer made it, for us
    3. it counts now
    4. it says who the user is
    """
    claims = said.content
    # 1
    if said.typ not in issuer.types or not _OF_AN_ID_TOKEN.isdisjoint(claims):
        return "not an access token"
    # 2
    if claims.get("iss") != issuer.url:
        return "of another issuer"
    if issuer.audience not in texts(claims.get("aud")):
        return "for another audience"
    # 3
    until = time(claims.get("exp"))
    if not now < until:
        return "past its `exp`, or without one"
    if not begun(claims, now):
        return "not yet valid"
    # 4
    sub = claims.get("sub")
    if not is_name(sub):
        return "it says of nobody"
    if _is_of_a_client(claims, _client(claims, issuer)):
        return "it says of a client and of no user"
    return User(
        principal=Principal(issuer=issuer.url, sub=str(sub)),
        roles=roles(claims, issuer),
        may_act=_may_act(claims, issuer),
        until=until,
    )


def assertion_of(said: Spoken, agent: Agent, issuer: str, now: float) -> tuple[str, float] | str:
    """(`jti`, until when it must not come again) of what an agent says of itself (RFC 7523 3); or why it is nothing.

    `issuer`: the broker as an authorization server, the only one that it may be meant for.
    """
    claims = said.content
    if said.typ not in {"", "jwt", "client-authentication+jwt"}:
        return "another type"
    if claims.get("iss") != agent.name or claims.get("sub") != agent.name:
        return "of another agent"
    if claims.get("aud") not in [one for name in _spelled(issuer) for one in (name, [name])]:
        return "for another audience"
    until = time(claims.get("exp"))
    if not now < until <= now + LONGEST + SKEW:
        return "past its `exp`, or too far from it"
    if not begun(claims, now):
        return "not yet valid"
    jti = claims.get("jti")
    return (str(jti), until) if is_name(jti) else "it has no name"


def _spelled(issuer: str) -> tuple[str, ...]:
    """Without a path, it is the same place with a `/` (RFC 3986 6.2.3); the Python SDK's version 1 writes it so."""
    return (issuer,) if urlsplit(issuer).path else (issuer, f"{issuer}/")


def roles(claims: Claims, issuer: Issuer) -> frozenset[str]:
    """Of ours; what an admin gave no meaning has none."""
    return frozenset(issuer.roles[one] for one in texts(claims.get(issuer.roles_claim)) if one in issuer.roles)


def _may_act(claims: Claims, issuer: Issuer) -> frozenset[str]:
    """The agents that the user let act: named by the token (RFC 8693 4.4), or for the client where they signed in."""
    named = claims.get("may_act")
    if isinstance(named, Mapping):
        is_known = named.keys() <= {"sub", "iss"} and named.get("iss", issuer.url) == issuer.url
        return frozenset({str(named["sub"])}) if is_known and is_name(named.get("sub")) else frozenset()
    if named is not None:
        return frozenset()
    client = _client(claims, issuer)
    return issuer.delegates.get(client, frozenset()) if isinstance(client, str) else frozenset()


def _is_of_a_client(claims: Claims, client: Json) -> bool:
    """Whether a client got it for itself: taken for a user, it would have what the clients' own are let (RFC 9068 5).

    By `sub`, as the standard has it, and Auth0; by the claim in which Entra ID says it, and the older one of Auth0.
    Where a provider calls a client's account as it calls a user, nothing tells the two apart.
    """
    is_named = isinstance(client, str) and claims.get("sub") in {client, f"{client}@clients"}
    return is_named or claims.get("idtyp", "user") != "user" or "client-credentials" in texts(claims.get("gty"))


def _client(claims: Claims, issuer: Issuer) -> Json:
    """The one that the token was given to."""
    if issuer.client_claim is not None:
        return claims.get(issuer.client_claim)
    return claims.get("client_id", claims.get("azp"))
