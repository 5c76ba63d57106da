"""Who is the user that an issuer's token speaks of, who is the agent that asks, and may the one act for the other?"""

from __future__ import annotations

from collections.abc import Mapping
from math import nan
from typing import Final

from broker.model.identity import Agent, Issuer, User
from broker.model.label import Json
from broker.model.task import Principal
from broker.tokens.foreign import Spoken

SKEW: Final = 30  # seconds that two clocks may differ
LONGEST: Final = 300  # seconds that an agent may vouch for itself at a time
_TEXT: Final = 255  # characters of a name (OpenID Connect Core 2, `sub`)
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
    if issuer.audience not in _texts(claims.get("aud")):
        return "for another audience"
    # 3
    until = _time(claims.get("exp"))
    if not now < until:
        return "past its `exp`, or without one"
    if not (_begun(claims, "nbf", now) and _begun(claims, "iat", now)):
        return "not yet valid"
    # 4
    sub = claims.get("sub")
    if not _is_name(sub):
        return "it says of nobody"
    return User(
        principal=Principal(issuer=issuer.url, sub=str(sub)),
        roles=frozenset(issuer.roles[one] for one in _texts(claims.get(issuer.roles_claim)) if one in issuer.roles),
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
    if claims.get("aud") not in (issuer, [issuer]):
        return "for another audience"
    until = _time(claims.get("exp"))
    if not now < until <= now + LONGEST + SKEW:
        return "past its `exp`, or too far from it"
    if not (_begun(claims, "nbf", now) and _begun(claims, "iat", now)):
        return "not yet valid"
    jti = claims.get("jti")
    return (str(jti), until) if _is_name(jti) else "it has no name"


def _may_act(claims: Mapping[str, Json], issuer: Issuer) -> frozenset[str]:
    """The agents that the user let act: named by the token (RFC 8693 4.4), or for the client where they signed in."""
    named = claims.get("may_act")
    if isinstance(named, Mapping):
        is_known = named.keys() <= {"sub", "iss"} and named.get("iss", issuer.url) == issuer.url
        return frozenset({str(named["sub"])}) if is_known and _is_name(named.get("sub")) else frozenset()
    if named is not None:
        return frozenset()
    client = claims.get("client_id", claims.get("azp"))
    return issuer.delegates.get(client, frozenset()) if isinstance(client, str) else frozenset()


def _texts(value: Json) -> frozenset[str]:
    """One text, or a list of them; of anything else nothing."""
    if isinstance(value, str):
        return frozenset({value})
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return frozenset(value)
    return frozenset()


def _time(value: Json) -> float:
    """Unix seconds; NaN, which is neither before nor after anything, for what is no number."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else nan


def _begun(claims: Mapping[str, Json], name: str, now: float) -> bool:
    return name not in claims or _time(claims[name]) <= now + SKEW


def _is_name(value: Json) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _TEXT and value.isprintable()
