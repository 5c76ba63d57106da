"""A scope for one task: parameters filled in, and each tool's schema as narrow as what will be permitted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Final

import jsonschema_rs

from broker.catalog.predicate import meets
from broker.catalog.resolve import resolved_field
from broker.catalog.schema import schema_of
from broker.model.constraint import Field
from broker.model.grant import Grant, GrantedTool
from broker.model.label import Json
from broker.model.scope import Scope, ToolGrant
from broker.model.task import Parameter, Task
from broker.model.tool import ToolSpec

ROOT = "."
"""Where a misfit lies that is of no argument in particular."""

_HANDLE: Final = re.compile(r"hdl-([a-z0-9-]{1,40})-[a-z2-7]{26}")


def compile_grant(scope: Scope, task: Task, expires: float, specs: Mapping[str, ToolSpec]) -> Grant:
    """What this task may call until `expires` (unix seconds)."""
    tools = {name: granted(specs[name], grant, task.parameters) for name, grant in scope.tools.items() if name in specs}
    return Grant(task=task, scope=scope, tools=tools, expires=expires)


def granted(spec: ToolSpec, grant: ToolGrant, parameters: Mapping[str, Parameter]) -> GrantedTool:
    """One tool under one grant. Arguments that the tool does not have are left out, so they are denied."""
    arguments = {
        name: resolved_field(one, parameters) for name, one in grant.arguments.items() if name in spec.arguments
    }
    schema = input_schema(spec, arguments)
    return GrantedTool(
        spec=spec,
        arguments=arguments,
        rows=grant.rows,
        budget=grant.budget,
        media=grant.media,
        schema=lambda: schema,
        misfit=_misfit(schema),
    )


def narrowed(before: GrantedTool, changed: Mapping[str, Field]) -> GrantedTool:
    """The same tool with less left of some of its arguments.

    Nothing is compiled: a schema with patterns that an agent wrote takes a hundred milliseconds of that, and the
    predicates that `tools/list` is made from take none.
    """
    arguments = {**before.arguments, **changed}
    return replace(
        before,
        arguments=arguments,
        schema=cache(partial(_less, before, arguments, changed)),
        misfit=_within(before, changed),
    )


def _less(before: GrantedTool, arguments: Mapping[str, Field], changed: Mapping[str, Field]) -> Mapping[str, Json]:
    properties = {**before.input_schema["properties"], **_properties(before.spec, changed)}
    return {**before.input_schema, "properties": properties, "required": _required(arguments)}


def input_schema(spec: ToolSpec, arguments: Mapping[str, Field]) -> Mapping[str, Json]:
    return {
        **spec.dialect,
        "type": "object",
        "properties": _properties(spec, arguments),
        "required": _required(arguments),
        "additionalProperties": False,
    }


def _properties(spec: ToolSpec, arguments: Mapping[str, Field]) -> dict[str, Json]:
    return {name: schema_of(one.constraint, spec.arguments[name]) for name, one in arguments.items()}


def _required(arguments: Mapping[str, Field]) -> list[str]:
    return [name for name, one in arguments.items() if not one.optional]


def _within(before: GrantedTool, changed: Mapping[str, Field]) -> Callable[[Json], str | None]:
    def misfit(value: Json) -> str | None:
        place = before.misfit(value)
        if place is not None:
            return place
        return next((name for name, one in changed.items() if not _fits(before.spec, name, one, value)), None)

    return misfit


def _fits(spec: ToolSpec, name: str, field: Field, arguments: Mapping[str, Json]) -> bool:
    if name not in arguments:
        return field.optional
    takes = spec.arguments[name].handles
    return meets(field.constraint, arguments[name], _handle_class(arguments[name], takes), takes)


def _handle_class(value: Json, takes: frozenset[str]) -> str | None:
    """Of the handle that this is; None for what the argument would take for a value."""
    found = _HANDLE.fullmatch(value) if takes and isinstance(value, str) else None
    return None if found is None or found[1] not in takes else found[1]


def _misfit(schema: Mapping[str, Json]) -> Callable[[Json], str | None]:
    """The linear-time engine: patterns come from files and tokens, values from agents. A `format` that is shown is held
    to, though the draft would let it pass for a remark.
    """
    validator = jsonschema_rs.Draft202012Validator(
        dict(schema), pattern_options=jsonschema_rs.RegexOptions(), validate_formats=True
    )

    def misfit(value: Json) -> str | None:
        try:
            if validator.is_valid(value):
                return None
            error = next(iter(validator.iter_errors(value)))
        except (ValueError, OverflowError, RecursionError):  # a lone surrogate, a number or a depth beyond JSON's own
            return ROOT
        path = [str(step) for step in error.instance_path]
        missing = error.kind.as_dict().get("property") if error.kind.name == "required" else None
        return "/".join([*path, missing] if isinstance(missing, str) else path) or ROOT

    return misfit
