"""What could be granted to whoever asks: the scopes that are for them, and that no word of an agent has to prove."""

from __future__ import annotations

from dataclasses import replace

from broker.catalog.schema import schema_of
from broker.grants.issue import eligible
from broker.grants.proof import looked_up_for, unproven
from broker.model.asking import Asking
from broker.model.label import Json
from broker.model.scope import Given, Lookup, Scope
from broker.model.task import Parameter, SaidBy, Task
from broker.model.tool import Argument
from broker.ports import Catalog


def again(task: Task, *, bearer: bool) -> Asking:
    """Its agent, who asks for more. `bearer`: whether the token would be for whoever bears it, as this task's is."""
    return Asking(
        scope="",
        principal=task.principal,
        roles=task.roles,
        actor=task.actor,
        purpose="",
        parameters={},
        holder=None if bearer else {},
        said_by=SaidBy.AGENT,
    )


def openable(asking: Asking, catalog: Catalog) -> tuple[Scope, ...]:
    """By name. Whatever scope and purpose the asking names does not count."""
    found = (scope for scope in catalog.scopes() if is_openable(scope, asking, catalog))
    return tuple(sorted(found, key=lambda scope: scope.name))


def is_openable(scope: Scope, asking: Asking, catalog: Catalog) -> bool:
    if asking.roles.isdisjoint(scope.roles):  # most are for others, and it costs least to see
        return False
    one = replace(asking, scope=scope.name, purpose=min(scope.purposes, default=""))
    return isinstance(eligible(one, catalog), Scope) and not _is_hopeless(scope, asking, catalog)


def _is_hopeless(scope: Scope, asking: Asking, catalog: Catalog) -> bool:
    """Whether something of it rests on a parameter that whoever asks cannot prove, whatever its value."""
    parameters: dict[str, Parameter] = {}
    for name, one in scope.parameters.items():
        by = asking.said_by
        if isinstance(one, Lookup):
            by = looked_up_for(one, catalog.lookup(one.tool).spec, parameters)
        parameters[name] = Parameter(value="", said_by=by)
    said = any(one.said_by is SaidBy.AGENT for one in parameters.values())
    return said and unproven(scope, parameters, catalog) is not None


def granted(task: Task) -> dict[str, Json]:
    """What its agent may hear of it. What the broker looked up is not told: it may be private."""
    given = {name: one.value for name, one in task.parameters.items() if one.said_by is SaidBy.AGENT}
    return {"task": task.id, "scope": task.scope, "purpose": task.purpose, "parameters": given}


def needed(scope: Scope) -> dict[str, Json]:
    """name -> the JSON Schema of each parameter that must be said; the others the broker looks up."""
    given = {name: one for name, one in scope.parameters.items() if isinstance(one, Given)}
    return {name: schema_of(one.constraint, _as_argument(one)) for name, one in given.items()}


def _as_argument(one: Given) -> Argument:
    kind = "string" if one.type == "text" else one.type
    return Argument(schema={"type": kind}, required=True, policy=None, handles=frozenset())
