"""Which registered agent asks for a token: who holds its key or its secret, and nothing that it says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from broker.edge.oauth import secret
from broker.edge.oauth.form import FormError, one
from broker.grants.exchange import assertion_of
from broker.model.chain import Proof
from broker.model.decision import Reason
from broker.model.identity import Agent
from broker.pipeline import Pipeline
from broker.tokens.foreign import ALGORITHMS, claimed, verify

ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
METHODS: Final = ("private_key_jwt", "client_secret_basic", "client_secret_post")
SAYS_WHO: Final = frozenset({"client_id", "client_assertion", "client_assertion_type", "client_secret"})
"""Fields of a form that say who asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An agent that proved who it is. `proofs`: its assertion, which must not come again; a secret comes each time."""

    agent: Agent
    proofs: tuple[Proof, ...] = ()


def client(request: Request, said: Mapping[str, str], agents: Mapping[str, Agent], issuer: str, now: float) -> Client:
    """By its secret, or `private_key_jwt` (RFC 7523 2.2). Raises FormError, the same for a name that is unknown and a
    wrong key or secret.
    """
    shown = secret.said_in(request.headers.getlist("authorization"), said)
    found = _by_assertion(said, agents, issuer, now) if shown is None else _by_secret(shown, said, agents)
    if not now < found.agent.reviewed_until:
        raise _nobody("its review is overdue")
    return found


async def once(pipeline: Pipeline, proof: Proof) -> None:
    """Raises FormError where it came before, at whichever process."""
    refused = await pipeline.first_use(proof)
    if refused is None:
        return
    if refused.reason is Reason.BROKER_UNAVAILABLE:
        raise FormError("temporarily_unavailable", "the store", 503, is_counted=True)
    raise FormError("invalid_client", "an assertion or a proof that was used before", 401, is_counted=True)


def _by_secret(shown: secret.Said, said: Mapping[str, str], agents: Mapping[str, Agent]) -> Client:
    agent = agents.get(shown.name)
    if not secret.is_theirs(shown, agent) or agent is None or said.get("client_id", agent.name) != agent.name:
        raise _nobody("no agent of that name, or another secret")
    return Client(agent=agent)


def _by_assertion(said: Mapping[str, str], agents: Mapping[str, Agent], issuer: str, now: float) -> Client:
    if one(said, "client_assertion_type") != ASSERTION:
        raise _nobody("another way to say who asks")
    text = one(said, "client_assertion")
    named = claimed(text).get("sub")
    agent = agents.get(named) if isinstance(named, str) else None
    if agent is None or agent.key is None or said.get("client_id", agent.name) != agent.name:
        raise _nobody("no agent of that name, or none with a key")
    spoken = verify(text, agent.key, ALGORITHMS, kid=agent.name)
    if isinstance(spoken, str):
        raise _nobody(spoken)
    vouched = assertion_of(spoken, agent, issuer, now)
    if isinstance(vouched, str):
        raise _nobody(vouched)
    jti, until = vouched
    return Client(agent=agent, proofs=(Proof(holder=f"agent:{agent.name}", token="", jti=jti, until=until, body=""),))


def _nobody(why: str) -> FormError:
    return FormError("invalid_client", f"client: {why}", 401)
