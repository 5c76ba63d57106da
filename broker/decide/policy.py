"""The decision (PDP), top to bottom. Deny unless every question is answered well."""

from __future__ import annotations

from collections.abc import Mapping

from broker.decide.budget import claims
from broker.decide.caveats import outside
from broker.decide.context import unmet
from broker.decide.exposure import exposure
from broker.model.call import Call, Checked
from broker.model.decision import Decision, Deny, Facts, Permit, Reason
from broker.model.grant import Grant, GrantedTool
from broker.model.halted import dead, halted
from broker.model.task import TaskState


def find(call: Call, facts: Facts) -> GrantedTool | Deny:
    """The tool, if it is there for this grant. Absent, and never to be had by this principal, get the same answer."""
    trouble = standing(call.grant, facts)
    if trouble is not None:
        return trouble
    found = call.grant.tools.get(call.tool)
    if found is None or found.spec.face is not call.face:
        return Deny(reason=Reason.UNKNOWN_TOOL, detail="not in the grant")
    on_hold = frozen(call.grant, facts, found)
    if on_hold is not None:
        return on_hold
    if call.tool in facts.changed:
        return Deny(reason=Reason.UNKNOWN_TOOL, detail="quarantined: what would run is not what was approved")
    if found.spec.canary:
        return Deny(reason=Reason.TASK_ENDED, detail="a canary was called: nobody honest does", ends_task=True)
    return found


def decide(checked: Checked, facts: Facts, defaults: Mapping[str, str]) -> Decision:
    """`defaults`: class -> the action it gets where the scope has no row for it."""
    grant = checked.call.grant
    standing = over(grant, facts), frozen(grant, facts, checked.tool), unmet(grant.scope.hours, facts.now)
    for trouble in (*standing, outside(checked)):
        if trouble is not None:
            return trouble
    taken = claims(checked, facts.people)
    if isinstance(taken, Deny):
        return taken
    shown = exposure(grant.scope, grant.task.purpose, defaults, checked.tool.media)
    return Permit(checked=checked, exposure=shown, claims=taken)


def permit_lookup(checked: Checked) -> Permit:
    """The broker's own read while a task opens. Nothing of it is shown, and no budget exists yet."""
    return Permit(checked=checked, exposure={}, claims=())


def visible(grant: Grant, facts: Facts) -> tuple[GrantedTool, ...]:
    """The tools, resources and prompts that `decide` could permit, in the order of their names."""
    if over(grant, facts) is not None:
        return ()
    there = (grant.tools[name] for name in sorted(grant.tools) if name not in facts.changed)
    return tuple(one for one in there if frozen(grant, facts, one) is None)


def standing(grant: Grant, facts: Facts) -> Deny | None:
    """Why nothing may be asked in its name, be it a tool that is not there, or that its task be ended."""
    ended = over(grant, facts)
    return frozen(grant, facts) if ended is None else ended


def frozen(grant: Grant, facts: Facts, tool: GrantedTool | None = None) -> Deny | None:
    """Why an operator holds this agent back, or this tool from it; it may be thawed."""
    said = halted(grant.actor, facts.task.stops, None if tool is None else tool.spec)
    return None if said is None else Deny(reason=said[0], detail=said[1])


def over(grant: Grant, facts: Facts) -> Deny | None:
    """Why nothing may be called any more, whatever it is."""
    revoked = dead(facts.task.stops)
    if revoked is not None:
        return Deny(reason=revoked[0], detail=revoked[1])
    if facts.task.state is not TaskState.ACTIVE or not facts.now < grant.task.ends:
        return Deny(reason=Reason.TASK_ENDED, detail=f"the task is {facts.task.state.value} or past its lifetime")
    return None if facts.now < grant.expires else Deny(reason=Reason.TOKEN_EXPIRED, detail="past `exp`")
