"""Do these arguments fit what the grant shows of the tool? The only maker of Checked."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping

import jsonschema_rs

from broker.catalog.addresses import is_shaped
from broker.decide.text import canonical
from broker.model.call import Call, Checked, HandleRef
from broker.model.decision import Deny, Reason
from broker.model.grant import GrantedTool
from broker.model.label import Json
from broker.model.tool import Policy, ToolSpec

_HANDLE = re.compile(r"hdl-[a-z0-9-]{1,40}-[a-z2-7]{26}")
_LOOKS_LIKE = "hdl-"
_MAX_DEPTH = 32  # as the ingress; arguments that came another way are held to it too


def handles_in(arguments: Mapping[str, Json]) -> frozenset[str]:
    """Every argument that is a handle as a whole. A handle inside a longer text is only text: it is never opened."""
    return frozenset(value for value in arguments.values() if isinstance(value, str) and _HANDLE.fullmatch(value))


def check(call: Call, tool: GrantedTool, known: Mapping[str, HandleRef]) -> Checked | Deny:
    """`known`: those of `handles_in` that this task was handed.

    1. each text has its one spelling
    2. each handle is one that this task was handed, in an argument that can take its class
    3. everything fits the narrowed schema
    """
    spec = tool.spec
    arguments: dict[str, Json] = {}
    handles: dict[str, HandleRef] = {}
    for name, value in call.arguments.items():
        argument = spec.arguments.get(name)
        if argument is None:
            return Deny(reason=Reason.ARGUMENTS_INVALID, detail="an argument that the tool does not have")
        # 2: whatever looks like a handle is taken for one; a near miss is no text that a sink should receive
        if isinstance(value, str) and value.startswith(_LOOKS_LIKE):
            found = known.get(value)
            if found is None or found.kind not in argument.handles:
                return _no_handle(name, guessed=_HANDLE.fullmatch(value) is not None)
            handles[name] = found
            arguments[name] = value
            continue
        # 1
        spelled = _spelled(value, argument.policy, 0)
        if isinstance(spelled, _Trouble):
            return Deny(reason=Reason.ARGUMENTS_INVALID, about=name, detail="a text without a canonical spelling")
        arguments[name] = spelled
    # 3
    trouble = _misfit(tool, arguments)
    if trouble is not None:
        return trouble
    return Checked(call=call, tool=tool, arguments=arguments, handles=handles, digest=_digest(call, spec, arguments))


def unfit(hint: str) -> Deny:
    """What the tool itself could not do as it was asked; `hint`: how to ask, in its own words."""
    return Deny(reason=Reason.ARGUMENTS_INVALID, hint=hint, detail=hint)


class _Trouble:
    """What no JSON value is."""


_TROUBLE = _Trouble()


def _spelled(value: Json, policy: Policy | None, depth: int) -> Json | _Trouble:
    if depth > _MAX_DEPTH:
        return _TROUBLE
    match value:
        case str():
            found = canonical(value, Policy.TEXT if policy is None else policy)
            return found if found is not None and is_shaped(found, policy) else _TROUBLE
        case list():
            items = [_spelled(item, policy, depth + 1) for item in value]
            return _TROUBLE if _TROUBLE in items else items
        case dict():
            fields = {canonical(key, Policy.IDENTIFIER): _spelled(one, policy, depth + 1) for key, one in value.items()}
            whole = None not in fields and len(fields) == len(value) and _TROUBLE not in fields.values()
            return fields if whole else _TROUBLE
        case _:
            return value


def _misfit(tool: GrantedTool, arguments: Mapping[str, Json]) -> Deny | None:
    place = tool.misfit(dict(arguments))
    if place is None:
        return None
    about = place.partition("/")[0]
    about = about if about in tool.arguments else ""
    reason = Reason.VALUE_NOT_ALLOWED if _tool_takes(tool.spec, about, arguments) else Reason.ARGUMENTS_INVALID
    return Deny(reason=reason, about=about, detail=f"does not fit the shown schema at `{place[:80]}`")


def _tool_takes(spec: ToolSpec, about: str, arguments: Mapping[str, Json]) -> bool:
    """Whether it is the narrowing that refused: the tool itself would take what stands there, or that nothing does.

    Only one argument's schema is made ready for it: the whole tool's would cost more than the rest of the decision.
    """
    argument = spec.arguments.get(about)
    if argument is None:  # of no argument that is shown, and what the tool does not have was refused before
        return True
    if about not in arguments:
        return not argument.required
    value = arguments[about]
    if argument.handles and isinstance(value, str) and value.startswith(_LOOKS_LIKE):
        return True
    return jsonschema_rs.validator_for({**spec.dialect, **argument.schema}, validate_formats=True).is_valid(value)


def _no_handle(name: str, *, guessed: bool) -> Deny:
    """One answer for unknown, of another task, made up and of a wrong class: a handle is never an oracle.

    What has not even a handle's form tells nothing by failing, so it does not count towards the end of the task.
    """
    return Deny(reason=Reason.HANDLE_NOT_ACCEPTED, about=name, detail="no handle of this task", strike=guessed)


def _digest(call: Call, spec: ToolSpec, arguments: Mapping[str, Json]) -> str:
    task = call.grant.task
    said = _one_number(dict(arguments))
    bound = json.dumps([spec.pin, task.revision, task.id, said], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(bound.encode()).hexdigest()


def _one_number(value: Json) -> Json:
    """100.0 is 100 (JSON Schema 2020-12, 4.2.2): spelled anew, a payment must not pass for another payment."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case list():
            return [_one_number(item) for item in value]
        case dict():
            return {key: _one_number(one) for key, one in value.items()}
        case _:
            return value
