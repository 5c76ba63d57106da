"""May this task be opened, with what parameters, and what does its token say?"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from math import isfinite

from broker.catalog.glob import matches
from broker.catalog.predicate import meets
from broker.grants.audience import Audience
from broker.model.asking import Asking
from broker.model.chain import Claims
from broker.model.decision import Deny, Reason
from broker.model.label import Json, Labeled
from broker.model.scope import Given, Lookup, Scope
from broker.model.stop import Target, places
from broker.model.task import Parameter, SaidBy, Task, TaskFacts, TaskState
from broker.model.tool import State
from broker.ports import Catalog

_MAX_DIGITS = 16  # so that every integer is exact in JSON: below 2^53


def eligible(asking: Asking, catalog: Catalog) -> Scope | Deny:
    """The scope, if it is for them."""
    scope = catalog.scope(asking.scope)
    if scope is None:
        known = sorted(one.name for one in catalog.scopes())
        return _no(f"no scope `{asking.scope}`; there are {known}")
    foreign = not_for(scope, asking)
    if foreign is not None:
        return foreign
    if asking.holder is None and not asking.bearer and not scope.seal:
        return _no(f"scope `{scope.name}` gives no bearer tokens; name a key, or write `seal: true`")
    lookups = [one.tool for one in scope.parameters.values() if isinstance(one, Lookup)]
    for name in [*scope.tools, *lookups]:
        spec = catalog.spec(name)
        if spec is None or spec.state is not State.ACTIVE:
            return _no(f"`{name}` is not active, so no new task may use it")
    return scope


def not_for(scope: Scope, asking: Asking) -> Deny | None:
    """Why it is not for them. Across `for` all must hold, within each any."""
    if not asking.roles & scope.roles:
        return _no(f"scope `{scope.name}` is for the roles {sorted(scope.roles)}")
    if not any(matches(glob, asking.actor) for glob in scope.agents):
        return _no(f"scope `{scope.name}` is for the agents {list(scope.agents)}")
    if asking.purpose not in scope.purposes:
        return _no(f"scope `{scope.name}` is for the purposes {sorted(scope.purposes)}")
    if asking.within is not None and scope.name not in asking.within:
        return _no(f"scope `{scope.name}` is none of {sorted(asking.within)}, which may be opened with this token")
    return None


def reach(scope: Scope, catalog: Catalog) -> frozenset[Target]:
    """Where the tools of an eligible scope lie, and those that its parameters are looked up by."""
    lookups = [one.tool for one in scope.parameters.values() if isinstance(one, Lookup)]
    specs = [spec for name in (*scope.tools, *lookups) if (spec := catalog.spec(name)) is not None]
    return frozenset(place for spec in specs for place in places(spec.name, spec.zone))


def said(scope: Scope, asking: Asking) -> Mapping[str, Parameter] | Deny:
    """The parameters that are given, typed and within the scope. Lookups are the broker's to fill."""
    given = {name: one for name, one in scope.parameters.items() if isinstance(one, Given)}
    for name in asking.parameters:
        if name not in scope.parameters:
            return _no(f"scope `{scope.name}` has no parameter `{name}`; it has {sorted(given)}")
        if name not in given:
            return _no(f"`{name}` is looked up by the broker; it cannot be given")
    found: dict[str, Parameter] = {}
    for name, one in given.items():
        if name not in asking.parameters:
            return _no(f"parameter `{name}` is missing; give it as `{name}=...`")
        value = _typed(asking.parameters[name], one.type)
        if value is None or not meets(one.constraint, value, None):
            return _no(f"parameter `{name}` is not what scope `{scope.name}` allows")
        found[name] = Parameter(value=value, said_by=asking.said_by)
    return found


def looked_up(one: Lookup, found: Labeled | None) -> Parameter | Deny:
    """The one value of one row of one column; anything else is no answer."""
    rows = found.value.get("rows") if found is not None and isinstance(found.value, dict) else None
    match rows:
        case [{**row}] if len(row) == 1:
            (value,) = row.values()
            if isinstance(value, str | int | float) and not isinstance(value, bool):
                return Parameter(value=value, said_by=SaidBy.LOOKUP)
        case _:
            pass
    detail = f"`{one.tool}` has no one answer for this `{one.key}` and this principal"
    return Deny(reason=Reason.ROW_OUT_OF_REACH, detail=detail)


def renewable(facts: TaskFacts | None, catalog: Catalog, *, now: float, bearer: bool) -> Scope | Deny:
    """The scope under which a task may have another token: it is open, and what it was opened under stands."""
    if facts is None:
        return _over("there is no such task")
    if facts.state is not TaskState.ACTIVE:
        mend = "; `broker task resume` lets it go on" if facts.state is TaskState.SUSPENDED else ""
        return _over(f"the task is {facts.state.value}{mend}")
    if not now < facts.task.ends:
        return _over("its lifetime is over")
    grant = catalog.grant(facts.task, facts.task.ends)
    if grant is None:
        return _over(f"scope `{facts.task.scope}` is gone or changed since the task was opened; open another")
    if facts.task.bearer:
        return _no("a static token names it, and no other is given for it")
    if bearer and facts.bound:
        # Or a fresh token would give away what the first was bound to a key for.
        return _no("its tokens are for a key; name the agent's with `--holder`")
    if bearer and not grant.scope.seal:
        return _no(f"scope `{grant.scope.name}` gives no bearer tokens; name a key, or write `seal: true`")
    return grant.scope


def root_claims(task: Task, *, audience: Audience, jti: str, now: float, expires: float, seal: bool) -> Claims:
    """The root of a token (RFC 9068 2.2): it names the task; the task says what."""
    return {
        "iss": audience.issuer,
        "aud": audience.url,
        "sub": str(task.principal),
        "act": {"sub": task.actor},  # RFC 8693 4.1
        "jti": jti,
        "iat": int(now),
        "exp": int(expires),
        "tid": task.id,
        "purpose": task.purpose,
        "scope": task.scope,
        "scope_rev": task.revision,
        "params": parameter_claims(task.parameters),
        "pop": "optional" if seal else "required",  # a seal is a bearer token, as the scope allows
    }


def parameter_claims(parameters: Mapping[str, Parameter]) -> Mapping[str, Json]:
    return {name: {"value": one.value, "said_by": one.said_by.value} for name, one in parameters.items()}


def _typed(written: str, kind: str) -> str | int | float | None:
    match kind:
        case "integer":
            plain = written.removeprefix("-")
            is_whole = plain.isascii() and plain.isdigit() and len(plain) < _MAX_DIGITS
            return int(written) if is_whole else None
        case "number":
            try:
                number = float(Decimal(written))
            except (InvalidOperation, ValueError):  # no number, or a NaN that signals
                return None
            return number if isfinite(number) else None
        case _:
            return written if written.isprintable() else None


def _over(detail: str) -> Deny:
    return Deny(reason=Reason.TASK_ENDED, detail=detail)


def _no(detail: str) -> Deny:
    return Deny(reason=Reason.VALUE_NOT_ALLOWED, detail=detail)
