"""The ports over one database: a writer that takes turns, and readers that never wait for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import anyio.to_thread
from sqlalchemy import Connection, Engine, Row, bindparam, select

from broker.model.asking import Asking
from broker.model.bearer import Bearer, BearerFacts
from broker.model.call import HandleRef
from broker.model.faults import StoreFault
from broker.model.label import Json
from broker.model.record import Head, OpenCall
from broker.model.stop import Stop, Target
from broker.model.task import TaskFacts
from broker.store import alike, bearers, revoked, rows
from broker.store.engine import faults
from broker.store.seal import Sealer
from broker.store.tables import CALL, CHECKPOINT, ENTRY, HANDLE, HEAD, HOLDER, INDEX, TASK
from broker.store.turn import SqlTurn

READERS = 8
CHUNK = 512  # rows of the log read at a time: a long read would keep a rollback journal's writer waiting
ASKED = 100  # handles looked up by one statement

_HOLDER = (TASK.c.issuer == HOLDER.c.issuer) & (TASK.c.sub == HOLDER.c.sub) & (TASK.c.actor == HOLDER.c.actor)
_TASKS = select(TASK, HOLDER.c.key.label("ledger_key")).select_from(TASK.outerjoin(HOLDER, _HOLDER))
_TASK = _TASKS.where(TASK.c.id == bindparam("task"))  # built once: it is asked twice for each call


class SqlStore:
    """Log, Tasks, Handles and Archive (`ports`). Every method raises StoreFault where the database fails."""

    def __init__(
        self, *, writer: Engine, reader: Engine, sealer: Sealer, boot: str, is_dead: Callable[[str], bool]
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._sealer = sealer
        self._boot = boot
        self._is_dead = is_dead
        self._one = threading.Lock()
        self._limiter = anyio.CapacityLimiter(READERS)  # its own: tools that hang must not keep facts from being read

    @contextmanager
    def begin(self) -> Iterator[SqlTurn]:
        """BEGIN IMMEDIATE ... COMMIT, durable when left. See `ports.Log`."""
        with self._one:
            self._intact()
            with faults(), self._writer.begin() as connection:
                yield SqlTurn(connection, self._sealer, self._boot, self._is_dead)
                self._before_commit()
            # Again: what was committed to a file that has meanwhile been deleted or replaced is durable nowhere.
            self._intact()

    async def facts(self, task: str, rests_on: Collection[Target] = ()) -> TaskFacts | None:
        return await anyio.to_thread.run_sync(self._facts, task, rests_on, limiter=self._limiter)

    async def standing(self) -> Sequence[Stop]:
        return await anyio.to_thread.run_sync(self._standing, limiter=self._limiter)

    async def bearer(self, digest: str) -> BearerFacts | None:
        return await anyio.to_thread.run_sync(self._bearer, digest, limiter=self._limiter)

    async def of_bearer(self, bearer: Bearer, now: float) -> Sequence[str]:
        return await anyio.to_thread.run_sync(self._of_bearer, bearer, now, limiter=self._limiter)

    async def like(self, asking: Asking, revision: str, now: float) -> str | None:
        return await anyio.to_thread.run_sync(self._like, asking, revision, now, limiter=self._limiter)

    async def resolve(self, task: str, handles: Collection[str]) -> Mapping[str, HandleRef]:
        if not handles:
            return {}
        found = await anyio.to_thread.run_sync(self._handles, task, handles, limiter=self._limiter)
        return {row.handle: rows.to_ref(row) for row in found}

    async def open(self, task: str, handles: Collection[str]) -> Mapping[str, Json]:
        if not handles:
            return {}
        return await anyio.to_thread.run_sync(self._clear_values, task, handles, limiter=self._limiter)

    def head(self) -> Head:
        with self._reading() as connection:
            return rows.to_head(connection.execute(select(HEAD.c.size, HEAD.c.frontier)).one())

    def entries(self, start: int, stop: int | None = None) -> Iterator[tuple[int, bytes]]:
        """(seq, body) of the records from `start` to before `stop`, in order."""
        last = self.head().size if stop is None else stop
        for at in range(start, last, CHUNK):
            part = select(ENTRY.c.seq, ENTRY.c.body).where(ENTRY.c.seq >= at, ENTRY.c.seq < min(at + CHUNK, last))
            with self._reading() as connection:
                found = connection.execute(part.order_by(ENTRY.c.seq)).all()
            yield from ((row.seq, row.body) for row in found)

    def checkpoints(self) -> Iterator[str]:
        """The signed notes, by size."""
        after = -1
        while True:
            part = select(CHECKPOINT).where(CHECKPOINT.c.size > after).order_by(CHECKPOINT.c.size).limit(CHUNK)
            with self._reading() as connection:
                found = connection.execute(part).all()
            if not found:
                return
            yield from (row.note for row in found)
            after = found[-1].size

    def newest(self) -> str | None:
        with self._reading() as connection:
            last = select(CHECKPOINT.c.note).order_by(CHECKPOINT.c.size.desc()).limit(1)
            return connection.execute(last).scalar_one_or_none()

    def indexes(self, name: str) -> Sequence[int]:
        if not name.isascii():
            return []
        of = select(INDEX.c.seq).where((INDEX.c.call == name) | (INDEX.c.task == name)).order_by(INDEX.c.seq)
        with self._reading() as connection:
            return connection.execute(of).scalars().all()

    def indexed(self, start: int, stop: int) -> Iterator[tuple[int, str, str]]:
        columns = INDEX.c.seq, INDEX.c.call, INDEX.c.task
        for at in range(start, stop, CHUNK):
            part = select(*columns).where(INDEX.c.seq >= at, INDEX.c.seq < min(at + CHUNK, stop))
            with self._reading() as connection:
                found = connection.execute(part.order_by(INDEX.c.seq)).all()
            yield from ((row.seq, row.call, row.task) for row in found)

    def tasks(self) -> Sequence[TaskFacts]:
        with self._reading() as connection:
            found = connection.execute(_TASKS.order_by(TASK.c.opened.desc(), TASK.c.id)).all()
        return [rows.to_facts(row, self._sealer) for row in found]

    def calls(self) -> Sequence[OpenCall]:
        with self._reading() as connection:
            found = connection.execute(select(CALL).where(CALL.c.state == "open").order_by(CALL.c.at)).all()
        return [rows.to_call(row) for row in found]

    def stops(self) -> Sequence[Stop]:
        with self._reading() as connection:
            return revoked.frozen(connection.execute)

    def bearers(self) -> Sequence[BearerFacts]:
        with self._reading() as connection:
            return bearers.every(connection.execute)

    def _bearer(self, digest: str) -> BearerFacts | None:
        with self._reading() as connection:
            return bearers.of_digest(connection.execute, digest)

    def _of_bearer(self, bearer: Bearer, now: float) -> Sequence[str]:
        with self._reading() as connection:
            return bearers.tasks(connection.execute, bearer, now)

    def _like(self, asking: Asking, revision: str, now: float) -> str | None:
        with self._reading() as connection:
            return alike.youngest(connection.execute, asking, revision, now)

    def _standing(self) -> Sequence[Stop]:
        with self._reading() as connection:
            return revoked.standing(connection.execute)

    def mention(self, raw: bytes, below: int | None = None) -> tuple[int, bytes] | None:
        with self._reading() as connection:
            return revoked.mention(connection.execute, raw, below)

    def close(self) -> None:
        self._reader.dispose()
        self._writer.dispose()

    def _facts(self, task: str, rests_on: Collection[Target] = ()) -> TaskFacts | None:
        if not task.isascii():  # ours are; and a lone surrogate has no bytes to be looked up by
            return None
        with self._reading() as connection:
            row = connection.execute(_TASK, {"task": task}).one_or_none()
            stops = () if row is None else revoked.about(connection.execute, task, rests_on)
        return None if row is None else replace(rows.to_facts(row, self._sealer), stops=tuple(stops))

    def _handles(self, task: str, handles: Collection[str]) -> list[Row[*tuple[Any, ...]]]:
        asked = sorted({handle for handle in handles if handle.isascii()})
        found: list[Row[*tuple[Any, ...]]] = []
        if not task.isascii():
            return found
        with self._reading() as connection:
            for at in range(0, len(asked), ASKED):
                where = HANDLE.c.task == task, HANDLE.c.handle.in_(asked[at : at + ASKED])
                found.extend(connection.execute(select(HANDLE).where(*where)))
        return found

    def _clear_values(self, task: str, handles: Collection[str]) -> Mapping[str, Json]:
        found = self._handles(task, handles)
        facts = self._facts(task)
        if facts is None or not facts.key or len(found) != len(set(handles)):
            raise StoreFault("a handle is gone")
        sealer = Sealer(facts.key)
        return {row.handle: rows.to_clear_value(row, sealer) for row in found}

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        self._intact()
        with faults(), self._reader.begin() as connection:
            yield connection

    def _intact(self) -> None:
        """Raises StoreFault where the database is no more the one that was opened."""

    def _before_commit(self) -> None:
        """The last place where a transaction can fail."""
