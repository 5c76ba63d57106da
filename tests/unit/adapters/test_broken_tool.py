"""The tool that does wrong on purpose does it as it says."""

import anyio
import pytest

from broker.adapters.broken import LEAVES, Broken, huge
from broker.model.scope import RowsAny
from broker.pipeline import NOBODY


async def test_it_counts_its_runs_and_keeps_what_it_was_given():
    tool = Broken(answers={"rows": [{"id": 1}, {"id": 2}]}, leaves=LEAVES)
    found = [await tool.invoke(call, NOBODY.progress) for call in ("one", "two")]
    assert (tool.runs, tool.opened) == (2, ["one", "two"])
    assert found[0].rows == 2
    assert found[0].leaves is LEAVES


@pytest.mark.parametrize("error", [ValueError("canary"), RuntimeError("canary"), KeyboardInterrupt("canary")])
async def test_it_raises_whatever_it_is_told_after_its_effect(error):
    done = []
    tool = Broken(raises=error, effect=done.append)
    with pytest.raises(type(error)) as caught:
        await tool.invoke("call", NOBODY.progress)
    assert caught.value is error
    assert done == ["call"]


@pytest.mark.parametrize("stubborn", [0, 0.02])
async def test_it_hangs_until_it_is_cancelled_and_then_has_no_effect(stubborn):
    done = []
    tool = Broken(hangs=True, stubborn=stubborn, effect=done.append)
    began = anyio.current_time()
    with anyio.move_on_after(0.01) as scope:
        await tool.invoke("call", NOBODY.progress)
    assert scope.cancelled_caught
    assert anyio.current_time() - began >= stubborn
    assert done == []


async def test_it_is_slow_until_it_is_let_go():
    tool = Broken(waits=anyio.Event())
    found = []

    async def call():
        found.append(await tool.invoke("call", NOBODY.progress))

    async with anyio.create_task_group() as group:
        group.start_soon(call)
        await tool.started.wait()
        assert not found
        tool.waits.set()
    assert found[0].value == {"rows": [], "truncated": False}


async def test_it_lies_about_how_much_it_gave():
    found = await Broken(answers=huge(), size=1).invoke("call", NOBODY.progress)
    assert (found.rows, found.size) == (1_000_000, 1)


def test_it_takes_every_filter_or_says_why_not():
    assert Broken().admit(RowsAny("x")) is None
    assert Broken(refuses="no").admit(None) == "no"
