"""What the broker tells besides answers reaches an agent behind stdio: how far a call is, that its tools changed."""

import anyio
import pytest
from mcp.server.subscriptions import ToolsListChanged

from broker.adapters.broken import LEAVES, Broken
from tests.hosted import granted, hosted
from tests.kit import spec
from tests.piped import speaking
from tests.talk import ERAS, MODERN, true_soon


async def the_house(**of_tool):
    return await granted((spec("t.t", leaves=LEAVES), Broken(answers={"rows": []}, leaves=LEAVES, **of_tool)))


def through(at, house, era, **more):
    return speaking("--url", at.url, era=era, env={"BROKER_TOKEN": house.token}, **more)


@pytest.mark.requirement("told-how-far")
@pytest.mark.parametrize("era", ERAS)
async def test_progress_passes_in_full_and_before_the_answer(era):
    house, heard = await the_house(tells=((0, 100), (50, 100), (100, 100))), []

    async def keep(*said):
        heard.append(said)

    async with hosted(house) as at, through(at, house, era) as client:
        result = await client.call_tool("t__t", {"a": "x"}, progress_callback=keep)
        assert heard == [(0, 100, None), (50, 100, None), (100, 100, None)]
    assert not result.is_error


async def changed_until(at, house, heard):
    """What would run is no longer what was approved, or is again; until it is heard."""
    tool = house.shelf.tools["t.t"][1]
    with anyio.fail_after(20):
        while not heard:
            tool.changes = None if tool.changes else "other"
            at.announcer.changed()
            with anyio.move_on_after(1.0):
                while not heard:  # noqa: ASYNC110 - a client's callback sets no event of ours
                    await anyio.sleep(0.01)


@pytest.mark.requirement("told-of-changes")
async def test_an_older_client_hears_that_its_tools_changed():
    house, heard = await the_house(), []

    async def keep(message):
        if getattr(message, "method", "") == "notifications/tools/list_changed":
            heard.append(message)

    async with hosted(house) as at, through(at, house, "legacy", message_handler=keep):
        await changed_until(at, house, heard)


@pytest.mark.requirement("told-of-changes")
async def test_a_newer_client_hears_it_on_the_stream_that_it_asked_for():
    house, heard = await the_house(), []
    async with hosted(house) as at, through(at, house, MODERN) as client:
        async with client.listen(tools_list_changed=True) as stream, anyio.create_task_group() as tasks:

            async def keep():
                async for event in stream:
                    heard.append(event)  # noqa: PERF401 - each as it comes

            tasks.start_soon(keep)
            await changed_until(at, house, heard)
            tasks.cancel_scope.cancel()
        assert heard[0] == ToolsListChanged()
        await true_soon(lambda: at.announcer.count() == 0)  # who stops listening is no listener any more
