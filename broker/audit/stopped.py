"""Is it revoked or frozen? Asked inside the transaction that would let it happen, never of a cache."""

from __future__ import annotations

from collections.abc import Collection

from broker.audit.record import Why
from broker.model.call import Call
from broker.model.decision import Deny, Reason
from broker.model.grant import Grant
from broker.model.halted import dead, halted
from broker.model.stop import Target, frozen, rests_on
from broker.model.task import Task
from broker.model.tool import ToolSpec
from broker.ports import Turn


def stopped(turn: Turn, call: Call, spec: ToolSpec) -> Why | None:
    """Why this call may not begin, or its result not be shown."""
    said = halted(call.grant.actor, turn.stops(call.grant.task.id, call.grant.rests_on), spec)
    return None if said is None else Why(reason=said[0], detail=said[1])


def held_back(turn: Turn, grant: Grant) -> bool:
    """Whether its holder may not even end it."""
    return halted(grant.actor, turn.stops(grant.task.id, grant.rests_on)) is not None


def barred(turn: Turn, task: Task, reach: Collection[Target] = ()) -> Deny | None:
    """Why this task may not be opened, nor get a fresh token. `reach`: where the tools of its scope lie."""
    about = rests_on(task=task.id, user=str(task.principal), actor=task.actor, token="", bearer=task.bearer)
    stops = turn.stops(task.id, about)
    said = halted(task.actor, stops) or _spent(turn, task)
    if said is not None:
        return Deny(reason=said[0], detail=said[1])
    stop = frozen(stops, reach)
    return None if stop is None else Deny(reason=Reason.CONTEXT_NOT_MET, detail=f"{stop}, and the task would reach it")


def _spent(turn: Turn, task: Task) -> tuple[Reason, str] | None:
    """Whether the static token that asks for it was revoked since it was made, which may be long ago."""
    if not task.bearer:
        return None
    found = turn.bearer(task.bearer)
    if found is None:
        return Reason.BAD_TOKEN, "no such static token"
    return dead(found.stops)
