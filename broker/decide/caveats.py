"""One narrowing against one call. None means it is met."""

from __future__ import annotations

from broker.catalog.predicate import meets
from broker.model.call import Checked
from broker.model.decision import Deny, Reason


def outside(checked: Checked) -> Deny | None:
    """The scope's own word on each argument: one that it does not name is denied, one that it requires is there."""
    granted = checked.tool.arguments
    for name in checked.arguments:
        if name not in granted:
            return Deny(reason=Reason.VALUE_NOT_ALLOWED, detail=f"argument `{name}` is not granted")
    for name, field in granted.items():
        if name not in checked.arguments:
            if field.optional:
                continue
            return Deny(reason=Reason.ARGUMENTS_INVALID, about=name, detail="a required argument is absent")
        handle = checked.handles.get(name)
        kind, takes = None if handle is None else handle.kind, checked.tool.spec.arguments[name].handles
        if not meets(field.constraint, checked.arguments[name], kind, takes):
            reason = Reason.VALUE_NOT_ALLOWED if handle is None else Reason.HANDLE_NOT_ACCEPTED
            return Deny(reason=reason, about=name, detail="outside its constraint", strike=handle is not None)
    return None
