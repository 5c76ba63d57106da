"""ID-JAG: an issuer says that a client may act for a user, here (draft-ietf-oauth-identity-assertion-authz-grant)."""

from __future__ import annotations

from typing import Final

from broker.grants.audience import Audience
from broker.grants.exchange import roles
from broker.grants.saying import begun, is_name, time
from broker.model.chain import Proof
from broker.model.identity import Issuer, User
from broker.model.task import Principal
from broker.tokens.foreign import Spoken

TYPE: Final = "oauth-id-jag+jwt"
LONGEST: Final = 3600  # seconds to its end: its name is kept for so long, so that it comes once


def asserted(said: Spoken, issuer: Issuer, client: str, audience: Audience, now: float) -> tuple[User, Proof] | str:
    """Whom it speaks of, and what of it must not come again; or, for the record, why it says nothing to us.

    1. it is an ID-JAG: no access token, and no ID token, is one
    2. this issuer made it, and its word on this is taken
    3. it is for this authorization server, for this resource, and for whoever shows it
    4. it counts now, and once
    5. it says who the user is, and holds them to nothing that nobody here reads (RFC 9396 5)
    """
    claims = said.content
    # 1, 2, 3
    foreign = _foreign(said, issuer, client, audience)
    if foreign is not None:
        return foreign
    # 4
    until = time(claims.get("exp"))
    if not now < until <= now + LONGEST:
        return "past its `exp`, or too far from it"
    if "iat" not in claims or not begun(claims, now):
        return "not yet valid, or without an `iat`"
    jti = claims.get("jti")
    if not is_name(jti):
        return "it has no name"
    # 5
    sub, scope = claims.get("sub"), claims.get("scope")
    if not is_name(sub) or not (scope is None or isinstance(scope, str)):
        return "it says of nobody, or its `scope` is no text"
    if "authorization_details" in claims:
        return "what it grants is said in details that are not known"
    return (
        User(
            principal=Principal(issuer=issuer.url, sub=str(sub)),
            roles=roles(claims, issuer),
            may_act=frozenset({client}),
            within=None if scope is None else frozenset(scope.split(" ")),
            until=until,
        ),
        Proof(holder=f"issuer:{issuer.url}", token="", jti=str(jti), until=until, body=""),
    )


def _foreign(said: Spoken, issuer: Issuer, client: str, audience: Audience) -> str | None:
    claims = said.content
    # 1
    if said.typ != TYPE:
        return "not an ID-JAG"
    # 2
    if not issuer.id_jag:
        return "its issuer may not say who acts for whom"
    if claims.get("iss") != issuer.url:
        return "of another issuer"
    # 3: one value each, for with two it would be good elsewhere too
    if claims.get("aud") not in (audience.issuer, [audience.issuer]):
        return "for another audience"
    if claims.get("resource") not in (audience.url, [audience.url]):
        return "for another resource"
    return None if claims.get("client_id") == client else "for another client"
