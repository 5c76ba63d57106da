"""Which task is meant by so much of its id?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from broker.catalog.report import nearest
from broker.model.faults import ConfigError, Problem
from broker.model.task import TaskFacts
from broker.ports import Archive

_SHORT: Final = 8  # letters: 40 bits, so that two seldom share them


def named(archive: Archive, task: str) -> TaskFacts:
    """The task of this id, or the only one whose id starts so. Raises ConfigError."""
    tasks = archive.tasks()
    found = [one for one in tasks if one.task.id == task] or [
        one for one in tasks if task and one.task.id.startswith(task)
    ]
    match found:
        case [only]:
            return only
        case []:
            mend = nearest(task, [one.task.id for one in tasks]) or "`broker task list` names them"
            raise ConfigError([Problem(file="task", expected=f"no task `{task}`", mend=mend)])
        case _:
            mend = "write more of its id"
            raise ConfigError([Problem(file="task", expected=f"{len(found)} tasks begin with `{task}`", mend=mend)])


def shortest(names: Sequence[str]) -> Mapping[str, str]:
    """name -> as much of it as no other begins with: what `named` takes, and a line has room for."""
    size = _SHORT
    while len({name[:size] for name in names}) < len(set(names)):
        size += 1
    return {name: name[:size] for name in names}
