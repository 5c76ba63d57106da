"""What the open tasks of one static token show, as one list: each call names its task among its arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from broker.grants.bearer import is_static
from broker.model.bearer import ARGUMENT, Bearer
from broker.model.chain import Credential
from broker.model.grant import Shown
from broker.model.label import Json
from broker.model.tool import Face
from broker.pipeline import Pipeline

Schema = Mapping[str, Json]


async def shown(pipeline: Pipeline, credential: Credential) -> list[Shown] | None:
    """As `Pipeline.shown`; of a static token that names no task the tools of all its tasks, each with ARGUMENT."""
    if not is_static(credential.token) or credential.task:
        return await pipeline.shown(credential)
    found = await pipeline.bearers.borne(credential)
    if not isinstance(found, Bearer):
        return None
    of_task = {}
    for grant in await pipeline.bearers.open_tasks(found):
        of_task[grant.task.id] = await pipeline.shown(replace(credential, task=grant.task.id)) or []
    return together(of_task)


def together(of_task: Mapping[str, Sequence[Shown]]) -> list[Shown]:
    """task -> what it shows. Resources and prompts are left out: what is asked of them has no place for a task.

    A tool of several tasks stands there once. What it takes differs by their parameters, so the list shows what one of
    them takes; each call is held to its own task's.
    """
    tools: dict[str, dict[str, Shown]] = {}
    for task, found in of_task.items():
        for one in found:
            if one.spec.face is Face.TOOL and ARGUMENT not in one.spec.arguments:
                tools.setdefault(one.spec.name, {})[task] = one
    return [_one(tools[name]) for name in sorted(tools)]


def _one(of_task: Mapping[str, Shown]) -> Shown:
    found = list(of_task.values())
    outputs = [one.output_schema for one in found]
    return replace(
        found[0],
        input_schema=_named([one.input_schema for one in found], list(of_task)),
        output_schema=outputs[0] if all(one == outputs[0] for one in outputs) else None,
    )


def _named(schemas: Sequence[Schema], tasks: Sequence[str]) -> Schema:
    """The schema with ARGUMENT in it. Where one task must not be given what another has to be, it is shown as one that
    may be; `anyOf` stands at an argument, never at the root, where many clients take none.
    """
    found = [one.get("properties", {}) for one in schemas]
    words = dict.fromkeys(word for one in found for word in one)
    properties = {word: _either([one[word] for one in found if word in one]) for word in words}
    required = [word for word in words if all(word in one.get("required", ()) for one in schemas)]
    name = {"type": "string", "enum": list(tasks), "description": "the task that this call is of, as `begin_task` said"}
    return {**schemas[0], "properties": {**properties, ARGUMENT: name}, "required": [*required, ARGUMENT]}


def _either(schemas: Sequence[Schema]) -> Schema:
    different = [one for at, one in enumerate(schemas) if one not in schemas[:at]]
    return different[0] if len(different) == 1 else {"anyOf": different}
