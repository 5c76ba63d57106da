"""The store and the log without the rest: whoever reads or ends something must not need a sound catalog for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from broker.audit.journal import Journal
from broker.audit.sequencer import Sequencer
from broker.main.keys import Keys, read
from broker.model.faults import ConfigError, Problem, StoreFault
from broker.settings import Settings
from broker.store.sqlite import Sqlite, path_of
from broker.store.system import SystemClock, SystemIds


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    archive: Sqlite
    journal: Journal
    keys: Keys

    @property
    def vkey(self) -> str:
        """Of the log: all that anyone needs in order to check it."""
        return self.keys.signer.vkey


@contextmanager
def books(settings: Settings, *, makes: bool = False) -> Iterator[Books]:
    """`makes`: a store is made where there is none. Raises ConfigError, with what is wrong in a line."""
    with closing(read(settings.at(settings.keys), settings.custody)) as keys:
        yield from _open(settings, keys, makes=makes)


def _open(settings: Settings, keys: Keys, *, makes: bool) -> Iterator[Books]:
    store = _store(settings, keys, makes=makes)
    try:
        sequencer = Sequencer(store, keys.signer, settings.log.deadline)
        yield Books(archive=store, journal=Journal(sequencer, SystemClock(), SystemIds(), keys.digest), keys=keys)
    finally:
        store.close()


def _store(settings: Settings, keys: Keys, *, makes: bool) -> Sqlite:
    try:
        path = path_of(settings.store.url, settings.root)
        if not makes and not path.exists():
            mend = "it is made by `broker serve` and `broker grant`; if it was there before, restore it"
            raise ConfigError([Problem(file=str(path), expected="no such database", mend=mend)])
        return Sqlite(path, keys.vault, SystemIds().fresh())
    except StoreFault as fault:
        mend = "is another process holding it, or the disk gone?"
        raise ConfigError([Problem(file=settings.store.url, expected=str(fault), mend=mend)]) from None
