"""The story of a task's opening: who may have it, with what parameters, and the tokens that name it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf

import anyio

from broker.audit.tasks import Terms
from broker.grants.bearer import overdue
from broker.grants.issue import eligible, not_for, reach, renewable, root_claims, said
from broker.grants.named import plain
from broker.grants.proof import looked_up_for, unproven
from broker.model.asking import Asking
from broker.model.chain import Claims, Proof
from broker.model.decision import Deny
from broker.model.outcome import NotOpened, OpenedTask, Token
from broker.model.scope import Lookup, Scope
from broker.model.task import Limits, Task
from broker.pipeline import Pipeline
from broker.tokens.keys import from_mapping, kid


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """`mint`: a token for these claims, and for the holder of this key (a JWK); without one, for whoever bears it.

    It may be signed elsewhere, so it is waited for, and raises StoreFault where there is no signature.
    """

    pipeline: Pipeline
    mint: Callable[[Claims, Claims | None], Awaitable[str]]
    limits: Limits
    reviewed: Mapping[str, float] = field(default_factory=dict)  # see `grants.bearer.overdue`

    async def open_task(self, asking: Asking, proofs: Sequence[Proof] = ()) -> OpenedTask | NotOpened:
        """Open a task by the word of an operator, or of whoever sent these proofs, each of which serves once.

        Lookups are real calls, each with its intent and its outcome.
        """
        at = self.pipeline
        late = overdue(asking, self.reviewed, at.clock.now())
        scope = eligible(asking, at.catalog) if late is None else late
        if isinstance(scope, Deny):
            return await at.journal.not_opened(asking, scope, proofs)
        task = self._asked(scope, asking)
        if isinstance(task, Deny):
            return await at.journal.not_opened(asking, task, proofs)
        terms = Terms(limits=self.limits, reach=reach(scope, at.catalog), proofs=proofs)
        if not any(isinstance(one, Lookup) for one in scope.parameters.values()):
            return await self._opened_at_once(scope, task, asking, terms)
        refused = await at.journal.requested(task, terms)
        if refused is not None:
            return await at.journal.not_opened(asking, refused)
        whole = await self._looked_up(scope, task)
        if isinstance(whole, Deny):
            return await at.journal.not_opened(asking, whole)
        token = self._first(scope, whole, asking)
        refused = await at.journal.opened(whole, at.ids.key(), token, self.limits, terms.reach)
        if refused is not None:
            return await at.journal.not_opened(asking, refused)
        return await self._minted_first(scope, whole, token, asking.holder)

    async def go_on(self, asking: Asking, proofs: Sequence[Proof] = ()) -> OpenedTask | NotOpened:
        """Another token of the task that they opened by asking for the very same, or that task.

        For clients that cannot name one: each token that ran out would leave an open task behind it, and each new one
        would begin with budgets that nothing was taken from. Whether they may still have it is asked first.
        """
        at = self.pipeline
        scope = plain(asking, at.catalog)
        if scope is not None:
            task = await at.tasks.like(asking, scope.revision, at.clock.now())
            if task is not None:
                return await self.refresh(task, asking.actor, asking.holder, asking.until, proofs)
        return await self.open_task(asking, proofs)

    async def renew(self, task: Task, asking: Asking, proofs: Sequence[Proof] = ()) -> OpenedTask | NotOpened:
        """Another token of this task of theirs, if it would still be for them: the principal may have lost the role.

        `asking`: of the task's own scope and purpose. That no new task may use a tool ends none that is open.
        """
        at = self.pipeline
        scope = at.catalog.scope(task.scope)
        refused = None if scope is None else not_for(scope, asking)
        if refused is not None:
            return await at.journal.not_refreshed(task, asking.actor, refused, proofs)
        return await self.refresh(task.id, asking.actor, asking.holder, asking.until, proofs)

    async def _opened_at_once(self, scope: Scope, task: Task, asking: Asking, terms: Terms) -> OpenedTask | NotOpened:
        """In one transaction, where nothing is looked up: each one more costs as much CPU as all the rest of it."""
        at = self.pipeline
        token = self._first(scope, task, asking)
        refused = await at.journal.opened_at_once(task, at.ids.key(), token, terms)
        if refused is not None:
            return await at.journal.not_opened(asking, refused)
        return await self._minted_first(scope, task, token, asking.holder)

    async def refresh(
        self, task: str, by: str, holder: Claims | None, until: float = inf, proofs: Sequence[Proof] = ()
    ) -> OpenedTask | NotOpened:
        """Another root for an open task: the same budgets, labels, handles and ledger, for a while longer.

        `until`: unix seconds, see `Asking.until`; `proofs`: see `open_task`.
        """
        at = self.pipeline
        facts = await at.tasks.facts(task)
        if facts is None:
            raise LookupError("a token was asked for a task that never was")
        scope = renewable(facts, at.catalog, now=at.clock.now(), bearer=holder is None)
        if isinstance(scope, Deny):
            return await at.journal.not_refreshed(facts.task, by, scope, proofs)
        token = self._token(scope, facts.task, holder, until)
        refused = await at.journal.refreshed(facts.task, token, by, proofs)
        if refused is not None:
            return await at.journal.not_refreshed(facts.task, by, refused)
        return await self._minted(scope, facts.task, token, holder)

    def _asked(self, scope: Scope, asking: Asking) -> Task | Deny:
        at = self.pipeline
        now = at.clock.now()
        parameters = said(scope, asking)
        if isinstance(parameters, Deny):
            return parameters
        task = Task(
            id=at.ids.fresh(),
            principal=asking.principal,
            actor=asking.actor,
            purpose=asking.purpose,
            scope=scope.name,
            revision=scope.revision,
            parameters=parameters,
            opened=now,
            ends=now + scope.lifetime,
            said_by=asking.said_by,
            roles=asking.roles,
            bearer=asking.bearer,
        )
        wish = unproven(scope, parameters, at.catalog)
        return task if wish is None else wish

    async def _looked_up(self, scope: Scope, task: Task) -> Task | Deny:
        at = self.pipeline
        for name, one in scope.parameters.items():
            if isinstance(one, Lookup):
                found = await at.look_up(task, scope, one)
                if isinstance(found, Deny):
                    return found
                by = looked_up_for(one, at.catalog.lookup(one.tool).spec, task.parameters)
                task = replace(task, parameters={**task.parameters, name: replace(found, said_by=by)})
        wish = unproven(scope, task.parameters, at.catalog)
        return task if wish is None else wish

    def _first(self, scope: Scope, task: Task, asking: Asking) -> Token | None:
        """None: the static token that it was asked with names it."""
        is_named = bool(asking.bearer) and not (asking.takes_token and scope.seal)
        return None if is_named else self._token(scope, task, asking.holder, asking.until)

    def _token(self, scope: Scope, task: Task, holder: Claims | None, until: float = inf) -> Token:
        expires = min(self.pipeline.clock.now() + scope.expires, task.ends, until)
        whose = None if holder is None else kid(from_mapping(dict(holder)))
        return Token(jti=self.pipeline.ids.fresh(), expires=expires, holder=whose)

    async def _minted_first(self, scope: Scope, task: Task, token: Token | None, holder: Claims | None) -> OpenedTask:
        """A task that nobody can name would stand open, and count, until its lifetime is over."""
        try:
            return await self._minted(scope, task, token, holder)
        except BaseException:  # whoever asked may be gone, too
            with anyio.CancelScope(shield=True):
                await self.pipeline.journal.ended(task.id, by="broker", why="its token could not be signed")
            raise

    async def _minted(self, scope: Scope, task: Task, token: Token | None, holder: Claims | None) -> OpenedTask:
        if token is None:
            return OpenedTask(task=task, token="", expires=task.ends)
        at = self.pipeline
        now = at.clock.now()
        claims = root_claims(task, audience=at.audience, jti=token.jti, now=now, expires=token.expires, seal=scope.seal)
        return OpenedTask(task=task, token=await self.mint(claims, holder), expires=token.expires, holder=token.holder)
