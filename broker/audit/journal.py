"""The keeper of the log: every record shares one transaction with what it allows. Maker of all that is on record."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from functools import partial

import anyio

from broker.audit import acts, canonical, ends, record, task_record, tasks, upkeep
from broker.audit.proofs import REPLAYED, refused
from broker.audit.record import Stamp, Why
from broker.audit.refusals import Holder, Refusals
from broker.audit.rotated import rotated
from broker.audit.running import Running, Step
from broker.audit.sequencer import Sequencer
from broker.audit.settling import most
from broker.audit.strangers import Strangers
from broker.audit.tasks import Terms
from broker.model.asking import Asking
from broker.model.bearer import Bearer
from broker.model.call import Call
from broker.model.chain import Proof
from broker.model.decision import Ask, Deny, Permit, Reason
from broker.model.faults import Effect, ToolFault
from broker.model.grant import Grant
from broker.model.outcome import Intended, Masked, NotOpened, Pending, Refused, Served, Token
from broker.model.record import Entry
from broker.model.stop import Target
from broker.model.task import Limits, Task
from broker.model.upkeep import Upkeep
from broker.ports import Clock, Ids, Turn


class Journal:
    """Every method that waits returns only once its record is durable, and raises JournalFault where it cannot be.

    `digest_key`: 32 bytes that key the digests in the log; values themselves are never there.
    """

    def __init__(self, sequencer: Sequencer, clock: Clock, ids: Ids, digest_key: bytes) -> None:
        self._sequencer = sequencer
        self._clock = clock
        self._ids = ids
        self._digest_key = digest_key
        self._strangers, self._refusals = Strangers(), Refusals()
        self.running = Running()

    @property
    def latched(self) -> str | None:
        """Why nothing is served any more; None while all is well."""
        return self._sequencer.latched

    def digest(self, text: str) -> str:
        """What stands for a value where it must not be read: of equal texts equal, and keyed."""
        return canonical.keyed(text.encode("utf-8", "surrogatepass"), self._digest_key)

    # --- refusals

    def stranger(self, deny: Deny, n: int = 1) -> Refused:
        """Counted, not recorded: see `flush_strangers`."""
        self._strangers.count(deny, self._clock.now(), n)
        return Refused(reason=deny.reason, about=deny.about, hint=deny.hint)

    async def flush_strangers(self) -> None:
        """Record how many there were in each minute, if there were any; and how many openings were refused."""
        counted, more = self._strangers.take(), self._refusals.take()
        entries = [record.strangers(self._stamp(), minute, counts) for minute, counts in sorted(counted.items())]
        entries += [task_record.counted(self._stamp(), one) for one in more]
        if not entries:
            return
        try:
            await self._sequencer.commit(lambda _: (None, entries))
        except BaseException:
            self._strangers.give_back(counted)
            self._refusals.give_back(more)
            raise

    async def denied(self, call: Call, deny: Deny) -> Refused:
        stamp = self._stamp()
        await self._sequencer.commit(lambda turn: (None, ends.denied(turn, stamp, call, deny)))
        return Refused(reason=deny.reason, about=deny.about, hint=deny.hint)

    async def turned_away(
        self, task: Task, call_id: str, tool: str, deny: Deny, *, rests_on: Sequence[Target] = ()
    ) -> Refused:
        """A request with a good token that never became a call: unreadable, or its grant is gone."""
        await self._append(record.turned_away(self._stamp(), call_id, task, tool, record.why(deny), rests_on=rests_on))
        return Refused(reason=deny.reason, about=deny.about, hint=deny.hint)

    async def asked(self, ask: Ask) -> Pending:
        await self._append(record.asked(self._stamp(), ask.checked))
        return Pending(question=ask.question)

    def faulted(self, _fault: Exception) -> Refused:
        """What an agent hears of a fault or a bug: a code. The one end that no record stands behind."""
        return Refused(reason=Reason.BROKER_UNAVAILABLE)

    async def first_use(self, proof: Proof) -> bool:
        """False where the same proof was used before. No record: the request that it came with leaves its own."""
        return await self._sequencer.commit(lambda turn: (turn.first_use([proof], self._clock.now()), []))

    # --- a call

    async def intend(self, permit: Permit) -> Intended | Refused:
        """All of it or nothing: the task lives, no twin is unresolved, budgets are held, the intent is written."""
        stamp, spec = self._stamp(), permit.checked.tool.spec
        held = await self._sequencer.commit(lambda turn: ends.begun(turn, stamp, permit))
        if isinstance(held, Reason):
            return Refused(reason=held)
        return Intended(
            permit=permit,
            rows=most(spec, held, "rows", spec.max_rows),
            bytes=spec.max_bytes,
            shown=most(spec, held, "bytes", sys.maxsize),
            at=stamp.at,
        )

    async def close(self, intended: Intended, masked: Masked) -> Served | Refused:
        """The task's label is raised by what will be shown, before it is shown."""
        stamp = self._stamp()
        stop = await self._sequencer.commit(lambda turn: ends.closed(turn, stamp, intended, masked))
        self.running.is_closed(intended)
        return Served(masked=masked) if stop is None else Refused(reason=stop.reason, about=stop.about)

    async def withheld(self, intended: Intended, detail: str) -> Refused:
        """The tool answered, and its answer cannot be shown."""
        why = Why(reason=Reason.RESULT_WITHHELD, detail=detail)
        return await self._end(intended, partial(ends.withheld, why=why), why)

    async def failed(self, intended: Intended, fault: ToolFault, frozen: str = "") -> Refused:
        """The tool failed, did not answer in time, or was stopped by a freeze; what it did is what it says it did."""
        reason = Reason.SOURCE_UNAVAILABLE if fault.is_unreachable else Reason.SOURCE_FAILED
        why, status = Why(reason=reason, detail=str(fault)), "failed"
        if frozen:
            why, status = Why(reason=Reason.CONTEXT_NOT_MET, detail=f"{frozen}, while it ran"), "cancelled"
        elif fault.effect is Effect.UNKNOWN and intended.permit.checked.tool.spec.has_effect:
            status = "unknown"
        end = partial(ends.failed, status=status, effect=fault.effect, why=why)
        return await self._end(intended, end, why, "" if frozen else fault.hint)

    async def abandoned(self, intended: Intended, reason: Reason, detail: str) -> Refused:
        """Nothing was sent. The call counts, all else that was held is given back."""
        why = Why(reason=reason, detail=detail)
        return await self._end(intended, partial(ends.abandoned, why=why), why)

    @asynccontextmanager
    async def whatever_happens(self, intended: Intended) -> AsyncIterator[Step]:
        """An intent without an end is never left behind, be the body left by a fault, a bug or a cancelled wait."""
        with self.running.under_way(intended) as step:
            try:
                yield step
            except BaseException as stop:
                if not step.closed:
                    with anyio.CancelScope(shield=True):
                        await self._broken_off(intended, step, stop)
                raise

    async def settled(self) -> None:
        """Returns once no call is under way: a process that ends before would leave intents without an end."""
        await self.running.settled()

    async def _broken_off(self, intended: Intended, step: Step, stop: BaseException) -> None:
        cancelled = isinstance(stop, anyio.get_cancelled_exc_class())
        # The type alone: an exception's text may hold a value.
        detail = "cancelled" if cancelled else f"broken off by {type(stop).__name__}"
        if not step.sent:
            await self.abandoned(intended, Reason.BROKER_UNAVAILABLE, detail)
            return
        why = Why(reason=Reason.BROKER_UNAVAILABLE, detail=f"{detail}, {'after' if step.answered else 'at'} the tool")
        status = "cancelled" if cancelled else "unknown"
        await self._end(intended, partial(ends.failed, status=status, effect=Effect.UNKNOWN, why=why), why)

    # --- tasks

    async def requested(self, task: Task, terms: Terms) -> Deny | None:
        """Before anything is looked up for it; what stands in its way, which is on record with `not_opened`."""
        return await self._sequencer.commit(partial(tasks.tried, stamp=self._stamp(), task=task, terms=terms))

    async def opened(
        self, task: Task, key: bytes, token: Token | None, limits: Limits, reach: Collection[Target] = ()
    ) -> Deny | None:
        """`key`: 32 random bytes, of its own; `token`: None: a static one names it; `reach`: where its tools lie."""
        stamped = partial(tasks.opened, stamp=self._stamp(), task=task, key=key, token=token)
        return await self._sequencer.commit(partial(stamped, limits=limits, reach=reach))

    async def opened_at_once(self, task: Task, key: bytes, token: Token | None, terms: Terms) -> Deny | None:
        """`requested` and `opened` in one transaction, where nothing is looked up for it."""
        stamped = partial(tasks.at_once, stamp=self._stamp, task=task, key=key)
        return await self._sequencer.commit(partial(stamped, token=token, terms=terms))

    async def not_opened(self, asking: Asking, deny: Deny, proofs: Sequence[Proof] = ()) -> NotOpened:
        said = task_record.refused(self._stamp(), asking, record.why(deny))
        return await self._not_given(said, deny, proofs, Holder(principal=asking.principal, actor=asking.actor))

    async def refreshed(self, task: Task, token: Token, by: str, proofs: Sequence[Proof] = ()) -> Deny | None:
        """Before the token is minted; why there is to be none, which is on record with `not_refreshed`."""
        work = partial(tasks.refreshed, stamp=self._stamp(), task=task, token=token, by=by, proofs=proofs)
        return await self._sequencer.commit(work)

    async def not_refreshed(self, task: Task, by: str, deny: Deny, proofs: Sequence[Proof] = ()) -> NotOpened:
        said = task_record.not_refreshed(self._stamp(), task, record.why(deny), by=by)
        return await self._not_given(said, deny, proofs, Holder(principal=task.principal, actor=task.actor))

    async def _not_given(self, entry: Entry, deny: Deny, proofs: Sequence[Proof], who: Holder) -> NotOpened:
        """On record; but whoever sent a proof that was used before is counted, as a stranger who writes no record."""
        if deny is not REPLAYED:
            now = self._clock.now()
            said = [entry] if self._refusals.is_one_of_few(who, deny.reason, now) else []
            deny = await self._sequencer.commit(lambda turn: refused(turn, proofs, now, deny, said))
        if deny is REPLAYED:
            self.stranger(deny)
        return NotOpened(reason=deny.reason, detail=deny.detail)

    async def ended(self, task: str, by: str, why: str, holder: Grant | None = None) -> bool:
        """End it for good: key, handles and subjects are destroyed. False: none is there that `holder` may end."""
        stamp = self._stamp()
        return await self._sequencer.commit(lambda turn: tasks.ended(turn, stamp, task, by, why, holder=holder))

    async def suspended(self, task: str, by: str, why: str) -> bool:
        """Until it is resumed nothing of it is served, and nothing of it is lost. False where it is not active."""
        stamp = self._stamp()
        return await self._sequencer.commit(lambda turn: tasks.suspended(turn, stamp, task, by, why))

    async def resumed(self, task: str, by: str, why: str) -> bool:
        """False where it is not suspended."""
        stamp = self._stamp()
        return await self._sequencer.commit(lambda turn: tasks.resumed(turn, stamp, task, by, why))

    async def expire(self) -> int:
        """End every task whose lifetime is over, so that its key and handles do not outlive it; how many there were."""
        now, count, is_all = self._clock.now(), 0, False
        while not is_all:
            some, is_all = await self._sequencer.commit(lambda turn: tasks.expired(turn, now, self._stamp))
            count += some
        return count

    # --- what is taken back or put on hold

    async def revoke(self, target: Target, by: str, why: str) -> Sequence[str]:
        """Once this returns, nothing that rests on it begins or is shown; the tasks that ended with it."""
        await self._sequencer.commit(lambda turn: acts.revoked(turn, self._stamp, target, by, why))
        ended: list[str] = []
        while some := await self._sequencer.commit(lambda turn: acts.ending(turn, self._stamp, target, by, why)):
            ended += some
        return ended

    async def freeze(self, target: Target, by: str, why: str) -> bool:
        """False where it is frozen already."""
        stamp = self._stamp()
        return await self._sequencer.commit(lambda turn: acts.freeze(turn, stamp, target, by, why))

    async def thaw(self, target: Target, by: str, why: str) -> bool:
        """False where it is not frozen."""
        stamp = self._stamp()
        return await self._sequencer.commit(lambda turn: acts.thaw(turn, stamp, target, by, why))

    async def gave_bearer(self, bearer: Bearer, digest: str, by: str, why: str) -> bool:
        """False where there was ever a static token of this name."""
        stamp = self._stamp()
        return await self._sequencer.commit(lambda turn: acts.gave_bearer(turn, stamp, bearer, digest, by=by, why=why))

    async def rotated(self, *, old: str, new: str, dropped: Sequence[str], by: str, why: str) -> float:
        """Before another key signs tokens; when the last token that was given runs out."""
        work = partial(rotated, stamp=self._stamp(), old=old, new=new, dropped=dropped, by=by, why=why)
        return await self._sequencer.commit(work)

    async def tokens_until(self) -> float:
        """When the last token of a living task runs out."""
        return await self._sequencer.commit(lambda turn: (turn.tokens_until(), []))

    async def upkeep(self, one: Upkeep) -> None:
        await self._append(upkeep.done(self._stamp(), one))

    # --- the log itself

    async def recover(self) -> int:
        """At the start of a serving process: write off the open calls of those that died; how many there were."""

        def work(turn: Turn) -> tuple[int, Sequence[Entry]]:
            orphans = turn.orphans()
            written_off = [ends.written_off(turn, self._stamp(), call) for call in orphans]
            opened = record.log_opened(self._stamp(), turn.head().size, len(orphans))
            return len(orphans), [opened, *written_off]

        return await self._sequencer.commit(work)

    async def _end(self, intended: Intended, end: ends.End, why: Why, hint: str = "") -> Refused:
        stamp = self._stamp()
        await self._sequencer.commit(lambda turn: (None, end(turn, stamp, intended)))
        self.running.is_closed(intended)
        return Refused(reason=why.reason, about=why.about, hint=hint)

    async def _append(self, entry: Entry) -> None:
        await self._sequencer.commit(lambda _: (None, [entry]))

    def _stamp(self) -> Stamp:
        return Stamp(at=self._clock.now(), nonce=self._ids.fresh(), key=self._digest_key)
