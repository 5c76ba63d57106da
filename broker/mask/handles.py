"""Puts the clear value back for the sink that may receive it. The only maker of Opened."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final

import jsonschema_rs

from broker.actions.shapes import stand_in_key
from broker.catalog.addresses import is_shaped
from broker.catalog.predicate import opens_inside
from broker.model.label import Json
from broker.model.outcome import Intended, Opened
from broker.model.tool import Argument, Policy

PRINCIPAL: Final = "principal"
_PROSE: Final = frozenset({Policy.TEXT, Policy.CODE})


def open_handles(intended: Intended, clear: Mapping[str, Json], key: bytes) -> Opened | str:
    """The call as the tool gets it; or the name of the argument that cannot be filled.

    `clear`: handle -> value, for each handle of the call; `key`: the task's. A handle stands for its value as a whole,
    in an argument that takes its class, and the value must fit the tool's own schema as if the agent had typed it.
    Bound arguments are filled from the task's parameters or, as `issuer:sub`, from its principal.
    """
    checked = intended.permit.checked
    spec, task = checked.tool.spec, checked.call.grant.task
    clear_parameters = {name: one.value for name, one in task.parameters.items()}

    clear_arguments: dict[str, Json] = {}
    for name, value in checked.arguments.items():
        ref = checked.handles.get(name)
        if ref is None:
            clear_arguments[name] = value
            continue
        argument = spec.arguments[name]
        if ref.kind not in argument.handles or ref.handle not in clear or not _fits(clear[ref.handle], argument):
            return name
        if not opens_inside(checked.tool.arguments[name].constraint, clear[ref.handle]):
            return name
        clear_arguments[name] = clear[ref.handle]

    for name, said in spec.bind.items():
        if said == PRINCIPAL:
            clear_arguments[name] = str(task.principal)
        elif said in clear_parameters:
            clear_arguments[name] = clear_parameters[said]
        else:
            return name
    return Opened(
        intended=intended,
        clear_arguments=clear_arguments,
        clear_parameters=clear_parameters,
        mask_key=stand_in_key(key),
    )


def _fits(clear_value: Json, argument: Argument) -> bool:
    try:
        validator = jsonschema_rs.validator_for(dict(argument.schema), validate_formats=True)
        return validator.is_valid(clear_value) and _is_plain(clear_value, argument.policy)
    except ValueError:  # a text that is not Unicode
        return False


def _is_plain(clear_value: Json, policy: Policy | None) -> bool:
    """No control or format character in what is no prose: a line break in a stored address adds a header to a mail."""
    if not isinstance(clear_value, str) or policy in _PROSE:
        return True
    visible = all(char == " " or unicodedata.category(char)[0] not in {"C", "Z"} for char in clear_value)
    return visible and is_shaped(clear_value, policy)
