"""Who bears a static token, and which of his tasks a request names. It opens nothing by itself."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from broker.grants.access import openable
from broker.grants.reachable import pointed
from broker.model.asking import Asking
from broker.model.bearer import ARGUMENT, Bearer, BearerFacts
from broker.model.call import Call
from broker.model.chain import Credential
from broker.model.decision import Deny, Reason
from broker.model.grant import Grant
from broker.model.halted import dead, halted
from broker.model.stop import rests_on, revoked
from broker.model.task import SaidBy, TaskFacts, TaskState
from broker.ports import Catalog, Clock, Tasks

PREFIX: Final = "tb_"
_LONGEST: Final = 64  # characters of a task's id; ours are shorter
_OVER: Final = "no such task of yours that is open; begin one with `begin_task`"
_ASK: Final = "not in this task; `request_access` lists what could be granted, and `begin_task` asks for it"


def fresh(key: bytes) -> str:
    """`key`: 32 random bytes."""
    return PREFIX + base64.urlsafe_b64encode(key).rstrip(b"=").decode()


def is_static(token: str) -> bool:
    """A token of a task is a JWS, which begins otherwise."""
    return token.startswith(PREFIX)


def digest(token: str) -> str:
    """What the store knows it by. It needs no salt and no slow hash: 256 random bits cannot be tried out."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def asking(bearer: Bearer, *, scope: str = "", purpose: str = "") -> Asking:
    """What it may ask for: parameters are the caller's to add."""
    return Asking(
        scope=scope,
        principal=bearer.principal,
        roles=bearer.roles,
        actor=bearer.actor,
        purpose=purpose,
        parameters={},
        until=bearer.ends,
        said_by=SaidBy.AGENT,
        bearer=bearer.name,
        within=bearer.scopes,
    )


def overdue(asked: Asking, reviewed: Mapping[str, float], now: float) -> Deny | None:
    """A registered agent whose review is over asks for nothing, be it by a static token in place of its key.

    `reviewed`: name of each registered agent -> unix seconds until which it is somebody.
    """
    if not asked.bearer or asked.actor not in reviewed or now < reviewed[asked.actor]:
        return None
    return Deny(reason=Reason.VALUE_NOT_ALLOWED, detail=f"the review of the agent `{asked.actor}` is overdue")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearers:
    """Whoever bears a static token, as the store has it now: one that was revoked a moment ago is none any more."""

    tasks: Tasks
    catalog: Catalog
    clock: Clock

    async def borne(self, credential: Credential) -> Grant | Bearer | Deny:
        """The grant of the task that is named, or who bears the token where none is."""
        found = _bearing(await self.tasks.bearer(digest(credential.token)), self.clock.now())
        if isinstance(found, Deny):
            return found
        if credential.proof is not None:
            return Deny(reason=Reason.BAD_TOKEN, detail=f"static token `{found.name}`: sent as one that takes a proof")
        return await self.named(found, credential.task) if credential.task else found

    async def held_back(self, credential: Credential) -> Deny | None:
        """Why whoever bears it may ask for nothing now; it may be thawed."""
        facts = await self.tasks.bearer(digest(credential.token))
        said = None if facts is None else halted(facts.bearer.actor, facts.stops)
        if facts is None or said is None:
            return None
        return Deny(reason=said[0], detail=f"static token `{facts.bearer.name}`: {said[1]}")

    async def open_tasks(self, bearer: Bearer) -> list[Grant]:
        """Of its tasks those that it may use now, oldest first."""
        found = [await self.named(bearer, one) for one in await self.tasks.of_bearer(bearer, self.clock.now())]
        return [one for one in found if isinstance(one, Grant)]

    async def unnamed(self, bearer: Bearer, tool: str) -> Deny:
        """Why a call that names no task is refused: its tool is in a task, could be, or is not there at all."""
        who = f"static token `{bearer.name}`"
        if any(tool in one.tools for one in await self.open_tasks(bearer)):
            return Deny(reason=Reason.ARGUMENTS_INVALID, about=ARGUMENT, detail=f"{who}: a call that names no task")
        hint = _way(bearer, tool, self.catalog)
        return Deny(reason=Reason.UNKNOWN_TOOL, hint=hint, detail=f"{who}: a tool that no task of it has")

    async def with_a_way(self, credential: Credential, call: Call, deny: Deny) -> Deny:
        """Of a tool that the task does not have, with a hint where it could be granted."""
        if deny.reason is not Reason.UNKNOWN_TOOL:
            return deny
        if not is_static(credential.token):
            return pointed(deny, call, self.catalog, bearer=credential.proof is None)
        bearer = await self.borne(replace(credential, task=""))
        return replace(deny, hint=_way(bearer, call.tool, self.catalog)) if isinstance(bearer, Bearer) else deny

    async def named(self, bearer: Bearer, task: str) -> Grant | Deny:
        """The grant of its own task. One that is another's, over or made up gets one answer; the record tells which.

        1. there is such a task, and this very token opened it: none that was bound to a key can be used without it
        2. it is open, and nothing that it rests on was revoked
        3. its scope is still the one that it was opened under
        """
        user, actor = str(bearer.principal), bearer.actor
        targets = rests_on(task=task, user=user, actor=actor, token="", bearer=bearer.name)
        facts = await self.tasks.facts(task, targets) if len(task) <= _LONGEST else None
        why = _not_theirs(bearer, facts, self.clock.now())
        if facts is None or why:
            return over(bearer, why)
        grant = self.catalog.grant(facts.task, min(bearer.ends, facts.task.ends))
        return over(bearer, "a task whose scope is gone or changed") if grant is None else grant


def _way(bearer: Bearer, tool: str, catalog: Catalog) -> str:
    """How to ask for the tool, if it could be granted; else nothing, as for a tool that is not there."""
    is_open = any(tool in one.tools for one in openable(asking(bearer), catalog))
    return _ASK if is_open and catalog.tool(tool).changed() is None else ""


def _bearing(facts: BearerFacts | None, now: float) -> Bearer | Deny:
    if facts is None:
        return Deny(reason=Reason.BAD_TOKEN, detail="no static token of ours")
    who = f"static token `{facts.bearer.name}`"
    stop = revoked(facts.stops)
    if stop is not None:
        return Deny(reason=Reason.BAD_TOKEN, detail=f"{who}: {stop}")
    if not now < facts.bearer.ends:
        return Deny(reason=Reason.TOKEN_EXPIRED, detail=f"{who}: past its end")
    return facts.bearer


def _not_theirs(bearer: Bearer, facts: TaskFacts | None, now: float) -> str:
    # 1
    if facts is None:
        return "a task that never was"
    if facts.task.bearer != bearer.name:
        return "a task that it did not open"
    if facts.bound:
        return "a task with a token for a key"
    # 2
    over = dead(facts.stops)
    if over is not None:
        return f"a task that rests on what was revoked: {over[1]}"
    if facts.state is not TaskState.ACTIVE or not now < facts.task.ends:
        return f"a task that is {facts.state.value} or past its lifetime"
    return ""


def over(bearer: Bearer, why: str) -> Deny:
    return Deny(reason=Reason.TASK_ENDED, hint=_OVER, detail=f"static token `{bearer.name}`: {why}")
