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
from broker.model.task import TaskState


def find(call: Call, facts: Facts) -> GrantedTool | Deny:
    """The tool, if it is there for this grant. Absent, and never to be had by this principal, get the same answer."""
    ended = over(call.grant, facts)
    if ended is not None:
        return ended
    found = call.grant.tools.get(call.tool)
    if found is None or found.spec.face is not call.face:
        return Deny(reason=Reason.UNKNOWN_TOOL, detail="not in the grant")
    if call.tool in facts.changed:
        return Deny(reason=Reason.UNKNOWN_TOOL, detail="quarantined: what would run is not what was approved")
    if found.spec.canary:
        return Deny(reason=Reason.TASK_ENDED, detail="a canary was called: nobody honest does", ends_task=True)
    return found


def decide(checked: Checked, facts: Facts, defaults: Mapping[str, str]) -> Decision:
    """`defaults`: class -> the action it gets where the scope has no row for it."""
    grant = checked.call.grant
    for trouble in (over(grant, facts), unmet(grant.scope.hours, facts.now), outside(checked)):
        if trouble is not None:
            return trouble
    taken = claims(checked)
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
    return tuple(grant.tools[name] for name in sorted(grant.tools) if name not in facts.changed)


def over(grant: Grant, facts: Facts) -> Deny | None:
    """Why nothing may be called any more, whatever it is."""
    if facts.task.state is not TaskState.ACTIVE or not facts.now < grant.task.ends:
        return Deny(reason=Reason.TASK_ENDED, detail=f"the task is {facts.task.state.value} or past its lifetime")
    return None if facts.now < grant.expires else Deny(reason=Reason.TOKEN_EXPIRED, detail="past `exp`")
