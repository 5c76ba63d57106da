"""The story of a task's opening: who may have it, with what parameters, and the tokens that name it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf

from broker.grants.issue import eligible, reach, renewable, root_claims, said
from broker.grants.proof import looked_up_for, unproven
from broker.model.asking import Asking
from broker.model.chain import Claims
from broker.model.decision import Deny
from broker.model.outcome import NotOpened, OpenedTask, Token
from broker.model.scope import Lookup, Scope
from broker.model.task import Limits, Task
from broker.pipeline import Pipeline
from broker.tokens.keys import from_mapping, kid


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """`mint`: a token for these claims, and for the holder of this key (a JWK); without one, for whoever bears it."""

    pipeline: Pipeline
    mint: Callable[[Claims, Claims | None], str]
    limits: Limits

    async def open_task(self, asking: Asking) -> OpenedTask | NotOpened:
        """Open a task by an operator's word. Lookups are real calls, each with its intent and its outcome."""
        at = self.pipeline
        scope = eligible(asking, at.catalog)
        if isinstance(scope, Deny):
            return await at.journal.not_opened(asking, scope)
        task = self._asked(scope, asking)
        if isinstance(task, Deny):
            return await at.journal.not_opened(asking, task)
        reached = reach(scope, at.catalog)
        refused = await at.journal.requested(task, self.limits, reached)
        if refused is not None:
            return await at.journal.not_opened(asking, refused)
        whole = await self._looked_up(scope, task)
        if isinstance(whole, Deny):
            return await at.journal.not_opened(asking, whole)
        token = self._token(scope, whole, asking.holder, asking.until)
        refused = await at.journal.opened(whole, at.ids.key(), token, self.limits, reached)
        if refused is not None:
            return await at.journal.not_opened(asking, refused)
        return self._minted(scope, whole, token, asking.holder)

    async def refresh(self, task: str, by: str, holder: Claims | None, until: float = inf) -> OpenedTask | NotOpened:
        """Another root for an open task: the same budgets, labels, handles and ledger, for a while longer.

        `until`: unix seconds, see `Asking.until`.
        """
        at = self.pipeline
        facts = await at.tasks.facts(task)
        if facts is None:
            raise LookupError("a token was asked for a task that never was")
        scope = renewable(facts, at.catalog, now=at.clock.now(), bearer=holder is None)
        if isinstance(scope, Deny):
            return await at.journal.not_refreshed(facts.task, by, scope)
        token = self._token(scope, facts.task, holder, until)
        refused = await at.journal.refreshed(facts.task, token, by)
        if refused is not None:
            return await at.journal.not_refreshed(facts.task, by, refused)
        return self._minted(scope, facts.task, token, holder)

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

    def _token(self, scope: Scope, task: Task, holder: Claims | None, until: float = inf) -> Token:
        expires = min(self.pipeline.clock.now() + scope.expires, task.ends, until)
        whose = None if holder is None else kid(from_mapping(dict(holder)))
        return Token(jti=self.pipeline.ids.fresh(), expires=expires, holder=whose)

    def _minted(self, scope: Scope, task: Task, token: Token, holder: Claims | None) -> OpenedTask:
        at = self.pipeline
        now = at.clock.now()
        claims = root_claims(task, audience=at.audience, jti=token.jti, now=now, expires=token.expires, seal=scope.seal)
        return OpenedTask(task=task, token=self.mint(claims, holder), expires=token.expires, holder=token.holder)
