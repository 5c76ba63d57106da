"""`POST /revoke` (RFC 7009): an agent gives back its token, or takes back what it handed on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from broker.edge.oauth.clients import SAYS_WHO, client, once
from broker.edge.oauth.form import FormError, one
from broker.edge.oauth.spoken import answer, form
from broker.grants.identify import left, resting_on, task_named
from broker.model.decision import Reason
from broker.model.grant import Grant
from broker.model.identity import Agent
from broker.model.stop import Target, What, part, revoked
from broker.model.task import TaskState
from broker.pipeline import Pipeline

_KNOWN: Final = SAYS_WHO | {"token", "token_type_hint"}
_WHY: Final = "its own agent gave it back"


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeEndpoint:
    pipeline: Pipeline
    agents: Mapping[str, Agent]

    async def answer(self, request: Request) -> Response:
        """200 for whoever proved who it is, whatever the token was (RFC 7009 2.2): what is no token is dead already."""
        return await answer(self.pipeline, "/revoke", partial(self._revoked, request))

    async def _revoked(self, request: Request) -> Mapping[str, object]:
        said = await form(request, _KNOWN)
        asked = client(request, said, self.agents, self.pipeline.audience.issuer, self.pipeline.clock.now())
        for proof in asked.proofs:
            await once(self.pipeline, proof)
        target = await self._target(one(said, "token"), asked.agent.name)
        if target is not None:
            await self.pipeline.journal.revoke(target, asked.agent.name, _WHY)
        return {}

    async def _target(self, token: str, agent: str) -> Target | None:
        """What of the token is to be dead; None where it is not this agent's, or dead already.

        The last block, where there are blocks that we understand: an agent writes them, and what it makes up must reach
        neither another's blocks nor the store.
        """
        chain = self.pipeline.unseal(token)
        if isinstance(chain, str) or chain.root.get("act") != {"sub": agent}:
            return None
        facts = await self.pipeline.tasks.facts(task_named(chain), resting_on(chain))
        if facts is None or facts.state is TaskState.ENDED or revoked(facts.stops) is not None:
            return None
        jti = str(chain.root["jti"])
        if not chain.blocks:
            return Target(What.TOKEN, jti)
        found = left(chain, facts.task, self.pipeline.catalog, self.pipeline.clock.now())
        if isinstance(found, Grant):
            return part(jti, found.blocks[-1].jti)
        if found.reason is Reason.TASK_ENDED:  # RFC 7009 2.2.1: it may live again, so it is not told that it is dead
            raise FormError("temporarily_unavailable", "of a scope that is gone or changed", 503)
        return None
