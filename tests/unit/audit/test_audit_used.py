"""What nobody can give back is used up, and is not said to be only busy."""

from __future__ import annotations

from broker.model.decision import Reason
from broker.model.outcome import Refused
from broker.store.memory import Memory
from broker.store.sqlite import Sqlite
from tests.unit.audit.audit_made import LIMITS, TOKEN, claim, journal, permit, task

ONE = (claim("calls", 1, 1),)
SPENT, BUSY = Refused(reason=Reason.BUDGET_SPENT), Refused(reason=Reason.BUDGET_BUSY)


async def test_what_a_withheld_call_held_is_used():
    store = Memory()
    log = journal(store)
    await log.opened(task(), bytes(32), TOKEN, LIMITS)
    intended = await log.intend(permit(claims=ONE))
    assert await log.intend(permit(claims=ONE)) == BUSY
    await log.withheld(intended, "no schema fits")
    assert await log.intend(permit(claims=ONE)) == SPENT
    store.close()


async def test_what_a_dead_process_held_is_used(tmp_path):
    one = Sqlite(tmp_path / "broker.db", bytes(32), "one")
    log = journal(one)
    await log.opened(task(), bytes(32), TOKEN, LIMITS)
    await log.intend(permit(claims=ONE))
    one.close()
    two = Sqlite(tmp_path / "broker.db", bytes(32), "two")
    after = journal(two)
    assert await after.intend(permit(claims=ONE, digest="aa" * 32)) == BUSY
    assert await after.recover() == 1
    assert await after.intend(permit(claims=ONE, digest="aa" * 32)) == SPENT
    two.close()
