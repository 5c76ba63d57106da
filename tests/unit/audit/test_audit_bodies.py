"""An intent has its end, however the body between them is left: by a fault, by a cancelled wait, after its end."""

from __future__ import annotations

import anyio
import pytest

from broker.audit.running import Step
from broker.model.outcome import Intended, Refused
from broker.store.memory import Memory
from tests.unit.audit.audit_made import LIMITS, TOKEN, journal, masked, permit, records, task


@pytest.fixture
def store():
    return Memory()


@pytest.fixture
async def log(store):
    one = journal(store)
    await one.opened(task(), b"k" * 32, TOKEN, LIMITS)
    return one


@pytest.mark.parametrize(
    ("step", "kind", "detail"),
    [
        (Step(), "call.abandoned", "broken off by KeyError"),
        (Step(sent=True), "call.outcome", "broken off by KeyError, at the tool"),
        (Step(sent=True, answered=True), "call.outcome", "broken off by KeyError, after the tool"),
    ],
)
async def test_a_body_that_breaks_leaves_no_intent_open(store, log, step, kind, detail):
    intended = await log.intend(permit())

    async def body():
        async with log.whatever_happens(intended) as now:
            now.sent, now.answered = step.sent, step.answered
            raise KeyError("a value")

    with pytest.raises(KeyError):
        await body()
    (found,) = records(store, kind)
    assert found["detail"] == detail
    assert isinstance(await log.intend(permit()), Refused if step.sent else Intended)


async def test_a_cancelled_body_leaves_no_intent_open(store, log):
    intended = await log.intend(permit())
    with anyio.move_on_after(0):
        async with log.whatever_happens(intended) as step:
            step.sent = True
            await anyio.sleep_forever()
    (found,) = records(store, "call.outcome")
    assert (found["status"], found["effect"]) == ("cancelled", "unknown")


async def test_a_body_that_closed_is_not_closed_again(store, log):
    intended = await log.intend(permit())

    async def body():
        async with log.whatever_happens(intended) as step:
            step.sent = True
            await log.close(intended, masked())
            raise KeyError

    with pytest.raises(KeyError):
        await body()
    assert [one["status"] for one in records(store, "call.outcome")] == ["served"]
