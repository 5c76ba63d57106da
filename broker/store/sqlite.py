"""The store over one SQLite file that several processes may share."""

from __future__ import annotations

from pathlib import Path

from broker.model.faults import StoreFault
from broker.store.boots import Boot
from broker.store.engine import build, connect, identity, prepare
from broker.store.seal import Sealer
from broker.store.sql import READERS, SqlStore

SCHEME = "sqlite:///"
BUSY = 4.0  # seconds; below the default of `Log.deadline`, so that a lock held elsewhere is named and not a hang


def path_of(url: str, root: Path = Path()) -> Path:
    """The file that `sqlite:///data/broker.db` names, from `root`. Raises StoreFault for any other url."""
    if not url.startswith(SCHEME) or len(url) == len(SCHEME):
        raise StoreFault("the store's url must be `sqlite:///` and a path")
    return root / url.removeprefix(SCHEME)


class Sqlite(SqlStore):
    """`kek`: 32 bytes that seal task keys and parameters. `boot`: a fresh id for this life of this process."""

    def __init__(self, path: Path, kek: bytes, boot: str, *, busy: float = BUSY) -> None:
        self._path = path
        self._identity = prepare(path)
        writer = connect(str(path), busy=busy, writes=True)
        build(writer)
        reader = connect(str(path), busy=busy, writes=False, size=READERS)
        self._life = Boot(path, boot)
        self._life.sweep()
        super().__init__(writer=writer, reader=reader, sealer=Sealer(kek), boot=boot, is_dead=self._life.is_dead)
        self._intact()

    def close(self) -> None:
        """The file may be opened by others; calls of ours still open are orphans from now on."""
        super().close()
        self._life.end()

    def _intact(self) -> None:
        # Vault went on serving after its log file had been deleted (hashicorp/vault#31718): we do not.
        if identity(self._path) != self._identity:
            raise StoreFault("the database was replaced by another file")
