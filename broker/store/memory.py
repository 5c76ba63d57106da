"""The same store over an SQLite in memory, with knobs that make it fail: for tests and trials."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, StaticPool

from broker.model.faults import StoreFault
from broker.store.engine import build, connect, faults
from broker.store.seal import Sealer
from broker.store.sql import SqlStore
from broker.store.turn import SqlTurn


class Memory(SqlStore):
    """Knobs: `broken`: while it is true, transactions fail as on a full disk. `hangs`: while it is set to an event,
    transactions wait for it. `boot`: a new one makes the open calls of the old one orphans."""

    def __init__(self, kek: bytes = bytes(32), boot: str = "memory") -> None:
        engine = connect(":memory:", busy=1, writes=True, pool=StaticPool)
        build(engine)
        super().__init__(writer=engine, reader=engine, sealer=Sealer(kek), boot=boot, is_dead=self._is_over)
        self.broken = False
        self.hangs: threading.Event | None = None

    @property
    def boot(self) -> str:
        return self._boot

    @boot.setter
    def boot(self, boot: str) -> None:
        self._boot = boot

    @contextmanager
    def begin(self) -> Iterator[SqlTurn]:
        if self.hangs is not None:
            self.hangs.wait()
        with super().begin() as turn:
            yield turn

    def _before_commit(self) -> None:
        if self.broken:
            raise StoreFault("the disk is full")

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._one, faults(), self._reader.begin() as connection:
            yield connection

    def _is_over(self, boot: str) -> bool:
        return boot != self._boot
