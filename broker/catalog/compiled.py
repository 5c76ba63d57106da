"""A scope for one task: parameters filled in, and each tool's schema as narrow as what will be permitted."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import jsonschema_rs

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
        input_schema=schema,
        misfit=_misfit(schema),
    )


def input_schema(spec: ToolSpec, arguments: Mapping[str, Field]) -> Mapping[str, Json]:
    return {
        **spec.dialect,
        "type": "object",
        "properties": {name: schema_of(one.constraint, spec.arguments[name]) for name, one in arguments.items()},
        "required": [name for name, one in arguments.items() if not one.optional],
        "additionalProperties": False,
    }


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
