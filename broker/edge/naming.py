"""Which task a request with a static token names: by its `_meta`, or by an argument that is ours and no tool's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from broker.edge.seen import Context, Seen, seen
from broker.grants.bearer import is_static
from broker.model.bearer import ARGUMENT
from broker.model.label import Json

META: Final = "toolbroker/task"
"""The key of `_meta` by which a request names its task, for clients that write their requests themselves."""
_NONE: Final = "-"
"""No task is called so: what can be no task's name is refused like one that is made up."""


def by_meta(context: Context) -> None:
    """From here on the request is served as by a token of the task that its `_meta` names, be it a call or a list."""
    sender = seen(context)
    said: Mapping[str, Any] = {} if context.meta is None else {**context.meta}
    if is_static(sender.credential.token) and META in said:
        _name(sender, said[META])


def by_argument(context: Context, arguments: Mapping[str, Json]) -> Mapping[str, Json]:
    """The arguments that are the tool's own. A request that names its task by `_meta` has no others."""
    sender = seen(context)
    if not is_static(sender.credential.token) or sender.credential.task or ARGUMENT not in arguments:
        return arguments
    _name(sender, arguments[ARGUMENT])
    return {name: value for name, value in arguments.items() if name != ARGUMENT}


def _name(sender: Seen, task: Any) -> None:
    known = isinstance(task, str) and bool(task)
    sender.credential = replace(sender.credential, task=task if known else _NONE)
