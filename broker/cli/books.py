"""The store and the log without the rest: whoever reads or ends something must not need a sound catalog for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from broker.audit.journal import Journal
from broker.audit.sequencer import Sequencer
from broker.catalog.report import nearest
from broker.main.keys import read
from broker.model.faults import ConfigError, Problem
from broker.model.task import TaskFacts
from broker.ports import Archive
from broker.settings import Settings
from broker.store.sqlite import Sqlite, path_of
from broker.store.system import SystemClock, SystemIds


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    archive: Archive
    journal: Journal
    vkey: str  # of the log


@contextmanager
def books(settings: Settings) -> Iterator[Books]:
    """Raises ConfigError or StoreFault, each with what is wrong in a line. It makes no store where there is none."""
    keys = read(settings.at(settings.keys))
    path = path_of(settings.store.url, settings.root)
    if not path.exists():
        mend = "it is made by `broker serve` and `broker grant`; if it was there before, restore it"
        raise ConfigError([Problem(file=str(path), expected="no such database", mend=mend)])
    store = Sqlite(path, keys.vault, SystemIds().fresh())
    try:
        sequencer = Sequencer(store, keys.signer, settings.log.deadline)
        journal = Journal(sequencer, SystemClock(), SystemIds(), keys.digest)
        yield Books(archive=store, journal=journal, vkey=keys.signer.vkey)
    finally:
        store.close()


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
