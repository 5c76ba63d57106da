"""`POST /revoke` (RFC 7009): an agent gives back its token, or takes back what it handed on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from broker.edge.oauth.clients import SAYS_WHO, client, once
from broker.edge.oauth.form import one
from broker.edge.oauth.spoken import answer, form
from broker.model.identity import Agent
from broker.model.stop import Target, What
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
        target = self._target(one(said, "token"), asked.agent.name)
        if target is not None:
            await self.pipeline.journal.revoke(target, asked.agent.name, _WHY)
        return {}

    def _target(self, token: str, agent: str) -> Target | None:
        """The last block of the token, or all of it where there is none; None where it is not this agent's."""
        chain = self.pipeline.unseal(token)
        if isinstance(chain, str) or chain.root.get("act") != {"sub": agent}:
            return None
        last, what = (chain.blocks[-1], What.BLOCK) if chain.blocks else (chain.root, What.TOKEN)
        named = last.get("jti")
        return Target(what, named) if isinstance(named, str) and named else None
