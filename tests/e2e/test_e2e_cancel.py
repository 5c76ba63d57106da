"""An agent that gives up: the tool is stopped, nothing half done is left, and the record has its end."""

import anyio
import pytest

from tests.served import asking
from tests.talk import ERAS, MODERN, Session, call, connected, http, post, true_soon

SLOW, PAY = "bank__count_slowly", "bank__pay_slowly"


@pytest.fixture
def task(shared_bank, request):
    (one,) = shared_bank.grants([asking(user=f"user-{abs(hash(request.node.name))}")])
    return one


def ends(bank, task):
    return [one for one in bank.log if one.get("task") == task and one["kind"] in {"call.outcome", "call.abandoned"}]


@pytest.mark.requirement("cancel-eras")
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("tool", [SLOW, PAY])
async def test_a_client_that_gives_up_stops_the_tool(shared_bank, served_bank, task, era, tool):
    arguments = {"base": 0} if tool == SLOW else {"account_id": 1, "amount": 5}
    before = shared_bank.rows("SELECT COUNT(*) FROM payment WHERE amount = 5")
    async with connected(served_bank.url, task.token, era) as client:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.call_tool, tool, arguments)
            await true_soon(lambda: "call.intent" in shared_bank.of(task.task.id))
            tasks.cancel_scope.cancel()
        await true_soon(lambda: ends(shared_bank, task.task.id))
    (end,) = ends(shared_bank, task.task.id)
    assert (end["kind"], end["status"], end["effect"]) == ("call.outcome", "failed", "none")
    assert end["duration_us"] < 15_000_000  # the tool's own time has 20 seconds
    assert shared_bank.of(task.task.id).count("call.intent") == 1
    assert shared_bank.rows("SELECT COUNT(*) FROM payment WHERE amount = 5") == before


@pytest.mark.requirement("cancel-eras")
async def test_a_stream_that_is_closed_cancels_a_modern_call(shared_bank, served_bank, task):
    async with http(task.token) as client:
        with anyio.move_on_after(20) as patience:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(post, client, served_bank.url, *call(SLOW, {"base": 1}))
                await true_soon(lambda: "call.intent" in shared_bank.of(task.task.id))
                tasks.cancel_scope.cancel()
    assert not patience.cancelled_caught
    await true_soon(lambda: ends(shared_bank, task.task.id))


@pytest.mark.requirement("cancel-eras")
async def test_a_cancel_of_another_session_cancels_nothing(shared_bank, served_bank, task):
    """A request's id is the client's own choice: only its own session may name it."""
    async with http() as client:
        mine = await Session(client, served_bank.url).opened(task.token)
        other = await Session(client, served_bank.url).opened(task.token)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(mine.ask, task.token, "tools/call", {"name": SLOW, "arguments": {"base": 2}}, 7)
            await true_soon(lambda: "call.intent" in shared_bank.of(task.task.id))
            await other.ask(task.token, "notifications/cancelled", {"requestId": 7}, None)
            await other.ask(task.token, "tools/list", {})
            assert not ends(shared_bank, task.task.id)
            await mine.ask(task.token, "notifications/cancelled", {"requestId": 7}, None)
            await true_soon(lambda: ends(shared_bank, task.task.id))
            tasks.cancel_scope.cancel()


@pytest.mark.parametrize("era", ERAS)
async def test_progress_may_be_asked_for_and_shows_nothing_of_the_call(served_bank, task, era):
    heard = []

    async def progress(*said):
        heard.append(said)

    async with connected(served_bank.url, task.token, era) as client:
        result = await client.call_tool("bank__account_read", {"account_id": 1}, progress_callback=progress)
    assert not result.is_error
    assert heard == []


async def test_a_budget_gets_back_what_a_cancelled_read_held(shared_bank, served_bank):
    (one,) = shared_bank.grants([asking("thrifty", "impatient")])
    async with connected(served_bank.url, one.token, MODERN) as client:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.call_tool, SLOW, {"base": 0})
            await true_soon(lambda: "call.intent" in shared_bank.of(one.task.id))
            tasks.cancel_scope.cancel()
        await true_soon(lambda: ends(shared_bank, one.task.id))
    spent = shared_bank.rows(f"SELECT item, amount, state FROM spend WHERE key = '{one.task.id}'", "broker.db")
    assert sorted(spent) == [("calls", "1", "used"), ("tool:bank.count_slowly:calls", "1", "used")]
