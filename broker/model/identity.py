"""Whose word counts about users and agents, and what it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from broker.model.label import Json
from broker.model.task import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """An OpenID provider whose access tokens say who a user is."""

    url: str  # `iss`, compared letter by letter (RFC 9207 2.4)
    audience: str  # what its tokens for the broker name as `aud`
    types: frozenset[str]  # of a token's header; `at+jwt` (RFC 9068) tells an access token from an ID token
    algorithms: frozenset[str]
    roles_claim: str
    roles: Mapping[str, str]  # value of that claim -> role of ours; another value is none
    delegates: Mapping[str, frozenset[str]]  # client of the issuer -> agents that may act for whoever signed in there
    client_claim: str | None = None  # which claim names that client; None: `client_id` (RFC 9068 2.2), or else `azp`
    id_jag: bool = False  # whether it may say of a user that a client acts for them (ID-JAG)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A registered agent. It is who holds its secret, or the private half of its key, whatever it calls itself."""

    name: str
    key: Json | None = field(repr=False)  # the public half, made ready once; its type is known to the tokens room alone
    secret_sha256: str | None = field(default=None, repr=False)  # hex; it is random enough for a digest that has no key
    owner: str  # who answers for it
    model: str
    provider: str
    region: str | None
    review_by: date
    roles: frozenset[str] = frozenset()  # as which it works for itself, where no user is
    scope: str | None = None  # what it gets where it names none (RFC 6749 3.3)

    @property
    def reviewed_until(self) -> float:
        """Unix seconds: from then on it is nobody."""
        return datetime.combine(self.review_by, datetime.max.time(), UTC).timestamp()


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Whom an issuer's token speaks of, and who may act for them."""

    principal: Principal
    roles: frozenset[str]
    may_act: frozenset[str]
    within: frozenset[str] | None = None  # OAuth names of the scopes that it is held to; None: those of the roles
    until: float  # unix seconds: what rests on the token's word does not outlive it
