"""What a list shows of a tool, a resource and a prompt: what a call would meet, and nothing else of it."""

from __future__ import annotations

from typing import assert_never

from mcp import types

from broker.catalog.uris import has_variables
from broker.edge.names import outside, uri_outside
from broker.model.grant import Shown
from broker.model.tool import Effect, Face, ToolSpec


def is_tool(shown: Shown) -> bool:
    return shown.spec.face is Face.TOOL


def is_resource(shown: Shown) -> bool:
    return shown.spec.face is Face.RESOURCE and not has_variables(_own(shown.spec))


def is_template(shown: Shown) -> bool:
    return shown.spec.face is Face.RESOURCE and has_variables(_own(shown.spec))


def is_prompt(shown: Shown) -> bool:
    return shown.spec.face is Face.PROMPT


def tool(shown: Shown) -> types.Tool:
    return types.Tool(
        name=outside(shown.spec.name),
        description=shown.spec.description,
        input_schema=dict(shown.input_schema),
        output_schema=None if shown.output_schema is None else dict(shown.output_schema),
        annotations=_annotations(shown.spec),
    )


def resource(shown: Shown) -> types.Resource:
    spec = shown.spec
    return types.Resource(
        name=outside(spec.name),
        uri=uri_outside(spec.source, _own(spec)),
        description=spec.description,
        mime_type=spec.mime,
    )


def template(shown: Shown) -> types.ResourceTemplate:
    spec = shown.spec
    return types.ResourceTemplate(
        name=outside(spec.name),
        uri_template=uri_outside(spec.source, _own(spec)),
        description=spec.description,
        mime_type=spec.mime,
    )


def prompt(shown: Shown) -> types.Prompt:
    required = shown.input_schema.get("required", ())
    return types.Prompt(
        name=outside(shown.spec.name),
        description=shown.spec.description,
        arguments=[
            types.PromptArgument(name=name, description=one.get("description"), required=name in required)
            for name, one in shown.input_schema.get("properties", {}).items()
        ],
    )


def entry(shown: Shown) -> types.Tool | types.Resource | types.ResourceTemplate | types.Prompt:
    """As the list that it stands in shows it."""
    match shown.spec.face:
        case Face.TOOL:
            return tool(shown)
        case Face.RESOURCE:
            return template(shown) if is_template(shown) else resource(shown)
        case Face.PROMPT:
            return prompt(shown)
        case _:
            assert_never(shown.spec.face)


def _own(spec: ToolSpec) -> str:
    return "" if spec.uri is None else spec.uri


def _annotations(spec: ToolSpec) -> types.ToolAnnotations:
    destroys = bool(spec.effects & {Effect.DELETE, Effect.MONEY, Effect.EXECUTE})
    return types.ToolAnnotations(
        read_only_hint=not spec.has_effect, destructive_hint=destroys, open_world_hint=spec.is_sink
    )
