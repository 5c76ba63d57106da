"""What would become of each call of a table of cases? Decided on memory by the rooms that decide; no tool is called."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from broker.actions.shapes import shown
from broker.adapters.label import label
from broker.catalog.cases import Case
from broker.decide.arguments import check
from broker.decide.exposure import exposure
from broker.decide.policy import decide, find
from broker.decide.whose import named
from broker.grants.identify import identify
from broker.grants.issue import eligible, looked_up, said
from broker.mask.apply import mask
from broker.mask.published import output_schema
from broker.model.asking import Asking
from broker.model.call import HandleRef, Request
from broker.model.chain import Credential
from broker.model.decision import Ask, Deny, Facts, Permit, Reason
from broker.model.faults import ToolFault
from broker.model.label import Json, Label
from broker.model.outcome import Masked, VaultRow
from broker.model.scope import Given, Lookup, Scope
from broker.model.task import Parameter, Principal, Task, TaskFacts, TaskState
from broker.ports import Catalog

_PRINCIPAL = Principal(issuer="cases", sub="somebody")
_KEY = bytes(32)  # of a task that never is: pseudonyms and digests are the same in each run
_LETTERS = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    case: Case
    got: str  # permit | ask | deny; "unclear" where the case itself cannot be decided
    reason: Reason | None
    detail: str

    @property
    def as_expected(self) -> bool:
        return self.got == self.case.expect and self.case.reason in {None, self.reason}


@dataclass(slots=True)
class _Ids:
    """The same ones in each run."""

    count: int = 0

    def fresh(self) -> str:
        self.count += 1
        return base64.b32encode((self.count << 6).to_bytes(17, "big")).decode()[:_LETTERS].lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What the task was shown before the call."""

    label: Label = field(default_factory=Label)
    vault: tuple[VaultRow, ...] = ()


def rehearse(case: Case, scope: Scope, catalog: Catalog, defaults: Mapping[str, str], now: float) -> Verdict:
    """`defaults`: class -> its action without a row in the scope; `now`: unix seconds, for a case that has no `at`."""
    at = now if case.at is None else case.at
    ids = _Ids()
    asking = Asking(
        scope=scope.name,
        principal=_PRINCIPAL,
        roles=case.roles,
        actor=case.agent,
        purpose=case.purpose,
        parameters=_given(case, scope),
    )
    found = eligible(asking, catalog)
    if isinstance(found, Deny):
        return _denied(case, found)
    parameters = _parameters(case, scope, asking)
    if isinstance(parameters, Deny):
        return _denied(case, parameters)
    task = Task(
        id=ids.fresh(),
        principal=_PRINCIPAL,
        actor=case.agent,
        purpose=case.purpose,
        scope=scope.name,
        revision=scope.revision,
        parameters=parameters,
        opened=at,
        ends=at + scope.lifetime,
    )
    seen = _seen(case, exposure(scope, case.purpose, defaults), catalog, ids)
    if isinstance(seen, ToolFault):
        return Verdict(case=case, got="unclear", reason=None, detail=f"`seen` is no result of its tool: {seen}")
    return _decided(case, task=task, scope=scope, catalog=catalog, defaults=defaults, seen=seen, ids=ids)


def _decided(
    case: Case, *, task: Task, scope: Scope, catalog: Catalog, defaults: Mapping[str, str], seen: _Shown, ids: _Ids
) -> Verdict:
    grant = catalog.grant(task, task.opened + scope.expires)
    if grant is None:
        return Verdict(case=case, got="unclear", reason=None, detail="the scope changed while its cases were read")
    arguments = _as_handed(case, catalog, seen.vault)
    call = identify(Request(id=ids.fresh(), tool=case.call, arguments=arguments, credential=Credential("")), grant)
    facts = Facts(
        now=task.opened,
        task=TaskFacts(task=task, state=TaskState.ACTIVE, label=seen.label, key=_KEY),
        people=named(grant, str),  # kept nowhere
    )
    tool = find(call, facts)
    if isinstance(tool, Deny):
        return _denied(case, tool)
    known = {row.handle: HandleRef(handle=row.handle, kind=row.kind, origin=row.origin) for row in seen.vault}
    checked = check(call, tool, known)
    if isinstance(checked, Deny):
        return _denied(case, checked)
    decision = decide(checked, facts, defaults)
    match decision:
        case Deny():
            return _denied(case, decision)
        case Ask(question=question):
            return Verdict(case=case, got="ask", reason=None, detail=question)
        case Permit():
            return Verdict(case=case, got="permit", reason=None, detail="")
        case _:
            assert_never(decision)


def _denied(case: Case, deny: Deny) -> Verdict:
    about = f"`{deny.about}`: " if deny.about else ""
    return Verdict(case=case, got="deny", reason=deny.reason, detail=f"{about}{deny.detail}")


def _given(case: Case, scope: Scope) -> dict[str, str]:
    """The parameters that a person would say, as written."""
    given = {name for name, one in scope.parameters.items() if isinstance(one, Given)}
    return {name: str(value) for name, value in case.task.items() if name in given}


def _parameters(case: Case, scope: Scope, asking: Asking) -> Mapping[str, Parameter] | Deny:
    """What a person says is held to the scope; what the broker would look up is taken from the case."""
    spoken = said(scope, asking)
    if isinstance(spoken, Deny):
        return spoken
    found = dict(spoken)
    for name, one in scope.parameters.items():
        if isinstance(one, Lookup):
            rows: Json = [{name: case.task[name]}] if name in case.task else []
            answer = looked_up(one, label({"rows": rows}, {}, len(rows), 0))
            if isinstance(answer, Deny):
                return answer
            found[name] = answer
    return found


def _seen(case: Case, shows: Mapping[str, str], catalog: Catalog, ids: _Ids) -> _Shown | ToolFault:
    """Through the mask, as if it had been shown: what the scope makes a handle becomes one."""
    found = _Shown()
    for one in case.seen:
        spec = catalog.spec(one.tool)
        if spec is None:
            return ToolFault(f"no tool `{one.tool}`")
        try:
            masked: Masked = mask(
                label(one.result, spec.leaves, 0, 0),
                tool=spec.name,
                zone=spec.zone,
                region=spec.region,
                exposure=shows,
                key=_KEY,
                fresh=ids.fresh,
                schema=output_schema(spec.leaves, shows, free=spec.free),
            )
        except ToolFault as fault:
            return fault
        found = _Shown(label=found.label.join(masked.shows), vault=(*found.vault, *masked.vault))
    return found


def _as_handed(case: Case, catalog: Catalog, vault: tuple[VaultRow, ...]) -> dict[str, Json]:
    """A value that the task saw as a handle is a value that the agent can pass on only so."""
    spec = catalog.spec(case.call)
    found: dict[str, Json] = {}
    for name, value in case.arguments.items():
        held = [row for row in vault if _is(row, value)]
        takes = frozenset() if spec is None or name not in spec.arguments else spec.arguments[name].handles
        best = next((row for row in held if row.kind in takes), held[0] if held else None)
        found[name] = value if best is None else best.handle
    return found


def _is(row: VaultRow, value: Json) -> bool:
    return (
        not isinstance(value, list | dict) and type(value) is type(row.clear_value) and shown(value) == row.clear_value
    )
