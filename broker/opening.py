"""The story of a task's opening: who may have it, with what parameters, and the token that names it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from broker.grants.issue import eligible, root_claims, said
from broker.model.asking import Asking
from broker.model.chain import Claims
from broker.model.decision import Deny
from broker.model.outcome import NotOpened, OpenedTask
from broker.model.scope import Lookup
from broker.model.task import Task
from broker.pipeline import Pipeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """`mint`: a token for these claims, and for the holder of this key (a JWK); without one, for whoever bears it."""

    pipeline: Pipeline
    mint: Callable[[Claims, Claims | None], str]

    async def open_task(self, asking: Asking) -> OpenedTask | NotOpened:
        """Open a task by an operator's word. Lookups are real calls, each with its intent and its outcome."""
        at = self.pipeline
        now = at.clock.now()
        scope = eligible(asking, at.catalog)
        if isinstance(scope, Deny):
            return await at.journal.not_opened(asking, scope)
        parameters = said(scope, asking)
        if isinstance(parameters, Deny):
            return await at.journal.not_opened(asking, parameters)
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
        )
        await at.journal.requested(task)
        for name, one in scope.parameters.items():
            if isinstance(one, Lookup):
                found = await at.look_up(task, scope, one)
                if isinstance(found, Deny):
                    return await at.journal.not_opened(asking, found)
                task = replace(task, parameters={**task.parameters, name: found})
        await at.journal.opened(task, at.ids.key())
        expires = min(now + scope.expires, task.ends)
        claims = root_claims(
            task, audience=at.audience, jti=at.ids.fresh(), now=now, expires=expires, bearer=asking.holder is None
        )
        return OpenedTask(task=task, token=self.mint(claims, asking.holder), expires=expires)
