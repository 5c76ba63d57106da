"""What the broker needs of the world, as protocols. No code."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from broker.model.asking import Asking
from broker.model.bearer import Bearer, BearerFacts
from broker.model.call import HandleRef
from broker.model.chain import Chain, Proof
from broker.model.decision import Claim, NoRoom, Permit
from broker.model.grant import Grant, GrantedTool
from broker.model.label import Json, Label, Labeled
from broker.model.outcome import LedgerRow, Opened, Step, Token, VaultRow
from broker.model.record import Entry, Head, OpenCall
from broker.model.scope import Rows, Scope
from broker.model.stop import Act, Stop, Target
from broker.model.task import Heritage, Holding, Task, TaskFacts, TaskState
from broker.model.tool import Compiled, Misfit, ToolSpec, Unpinned


class Clock(Protocol):
    def now(self) -> float:
        """Unix seconds."""
        ...


class Ids(Protocol):
    """Where randomness comes from, so that pure rooms need none."""

    def fresh(self) -> str:
        """130 random bits as 26 letters of lower-case base32 (a-z2-7)."""
        ...

    def key(self) -> bytes:
        """32 random bytes."""
        ...


class Progress(Protocol):
    """How far a call has come: numbers alone, for what a tool says in words would pass by the mask."""

    async def __call__(self, done: float, total: float | None, /) -> None:
        """Never raises; does nothing where nobody asked."""
        ...


class Onlooker(Protocol):
    """Whoever watches a call go its way. It never raises and never waits: a call depends on nobody who only looks."""

    async def step(self, step: Step, /) -> None: ...

    async def progress(self, done: float, total: float | None, /) -> None:
        """See Progress."""
        ...


class Tool(Protocol):
    """One thing that can be called."""

    def admit(self, rows: Rows | None) -> str | None:
        """At load time: get ready to run under this row filter, or say why it cannot be placed.

        None as `rows` means no filter: for lookups, and for tools that read no owned table.
        """
        ...

    def missing(self) -> str | None:
        """What of the system behind it is not there, for an operator; None: nothing. Blocking, changes nothing."""
        ...

    def changed(self) -> str | None:
        """Why what would run is not what was approved, as far as is known now; None: it is. Does not wait."""
        ...

    async def unfit(self, permit: Permit) -> str | None:
        """How to ask so that it could be done, where an argument is a language of its own; None: it can, as it is.

        Said to the agent: no value stands in it, and no name that the grant does not show. It changes nothing.
        """
        ...

    async def invoke(self, opened: Opened, progress: Progress) -> Labeled:
        """Run it, cancellable; at most `opened.intended.rows` rows and `.bytes` bytes. Raises ToolFault alone."""
        ...


class Kind(Protocol):
    """An adapter's load-time compiler. It takes plain mappings, for `catalog` stands above this file."""

    def meet(self, source: Mapping[str, Json], folder: Path) -> tuple[Misfit, ...]:
        """Once for each source, before its tools: what is wrong with the whole of it."""
        ...

    def compile(
        self, source: Mapping[str, Json], name: str, tool: Mapping[str, Json], folder: Path
    ) -> tuple[Compiled, Tool] | tuple[Misfit, ...] | Unpinned:
        """`source`, `tool`: their keys of this kind; `folder`: where the source's files lie."""
        ...


class Catalog(Protocol):
    """Checked, compiled source and scope files."""

    def spec(self, name: str) -> ToolSpec | None: ...
    def specs(self) -> tuple[ToolSpec, ...]: ...
    def tool(self, name: str) -> Tool: ...

    def lookup(self, name: str) -> GrantedTool:
        """The tool as the broker itself calls it while a task opens: its own schema, no narrowing, no row filter."""
        ...

    def at(self, source: str, uri: str) -> str | None:
        """The toolref of the resource of this source that lies at this URI of its own; None: there is none."""
        ...

    def scope(self, name: str) -> Scope | None: ...
    def scopes(self) -> tuple[Scope, ...]: ...

    def grant(self, task: Task, expires: float) -> Grant | None:
        """The task's compiled grant; None where its scope is gone or is not the revision it was opened under."""
        ...

    def narrow(self, grant: Grant, chain: Chain) -> Grant | str:
        """What the chain leaves of it, and until when; or why it leaves nothing, for the record."""
        ...


class Tasks(Protocol):
    """The facts of a task (PIP)."""

    async def facts(self, task: str, rests_on: Collection[Target] = ()) -> TaskFacts | None:
        """With what is frozen, and what was revoked of `rests_on`, as `Turn.stops` has it."""
        ...

    async def standing(self) -> Sequence[Stop]: ...  # every freeze, and the newest revocation
    async def bearer(self, digest: str) -> BearerFacts | None: ...  # the static token of this digest
    async def like(self, asking: Asking, revision: str, now: float) -> str | None: ...  # the youngest open one
    async def of_bearer(self, bearer: Bearer, now: float) -> Sequence[str]: ...  # its living tasks, oldest first


class Handles(Protocol):
    """The vault: encrypted, bound to a task."""

    async def resolve(self, task: str, handles: Collection[str]) -> Mapping[str, HandleRef]:
        """Those of `handles` that this task was handed; the others are left out, whatever they are."""
        ...

    async def open(self, task: str, handles: Collection[str]) -> Mapping[str, Json]:
        """handle -> clear value. Raises StoreFault where one is gone."""
        ...


