"""What does a call that failed keep of what was held for it?"""

from decimal import Decimal

import pytest

from broker.model.decision import Claim, Reason
from broker.model.faults import Effect, ToolFault
from broker.model.outcome import Intended, Refused
from broker.store.memory import Memory
from tests.unit.audit.audit_made import LIMITS, TOKEN, journal, permit, task


def claims(item):
    return (Claim(key="t1", item=item, amount=Decimal(1), limit=Decimal(1)),)


async def failed_once(item):
    log = journal(Memory())
    await log.opened(task(), b"k" * 32, TOKEN, LIMITS)
    await log.failed(await log.intend(permit(claims=claims(item))), ToolFault("no", effect=Effect.NONE))
    return await log.intend(permit(claims=claims(item), digest="01"))


@pytest.mark.parametrize("item", ["calls", "tool:shop.find:calls", "tool:shop.find:guesses"])
async def test_a_call_that_failed_was_a_call_and_a_guess(item):
    # A statement that fails only where the guess is right would answer every guess for nothing.
    assert await failed_once(item) == Refused(reason=Reason.BUDGET_SPENT)


@pytest.mark.parametrize("item", ["rows", "pay.refund.amount", "pay.refund.calls", "tool:pay.refund.guesses"])
async def test_what_did_not_happen_is_given_back(item):
    assert isinstance(await failed_once(item), Intended)
