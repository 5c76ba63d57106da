"""`POST /token`: a registered agent opens a task for a user (RFC 8693, RFC 7523), or for itself (RFC 6749 4.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, assert_never

from starlette.requests import Request
from starlette.responses import Response

from broker.edge.oauth.clients import SAYS_WHO, client, once
from broker.edge.oauth.form import TYPE, FormError, Renewal, Wish
from broker.edge.oauth.issuer_keys import IssuerKeys
from broker.edge.oauth.spoken import answer, form
from broker.edge.oauth.subjects import ACCESS_TOKEN, Subjects
from broker.edge.oauth.wanted import Plain, Wanted, wanted
from broker.grants.access import granted
from broker.grants.named import Named, chosen, spelled
from broker.model.asking import Asking
from broker.model.chain import Claims, Proof
from broker.model.decision import Reason
from broker.model.identity import Agent, Issuer, User
from broker.model.outcome import NotOpened, OpenedTask
from broker.model.task import SaidBy
from broker.opening import Opening
from broker.tokens.dpop import read_bare_proof

_KNOWN: Final = SAYS_WHO | {
    *("grant_type", "resource", "audience", "scope", "authorization_details", "assertion"),
    *("subject_token", "subject_token_type", "requested_token_type"),
}


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
        at = self.opening.pipeline
        now = at.clock.now()
        said = await form(request, _KNOWN)
        holder = _holder(request, self.url, now)
        asked = client(request, said, self.agents, at.audience.issuer, now)
        self._is_for_us(said)
        proven = None if holder is None else holder[0].holder
        subjects = Subjects(issuers=self.issuers, keys=self.keys, audience=at.audience, proven=proven)
        whom, passing = await subjects.of(said, asked.agent, now)
        wants = wanted(said, asked.agent, whom)
        proofs = (*asked.proofs, *(() if holder is None else (holder[0],)))
        asking = _asking(whom, asked.agent, None if holder is None else holder[1])
        opened = await self._granted(wants, asking, whom, (*proofs, *passing))
        match opened:
            case NotOpened():
                raise _refused(opened, wants, is_client=bool(proofs))
            case OpenedTask():
                return {**_said(opened, now), "scope": spelled(wants.said, opened.task, at.catalog)}
            case _:
                assert_never(opened)

    async def _granted(
        self, wants: Wanted, asking: Asking, whom: User, proofs: Sequence[Proof]
    ) -> OpenedTask | NotOpened:
        at = self.opening.pipeline
        match wants.what:
            case Wish(scope=scope, purpose=purpose, parameters=parameters):
                self._agrees(wants, Named(scope=scope, purpose=purpose))
                asking = replace(asking, scope=scope, purpose=purpose, parameters=parameters)
                return await self.opening.open_task(_held_to(asking, whom), proofs)
            case Plain(values=values):
                one = chosen(values, asking, at.catalog, whom.within)
                asking = _held_to(replace(asking, scope=one.scope, purpose=one.purpose), whom)
                return await self.opening.go_on(asking, proofs)
            case Renewal(task=task):
                facts = await at.tasks.facts(task)
                if facts is None or (facts.task.principal, facts.task.actor) != (whom.principal, asking.actor):
                    for proof in proofs:
                        await once(at, proof)
                    raise FormError("invalid_authorization_details", "no task of theirs")
                one = Named(scope=facts.task.scope, purpose=facts.task.purpose)
                self._agrees(wants, one)
                if whom.within is not None and not one.is_among(whom.within):
                    raise FormError("invalid_scope", "a task of another scope than the assertion's")
                asking = replace(asking, scope=one.scope, purpose=one.purpose)
                return await self.opening.renew(facts.task, asking, proofs)
            case _:
                assert_never(wants.what)

    def _agrees(self, wants: Wanted, one: Named) -> None:
        """Where both are said (RFC 9396 3.1) they say the same: two readers could each believe another."""
        if wants.said and not one.is_among(wants.said):
            raise FormError("invalid_scope", "`scope` and `authorization_details` do not agree")

    def _is_for_us(self, said: Mapping[str, str]) -> None:
        """RFC 8707 2: whoever asks for another resource would be surprised by a token for ours."""
        ours = self.opening.pipeline.audience.url
        if any(said.get(name, ours) != ours for name in ("resource", "audience")):
            raise FormError("invalid_target", "another resource")


def _asking(whom: User, agent: Agent, holder: Claims | None) -> Asking:
    """Of no scope yet."""
    return Asking(
        scope="",
        principal=whom.principal,
        roles=whom.roles,
        actor=agent.name,
        purpose="",
        parameters={},
        holder=holder,
        said_by=SaidBy.AGENT,  # the user said who may act for them, and nothing of what for
        until=whom.until,
    )


def _held_to(asking: Asking, whom: User) -> Asking:
    """What their issuer held them to is theirs, if it is this; refused when the task is opened, and on record."""
    if whom.within is None:
        return asking
    one = Named(scope=asking.scope, purpose=asking.purpose)
    return replace(asking, within=frozenset({one.scope} if one.is_among(whom.within) else ()))


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


def _refused(why: NotOpened, wants: Wanted, *, is_client: bool) -> FormError:
    """Uniform: which scopes there are, and for whom, is not told to whoever may not have them. It is on record.

    `is_client`: what came before may be the client's own proof, and not the assertion about the user alone.
    """
    if why.reason is Reason.BAD_TOKEN:
        error = ("invalid_client", 401) if is_client else ("invalid_grant", 400)
        return FormError(error[0], why.detail, error[1], is_counted=True)
    if why.reason is Reason.BROKER_UNAVAILABLE:
        return FormError("temporarily_unavailable", why.detail, 503, is_counted=True)
    by_name = isinstance(wants.what, Plain)
    return FormError("invalid_scope" if by_name else "invalid_authorization_details", why.detail, is_counted=True)


def _said(opened: OpenedTask, now: float) -> Mapping[str, object]:
    """RFC 8693 2.2.1, RFC 9396 7: what was really granted."""
    return {
        "access_token": opened.token,
        "issued_token_type": ACCESS_TOKEN,
        "token_type": "Bearer" if opened.holder is None else "DPoP",
        "expires_in": max(0, int(opened.expires - now)),
        "authorization_details": [{"type": TYPE, **granted(opened.task)}],
    }
