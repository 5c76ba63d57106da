"""For whom a token is asked: the agent itself, or the user that a listed issuer speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from broker.edge.oauth.form import FormError, one
from broker.edge.oauth.issuer_keys import IssuerKeys
from broker.grants.audience import Audience
from broker.grants.conditions import unmet
from broker.grants.exchange import user
from broker.grants.id_jag import asserted
from broker.model.chain import Proof
from broker.model.identity import Agent, Issuer, User
from broker.model.task import Principal
from broker.tokens.foreign import Spoken, claimed, kid_of, verify

CREDENTIALS: Final = "client_credentials"
EXCHANGE: Final = "urn:ietf:params:oauth:grant-type:token-exchange"
ASSERTION: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ACCESS_TOKEN: Final = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a name, no secret
_ACCESS_TOKENS: Final = frozenset({ACCESS_TOKEN, "urn:ietf:params:oauth:token-type:jwt"})
_ID_JAG: Final = "urn:ietf:params:oauth:token-type:id-jag"
_OF_A_USER: Final = frozenset({"assertion", "subject_token", "subject_token_type", "requested_token_type"})
_SAYS_WHOM: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {CREDENTIALS: frozenset(), EXCHANGE: _OF_A_USER - {"assertion"}, ASSERTION: frozenset({"assertion"})}
)
"""grant -> those of the fields about a user that it has."""

Subject = tuple[User, tuple[Proof, ...]]
"""With what of it must not come again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """`issuers`: by their URL; `proven`: the thumbprint of the key that the request is signed with, if it is.

    Everything raises FormError.
    """

    issuers: Mapping[str, Issuer]
    keys: IssuerKeys
    audience: Audience
    proven: str | None

    async def of(self, said: Mapping[str, str], agent: Agent, now: float) -> Subject:
        """RFC 6749 4.4, RFC 8693, RFC 7523 2.1: by the grant that is named."""
        grant = one(said, "grant_type")
        if not said.keys() & _OF_A_USER <= _SAYS_WHOM.get(grant, _OF_A_USER):
            # Whoever named a user, and was heard as speaking for itself, would be surprised by the token.
            raise FormError("invalid_request", "a field of another grant")
        if grant == CREDENTIALS:
            me = Principal(issuer=self.audience.issuer, sub=agent.name)
            return User(principal=me, roles=agent.roles, may_act=frozenset({agent.name}), until=float("inf")), ()
        if grant == EXCHANGE:
            return await self._exchanged(said, agent, now)
        if grant == ASSERTION:
            return await self._asserted(one(said, "assertion"), agent, now)
        raise FormError("unsupported_grant_type", "another grant")

    async def _exchanged(self, said: Mapping[str, str], agent: Agent, now: float) -> Subject:
        if said.get("requested_token_type", ACCESS_TOKEN) != ACCESS_TOKEN:
            raise FormError("invalid_request", "another type of token")
        kind, text = one(said, "subject_token_type"), one(said, "subject_token")
        if kind == _ID_JAG:
            return await self._asserted(text, agent, now)
        if kind not in _ACCESS_TOKENS:
            raise FormError("invalid_request", "another type of token")
        issuer, spoken = await self._spoken(text, agent)
        found = user(spoken, issuer, now)
        if isinstance(found, str):
            raise FormError("invalid_grant", f"subject: {found}")
        if agent.name not in found.may_act:
            raise FormError("invalid_grant", "subject: the user let another act, or nobody")
        return found, ()

    async def _asserted(self, text: str, agent: Agent, now: float) -> Subject:
        issuer, spoken = await self._spoken(text, agent)
        found = asserted(spoken, issuer, agent.name, self.audience, now)
        if isinstance(found, str):
            raise FormError("invalid_grant", f"assertion: {found}")
        return found[0], (found[1],)

    async def _spoken(self, text: str, agent: Agent) -> tuple[Issuer, Spoken]:
        """What it says, once a key of the issuer that it names has signed it, and it is for this agent to show."""
        issuer = self.issuers.get(str(claimed(text).get("iss")))
        if issuer is None:
            raise FormError("invalid_grant", "subject: an issuer that is not listed")
        keys = await self.keys.of(issuer.url, kid_of(text))
        if isinstance(keys, str):
            raise FormError("temporarily_unavailable", f"subject: {keys}", 503)
        spoken = verify(text, keys, issuer.algorithms)
        if isinstance(spoken, str):
            raise FormError("invalid_grant", f"subject: {spoken}")
        why = unmet(spoken.content, issuer.url, agent.name, self.proven)
        if why is not None:
            raise FormError("invalid_grant", f"subject: {why}")
        return issuer, spoken