class Turn(Protocol):
    """One transaction: all of it is durable together, or none of it is. Opened by the audit room alone. Blocking.

    `pending`: how many of its records are made and not appended yet.
    """

    pending: int

    def savepoint(self) -> AbstractContextManager[None]:
        """Undoes what was done inside it where it is left by an exception."""
        ...

    def state(self, task: str) -> TaskState | None: ...
    def holding(self, task: Task, now: float) -> Holding: ...  # of its holder, whether or not it is open yet
    def open_task(self, task: Task, key: bytes, token: Token | None = None) -> None: ...  # `token`: the first of it

    def hand_on(self, task: Task, now: float) -> Heritage:
        """To this open task, label and ledger of each tainted one of its holder that lives or ended within a day."""
        ...

    def set_state(self, task: str, state: TaskState) -> bool:
        """Between active and suspended, and nothing is lost; False where the task has ended."""
        ...

    def end_tasks(self, tasks: Sequence[str], now: float) -> None:
        """For good: key, handles and subjects are destroyed; the ledger too, once nothing is to be handed on."""
        ...

    def forget(self, now: float) -> int: ...  # what was kept to be handed on, once its day is over; of how many tasks
    def renew(self, task: str, until: float, *, bound: bool) -> None: ...  # a token of it, for a key or not, until then
    def tokens_until(self) -> float: ...  # when the last token of a living task runs out; 0: there is none

    def stop(self, act: Act, target: Target) -> bool:
        """Revoke or freeze, at `position()`; False where the same freeze stands already."""
        ...

    def thaw(self, target: Target) -> bool: ...  # False where it is not frozen

    def keep_bearer(self, bearer: Bearer, digest: str) -> bool: ...  # False where one was ever called so
    def bearer(self, name: str) -> BearerFacts | None: ...

    def stops(self, task: str, targets: Collection[Target]) -> Sequence[Stop]:
        """Every freeze; and what was revoked of `targets` since the task was opened, or asked for while it opens."""
        ...

    def doomed(self, target: Target, most: int) -> Sequence[str]:
        """At most so many of the tasks that were there when `target` was revoked, and have not ended yet."""
        ...

    def expired(self, now: float, most: int) -> Sequence[str]:
        """At most so many of the tasks whose lifetime is over and whose key is still there."""
        ...

    def strike(self, task: str) -> int: ...  # count one failed handle; how many there are now

    def reserve(self, call: str, claims: Sequence[Claim], now: float) -> Mapping[str, Decimal] | NoRoom:
        """All or none: item -> amount held; or the limit in the way."""
        ...

    def settle(self, call: str, used: Mapping[str, Decimal] | None) -> None:
        """Held becomes used: items that are not in `used` are released. None: all that was held counts as used."""
        ...

    def meet(self, task: str, subjects: Collection[str]) -> int: ...  # whose data was met; how many different ones now

    def raise_label(self, task: str, label: Label) -> None: ...
    def keep(self, task: str, vault: Sequence[VaultRow], ledger: Sequence[LedgerRow]) -> None: ...

    def begin_call(self, call: OpenCall) -> None: ...

    def end_call(self, call: str) -> bool: ...  # forget an open call; False where it is not open

    def leave_unresolved(self, call: str) -> bool:
        """Its effect may have happened and nobody knows: kept, so that an identical call is not sent blindly.

        False where it is not open.
        """
        ...

    def unresolved(self, task: str, digest: str) -> bool:
        """Whether an identical call of this task with an effect is left unresolved."""
        ...

    def orphans(self) -> Sequence[OpenCall]: ...  # open calls of processes that live no more

    def first_use(self, proofs: Sequence[Proof], now: float) -> bool:
        """Remember that they were used; False where one was before, in whichever process, or is past its time."""
        ...

    def position(self) -> int:
        """Where the next record will stand in the log: an order that no clock can upset."""
        ...

    def head(self) -> Head: ...

    def extend(self, entries: Sequence[Entry], head: Head, note: str) -> None:
        """Append, move the head from what `head()` gave (StoreFault where it moved), keep the signed checkpoint."""
        ...


class Log(Protocol):
    """The store's writing side."""

    def begin(self) -> AbstractContextManager[Turn]:
        """BEGIN IMMEDIATE ... COMMIT, durable when left. Blocking; one at a time a process. Raises StoreFault."""
        ...


class Archive(Protocol):
    """The log, to be read. Blocking."""

    def head(self) -> Head: ...
    def entries(self, start: int, stop: int | None = None) -> Iterator[tuple[int, bytes]]: ...
    def checkpoints(self) -> Iterator[str]: ...

    def newest(self) -> str | None: ...  # the checkpoint of the largest size

    def indexes(self, name: str) -> Sequence[int]:
        """The records of one call or one task, by its id."""
        ...

    def indexed(self, start: int, stop: int) -> Iterator[tuple[int, str, str]]:
        """(seq, call, task) as `indexes` finds them, in order: an index over the records, covered by no signature."""
        ...

    def tasks(self) -> Sequence[TaskFacts]:
        """Every task, newest first."""
        ...

    def bearers(self) -> Sequence[BearerFacts]: ...  # every static token, oldest first
    def calls(self) -> Sequence[OpenCall]: ...  # those under way
    def stops(self) -> Sequence[Stop]: ...  # what is frozen

    def mention(self, raw: bytes, below: int | None = None) -> tuple[int, bytes] | None:
        """The newest record that has these bytes in it, with its number; of those before `below`."""
        ...
