"""Whoever watches a call hears each step once it has come true, and nothing of a call that does not take it."""

import anyio
import pytest

from broker.adapters.broken import LEAVES, Broken
from broker.model.faults import ToolFault
from broker.model.outcome import Step
from tests.broken_off import cancelled_at
from tests.kit import house, spec


class Watch:
    """Keeps each step with what was on record at that moment, and each number."""

    def __init__(self, one):
        self.house, self.steps, self.numbers = one, [], []

    async def step(self, step):
        self.steps.append((step, self.house.kinds("call.")))

    async def progress(self, done, total):
        self.numbers.append((done, total))


async def watched(tool, arguments=None):
    one = house(tool, spec_of=spec(leaves=LEAVES))
    await one.open()
    watch = Watch(one)
    return await one.pipeline.handle(one.asked(arguments), watch), watch


BEGUN, OVER = ["call.intent"], ["call.intent", "call.outcome"]


async def test_each_step_is_told_when_it_is_true():
    _, watch = await watched(Broken(answers={"rows": []}, leaves=LEAVES, tells=((1, 2), (2, None))))
    assert watch.steps == [
        (Step.PERMITTED, BEGUN),
        (Step.CALLED, BEGUN),
        (Step.ANSWERED, BEGUN),
        (Step.CLOSED, OVER),
    ]
    assert watch.numbers == [(1, 2), (2, None)]


@pytest.mark.parametrize(
    ("tool", "arguments", "steps"),
    [
        (Broken(), {"b": 1}, []),
        (Broken(), {"a": "hdl-email-" + "a" * 26}, []),
        (Broken(raises=ToolFault("x")), None, [Step.PERMITTED, Step.CALLED, Step.CLOSED]),
        (Broken(raises=KeyError("x")), None, [Step.PERMITTED, Step.CALLED]),
    ],
    ids=["does not fit", "no handle", "fails", "breaks"],
)
async def test_what_does_not_come_true_is_not_told(tool, arguments, steps):
    _, watch = await watched(tool, arguments)
    assert [step for step, _ in watch.steps] == steps


class Slow(Watch):
    """One that waits though it should not: what it looks at is on record all the same."""

    async def step(self, step):
        await anyio.lowlevel.checkpoint()
        await super().step(step)


async def test_an_onlooker_that_waits_and_is_cut_off_leaves_no_intent_without_its_end():
    at, went_on = 0, True
    while went_on:
        at += 1
        one = house(Broken(answers={"rows": []}, leaves=LEAVES), spec_of=spec(leaves=LEAVES))
        await one.open()
        _, went_on = await cancelled_at(at, one.pipeline.handle(one.asked(), Slow(one)))
        kinds = one.kinds("call.")
        assert kinds in (OVER, ["call.intent", "call.abandoned"]), at
    assert at > 4
