"""A tool that a task does not have: could its principal, with this agent, be granted it all the same?"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from broker.grants.access import again, is_openable
from broker.grants.named import value
from broker.model.call import Call
from broker.model.decision import Deny
from broker.model.scope import Scope
from broker.model.task import Task
from broker.model.tool import Face
from broker.ports import Catalog


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Another scope that they may have gives it. `value`: as OAuth names it; None: no such name could open it, for it
    takes parameters, or has purposes to choose from.
    """

    scope: str
    value: str | None


def elsewhere(task: Task, tool: str, catalog: Catalog, *, bearer: bool) -> Elsewhere | None:
    """None: they could not be granted it, so that for them there is no such tool.

    `tool`: a toolref; `bearer`: whether the token is for whoever bears it, as then another one would be. The roles are
    those that the principal had when the task was opened: whether they still have them is asked when the next one is.
    """
    spec, own = catalog.spec(tool), catalog.scope(task.scope)
    if spec is None or spec.face is not Face.TOOL or own is None or tool in own.tools:
        return None
    if task.bearer:  # its client asks by `request_access`
        return None
    whom = again(task, bearer=bearer)
    # Those that have it first: how long it takes to say no must not tell how many scopes there are.
    found = [scope for scope in catalog.scopes() if tool in scope.tools and is_openable(scope, whom, catalog)]
    if not found or catalog.tool(tool).changed() is not None:  # on hold: what would run is not what was approved
        return None
    scope = min(found, key=lambda one: _rank(one, task, own.tools.keys()))
    return Elsewhere(scope=scope.name, value=_value(scope, task))


def pointed(deny: Deny, call: Call, catalog: Catalog, *, bearer: bool) -> Deny:
    """The refusal of a tool that is not in the grant, with where it is to be had. Whom a part of the task was handed to
    hears of nothing beyond that part.
    """
    is_whole = not call.grant.blocks and call.face is Face.TOOL
    found = elsewhere(call.grant.task, call.tool, catalog, bearer=bearer) if is_whole else None
    if found is None:
        return deny
    hint = f"not in this task; scope `{found.scope}` has it, and `request_access` lists what could be granted"
    return replace(deny, hint=hint, detail=f"{deny.detail}; scope `{found.scope}` has it, and is for them")


def _rank(scope: Scope, task: Task, kept: AbstractSet[str]) -> tuple[bool, bool, int, str]:
    """What can be asked for by a name alone; then what keeps all that the task has; then the least."""
    return _value(scope, task) is None, not scope.tools.keys() >= kept, len(scope.tools), scope.name


def _value(scope: Scope, task: Task) -> str | None:
    """For the task's own purpose, or the only one that there is: nobody chooses a purpose for somebody."""
    if scope.parameters or (task.purpose not in scope.purposes and len(scope.purposes) > 1):
        return None
    return value(scope, task.purpose if task.purpose in scope.purposes else next(iter(scope.purposes)))
