"""`POST /token`: a registered agent opens a task for a user (RFC 8693), or for itself (RFC 6749 4.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, assert_never

from starlette.requests import Request
from starlette.responses import Response

from broker.edge.oauth.clients import client, once
from broker.edge.oauth.form import TYPE, FormError, Renewal, Wish, one, wish
from broker.edge.oauth.issuer_keys import IssuerKeys
from broker.edge.oauth.spoken import answer, form
from broker.grants.exchange import user
from broker.model.asking import Asking
from broker.model.chain import Claims, Proof
from broker.model.decision import Reason
from broker.model.identity import Agent, Issuer, User
from broker.model.outcome import NotOpened, OpenedTask
from broker.model.task import Principal, SaidBy
from broker.opening import Opening
from broker.tokens.dpop import read_bare_proof
from broker.tokens.foreign import claimed, kid_of, verify

EXCHANGE: Final = "urn:ietf:params:oauth:grant-type:token-exchange"
CREDENTIALS: Final = "client_credentials"
ACCESS_TOKEN: Final = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a name, no secret
_SUBJECTS: Final = frozenset({ACCESS_TOKEN, "urn:ietf:params:oauth:token-type:jwt"})
_KNOWN: Final = frozenset(
    {
        *("grant_type", "client_id", "client_assertion", "client_assertion_type", "resource", "audience", "scope"),
        *("subject_token", "subject_token_type", "requested_token_type", "authorization_details"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenEndpoint:
    """`issuers`: by their URL; `agents`: by their name; `url`: of this endpoint, as agents reach it."""

    opening: Opening
    issuers: Mapping[str, Issuer]
    agents: Mapping[str, Agent]
    keys: IssuerKeys
    url: str

    async def answer(self, request: Request) -> Response:
        return await answer(self.opening.pipeline, "/token", partial(self._opened, request))

    async def _opened(self, request: Request) -> Mapping[str, object]:
        now = self.opening.pipeline.clock.now()
        said = await form(request, _KNOWN)
        holder = _holder(request, self.url, now)
        asked = client(said, self.agents, self.opening.pipeline.audience.issuer, now)
        self._is_for_us(said)
        wanted = wish(one(said, "authorization_details"))
        whom = await self._user(said, asked.agent, now)
        for proof in (asked.proof, *(() if holder is None else (holder[0],))):
            await once(self.opening.pipeline, proof)
        opened = await self._granted(wanted, whom, asked.agent, None if holder is None else holder[1])
        match opened:
            case NotOpened():
                raise _refused(opened)
            case OpenedTask():
                return _said(opened, now)
            case _:
                assert_never(opened)

    async def _granted(
        self, wanted: Wish | Renewal, whom: User, agent: Agent, holder: Claims | None
    ) -> OpenedTask | NotOpened:
        match wanted:
            case Wish():
                asking = Asking(
                    scope=wanted.scope,
                    principal=whom.principal,
                    roles=whom.roles,
                    actor=agent.name,
                    purpose=wanted.purpose,
                    parameters=wanted.parameters,
                    holder=holder,
                    said_by=SaidBy.AGENT,  # the user said who may act for them, and nothing of what for
                    until=whom.until,
                )
                return await self.opening.open_task(asking)
            case Renewal(task=task):
                facts = await self.opening.pipeline.tasks.facts(task)
                if facts is None or (facts.task.principal, facts.task.actor) != (whom.principal, agent.name):
                    raise FormError("invalid_authorization_details", "no task of theirs")
                return await self.opening.refresh(task, agent.name, holder, whom.until)
            case _:
                assert_never(wanted)

    async def _user(self, said: Mapping[str, str], agent: Agent, now: float) -> User:
        match one(said, "grant_type"):
            case grant if grant == CREDENTIALS:
                me = Principal(issuer=self.opening.pipeline.audience.issuer, sub=agent.name)
                return User(principal=me, roles=agent.roles, may_act=frozenset({agent.name}), until=float("inf"))
            case grant if grant == EXCHANGE:
                return await self._subject(said, agent, now)
            case _:
                raise FormError("unsupported_grant_type", "another grant")

    async def _subject(self, said: Mapping[str, str], agent: Agent, now: float) -> User:
        """Whom the subject token speaks of, and that this very agent may act for them."""
        if (
            one(said, "subject_token_type") not in _SUBJECTS
            or said.get("requested_token_type", ACCESS_TOKEN) != ACCESS_TOKEN
        ):
            raise FormError("invalid_request", "another type of token")
        text = one(said, "subject_token")
        issuer = self.issuers.get(str(claimed(text).get("iss")))
        if issuer is None:
            raise FormError("invalid_grant", "subject: an issuer that is not listed")
        keys = await self.keys.of(issuer.url, kid_of(text))
        if isinstance(keys, str):
            raise FormError("temporarily_unavailable", f"subject: {keys}", 503)
        spoken = verify(text, keys, issuer.algorithms)
        if isinstance(spoken, str):
            raise FormError("invalid_grant", f"subject: {spoken}")
        found = user(spoken, issuer, now)
        if isinstance(found, str):
            raise FormError("invalid_grant", f"subject: {found}")
        if agent.name not in found.may_act:
            raise FormError("invalid_grant", "subject: the user let another act, or nobody")
        return found

    def _is_for_us(self, said: Mapping[str, str]) -> None:
        """RFC 8707 2: whoever asks for another resource would be surprised by a token for ours."""
        ours = self.opening.pipeline.audience.url
        if any(said.get(name, ours) != ours for name in ("resource", "audience")):
            raise FormError("invalid_target", "another resource")


def _holder(request: Request, url: str, now: float) -> tuple[Proof, Claims] | None:
    """The key that the token is to be bound to (RFC 9449 5); None: whoever bears it, where the scope allows that."""
    proofs = request.headers.getlist("dpop")
    if not proofs:
        return None
    if len(proofs) != 1:
        raise FormError("invalid_dpop_proof", "two proofs")
    found = read_bare_proof(proofs[0], method=request.method, url=url, now=now)
    if isinstance(found, str):
        raise FormError("invalid_dpop_proof", found)
    return found


def _refused(why: NotOpened) -> FormError:
    """Uniform: which scopes there are, and for whom, is not told to whoever may not have them. It is on record."""
    if why.reason is Reason.BROKER_UNAVAILABLE:
        return FormError("temporarily_unavailable", why.detail, 503, is_counted=True)
    return FormError("invalid_authorization_details", why.detail, is_counted=True)


def _said(opened: OpenedTask, now: float) -> Mapping[str, object]:
    """RFC 8693 2.2.1, RFC 9396 7: what was really granted. What the broker looked up is not told: it may be private."""
    task = opened.task
    given = {name: one.value for name, one in task.parameters.items() if one.said_by is SaidBy.AGENT}
    detail = {
        "type": TYPE,
        "scope": task.scope,
        "purpose": task.purpose,
        "parameters": given,
        "task": task.id,
    }
    return {
        "access_token": opened.token,
        "issued_token_type": ACCESS_TOKEN,
        "token_type": "Bearer" if opened.holder is None else "DPoP",
        "expires_in": max(0, int(opened.expires - now)),
        "authorization_details": [detail],
    }
