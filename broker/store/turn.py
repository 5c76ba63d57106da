"""One transaction over the tables: all of it is durable together, or none of it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Context, Decimal, localcontext
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, Row, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from broker.model.bearer import Bearer, BearerFacts
from broker.model.chain import Proof
from broker.model.decision import Claim, NoRoom
from broker.model.faults import StoreFault
from broker.model.label import Label
from broker.model.outcome import LedgerRow, Token, VaultRow
from broker.model.record import Entry, Head, OpenCall
from broker.model.stop import Act, Stop, Target
from broker.model.task import Heritage, Holding, Task, TaskState
from broker.store import bearers, inherit, revoked, rows, statements
from broker.store.engine import faults
from broker.store.seal import Sealer
from broker.store.spend import Hold, Spent, all_or_none, hold, together
from broker.store.tables import CALL, HANDLE, LEDGER, SPEND, SUBJECT, TASK

EXACT = Context(prec=1000)
"""More digits than any sum of amounts has: the default of 28 would round."""

_REMEMBERED = 300.0
"""Seconds that a proof is remembered beyond its time: by the clock of another process it may not be over yet."""

FOLDED = 32  # used amounts of one limit that are read one by one before they become one


class SqlTurn:
    """See `ports.Turn`. Lives no longer than the transaction it stands for."""

    def __init__(self, connection: Connection, sealer: Sealer, boot: str, is_dead: Callable[[str], bool]) -> None:
        self._connection = connection
        self._sealer = sealer
        self._boot = boot
        self._is_dead = is_dead
        self._head: Head | None = None
        self.pending = 0

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        with faults():
            point = self._connection.begin_nested()
        try:
            yield
        except BaseException:
            with faults():
                point.rollback()
            raise
        with faults():
            point.commit()

    # --- tasks

    def state(self, task: str) -> TaskState | None:
        found = self._run(statements.STATE, {"task": task}).scalar_one_or_none()
        return None if found is None else TaskState(found)

    def holding(self, task: Task, now: float) -> Holding:
        return inherit.holding(self._run, task, now)

    def open_task(self, task: Task, key: bytes, token: Token | None = None) -> None:
        inherit.keyed(self._run, task, self._sealer)
        named = {} if token is None else {"token_until": token.expires, "bound": token.holder is not None}
        row = {**rows.of_task(task, key, self._sealer), **named, "position": self.position()}
        self._run(statements.OPENED, row)

    def hand_on(self, task: Task, now: float) -> Heritage:
        return inherit.hand_on(self._run, task, now)

    def set_state(self, task: str, state: TaskState) -> bool:
        living = TASK.c.state.in_([TaskState.ACTIVE, TaskState.SUSPENDED])
        return self._run(update(TASK).where(TASK.c.id == task, living).values(state=state.value)).rowcount == 1

    def end_tasks(self, tasks: Sequence[str], now: float) -> None:
        inherit.end(self._run, tasks, now)
        for table in (HANDLE, SUBJECT):
            self._run(delete(table).where(table.c.task.in_(tasks)))

    def forget(self, now: float) -> int:
        self._run(statements.STALE, {"end": now - _REMEMBERED})
        return inherit.forget(self._run, now)

    def renew(self, task: str, until: float, *, bound: bool) -> None:
        self._run(statements.RENEWED, {"of": task, "until": until, "holds": bound})

    def tokens_until(self) -> float:
        last = select(func.max(TASK.c.token_until)).where(TASK.c.key.is_not(None))
        return self._run(last).scalar_one_or_none() or 0.0

    def stop(self, act: Act, target: Target) -> bool:
        return revoked.put(self._run, act, target, self.position())

    def thaw(self, target: Target) -> bool:
        return revoked.lift(self._run, target)

    def stops(self, task: str, targets: Collection[Target]) -> Sequence[Stop]:
        return revoked.about(self._run, task, targets)

    def keep_bearer(self, bearer: Bearer, digest: str) -> bool:
        return bearers.put(self._run, bearer, digest, self.position())

    def bearer(self, name: str) -> BearerFacts | None:
        return bearers.of_name(self._run, name)

    def doomed(self, target: Target, most: int) -> Sequence[str]:
        return revoked.doomed(self._run, target, most)

    def expired(self, now: float, most: int) -> Sequence[str]:
        over = select(TASK.c.id).where(TASK.c.ends <= now, TASK.c.key.is_not(None))
        return self._run(over.order_by(TASK.c.ends, TASK.c.id).limit(most)).scalars().all()

    def strike(self, task: str) -> int:
        self._run(update(TASK).where(TASK.c.id == task).values(strikes=TASK.c.strikes + 1))
        return self._run(select(TASK.c.strikes).where(TASK.c.id == task)).scalar_one_or_none() or 0

    def meet(self, task: str, subjects: Collection[str]) -> int:
        if subjects:
            new = [{"task": task, "digest": digest} for digest in sorted(subjects)]
            self._run(insert_or(SUBJECT).on_conflict_do_nothing(), new)
        return int(self._run(select(func.count()).where(SUBJECT.c.task == task)).scalar_one())

    def raise_label(self, task: str, label: Label) -> None:
        found = self._run(select(TASK.c.label).where(TASK.c.id == task)).scalar_one_or_none()
        if found is None:
            raise LookupError("a label was raised of a task that is not open")
        now = rows.to_label(found)
        if (raised := now.join(label)) != now:
            self._run(update(TASK).where(TASK.c.id == task).values(label=rows.of_label(raised)))

    def keep(self, task: str, vault: Sequence[VaultRow], ledger: Sequence[LedgerRow]) -> None:
        if vault:
            sealed = self._run(select(TASK.c.key).where(TASK.c.id == task)).scalar_one_or_none()
            if sealed is None:
                raise LookupError("a handle was kept for a task that has no key")
            sealer = Sealer(self._sealer.open(sealed, "task key", task))
            self._run(insert(HANDLE), [rows.of_handle(task, row, sealer) for row in vault])
        if ledger:
            seen = [
                {
                    "task": task,
                    "digest": row.digest,
                    "origin": row.origin,
                    "shown": row.shown,
                    "writer": row.writer,
                    "handed": False,
                    "confirms": row.confirms,
                }
                for row in ledger
            ]
            self._run(insert_or(LEDGER).on_conflict_do_nothing(), seen)

    # --- budgets

    def reserve(self, call: str, claims: Sequence[Claim], now: float) -> Mapping[str, Decimal] | NoRoom:
        """Raises ValueError where an amount is negative or no number. See `ports.Turn`."""
        with localcontext(EXACT):
            asked = [
                hold(key, item, [(claim, self._spent(claim, now)) for claim in limits])
                for (key, item), limits in together(claims).items()
            ]
        holds = all_or_none(asked)
        if isinstance(holds, NoRoom):
            return holds
        if holds:
            new = [
                {
                    "call": call,
                    "key": one.key,
                    "item": one.item,
                    "amount": str(one.amount),
                    "at": now,
                    "state": "held",
                }
                for one in holds
            ]
            self._run(insert(SPEND), new)
        return _least(holds)

    def settle(self, call: str, used: Mapping[str, Decimal] | None) -> None:
        held = SPEND.c.call == call, SPEND.c.state == "held"
        if used is None:
            self._run(update(SPEND).where(*held).values(state="used"))
            return
        for item, amount in used.items():
            if not (amount.is_finite() and amount >= 0):
                raise ValueError(f"what was used of `{item}` is no amount")
            spent = SPEND.c.item == item
            self._run(update(SPEND).where(*held, spent).values(state="used", amount=str(amount)))
        self._run(delete(SPEND).where(*held))

    def _spent(self, claim: Claim, now: float) -> Spent:
        if claim.window is not None:
            lately = {"key": claim.key, "item": claim.item, "since": now - claim.window}
            sums = {"held": Decimal(0), "used": Decimal(0)}
            for row in self._run(statements.LATELY, lately):
                sums[row.state] += Decimal(row.amount) * row.times
            return Spent(sums["used"], sums["held"])
        found = self._run(statements.EVER, {"key": claim.key, "item": claim.item}).all()
        held = sum((Decimal(row.amount) for row in found if row.state == "held"), Decimal(0))
        past = [row for row in found if row.state == "used"]
        used = sum((Decimal(row.amount) for row in past), Decimal(0))
        if len(past) > FOLDED:
            self._fold(claim, past, used)
        return Spent(used, held)

    def _fold(self, claim: Claim, past: Sequence[Row[*tuple[Any, ...]]], used: Decimal) -> None:
        """One row for many that are used, so that the thousandth call of a task reads no more than the tenth.

        It stands at the time of the latest: a window over the same item would count too much, never too little.
        """
        self._run(delete(SPEND).where(SPEND.c.id == bindparam("past")), [{"past": row.id} for row in past])
        at = max(row.at for row in past)
        folded = {"call": "", "key": claim.key, "item": claim.item, "amount": str(used), "at": at, "state": "used"}
        self._run(insert(SPEND), folded)

    # --- calls

    def begin_call(self, call: OpenCall) -> None:
        self._run(insert(CALL), rows.of_call(call, self._boot))

    def end_call(self, call: str) -> bool:
        return self._run(delete(CALL).where(CALL.c.call == call, CALL.c.state == "open")).rowcount == 1

    def leave_unresolved(self, call: str) -> bool:
        is_open = CALL.c.call == call, CALL.c.state == "open"
        return self._run(update(CALL).where(*is_open).values(state="unresolved")).rowcount == 1

    def unresolved(self, task: str, digest: str) -> bool:
        same = CALL.c.task == task, CALL.c.digest == digest, CALL.c.has_effect, CALL.c.state == "unresolved"
        return self._run(select(CALL.c.call).where(*same).limit(1)).first() is not None

    def orphans(self) -> Sequence[OpenCall]:
        boots = self._run(select(CALL.c.boot).where(CALL.c.state == "open").distinct()).scalars().all()
        dead = [boot for boot in boots if self._is_dead(boot)]
        found = self._run(select(CALL).where(CALL.c.state == "open", CALL.c.boot.in_(dead)).order_by(CALL.c.at))
        return [rows.to_call(row) for row in found]

    def first_use(self, proofs: Sequence[Proof], now: float) -> bool:
        if any(one.until < now for one in proofs):
            return False  # its request was on its way for so long that what was remembered of it may be gone
        new = [{"holder": one.holder, "jti": one.jti, "until": one.until} for one in proofs]
        return self._run(statements.USED, new).rowcount == len(new)  # those that were not there before

    # --- the log

    def position(self) -> int:
        return self.head().size + self.pending

    def head(self) -> Head:
        if self._head is None:  # nobody else moves it while this transaction lasts, and `extend` comes last
            self._head = rows.to_head(self._run(statements.STANDS).one())
        return self._head

    def extend(self, entries: Sequence[Entry], head: Head, note: str) -> None:
        old = head.size - len(entries)
        moved = {"old": old, "now": head.size, "edge": b"".join(head.frontier)}
        if self._run(statements.MOVED, moved).rowcount != 1:
            raise StoreFault("the log's head was moved by another writer")
        self._head = head
        numbered = list(enumerate(entries, start=old))
        self._run(statements.APPENDED, [{"seq": seq, "body": entry.body} for seq, entry in numbered])
        index = [{"seq": seq, "kind": of.kind, "call": of.call, "task": of.task} for seq, of in numbered]
        self._run(statements.INDEXED, index)
        self._run(statements.SIGNED, {"size": head.size, "note": note})

    def _run(self, statement: Executable, values: Any = None) -> CursorResult[Any]:
        with faults():
            return self._connection.execute(statement, values)


def _least(holds: Sequence[Hold]) -> Mapping[str, Decimal]:
    """One item may be held under several keys (a task's, a principal's): the tightest binds."""
    found: dict[str, Decimal] = {}
    for one in holds:
        found[one.item] = min(one.amount, found.get(one.item, one.amount))
    return found
