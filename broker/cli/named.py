"""Which task is meant by so much of its id?"""

from __future__ import annotations

from broker.catalog.report import nearest
from broker.model.faults import ConfigError, Problem
from broker.model.task import TaskFacts
from broker.ports import Archive


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
