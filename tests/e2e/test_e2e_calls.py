"""Calls by the real client against a started broker: what is served, what is refused, and what that leaves behind."""

import re
from datetime import UTC, datetime, timedelta

import anyio
import pytest
from mcp import MCPError

from tests.served import asking
from tests.talk import ERAS, MODERN, Session, connected, http, refusal, true_soon

READ, PAY, WRITE, SLOW = "bank__account_read", "bank__pay", "bank__write", "bank__count_slowly"


@pytest.fixture
def granted(shared_bank):
    """A fresh task of a user of its own, so that no ceiling is shared."""

    def grant(scope="teller", user="maria", account=1):
        (one,) = shared_bank.grants([asking(scope, user, account=account)])
        return one

    return grant


@pytest.mark.requirement("published-schema")
@pytest.mark.parametrize("era", ERAS)
async def test_a_result_is_masked_and_fits_its_schema(served_bank, granted, era):
    async with connected(served_bank.url, granted().token, era) as client:
        result = await client.call_tool(READ, {"account_id": 1})
    (row,) = result.structured_content["rows"]
    assert (row["id"], row["phone"], row["card"], row["diary"]) == (1, None, "****0001", "[free-text]")
    assert re.fullmatch("hdl-email-[a-z2-7]{26}", row["email"])
    assert re.fullmatch("psn-person-[a-p]{32}", row["owner"])
    assert "bank.example" not in result.model_dump_json()


@pytest.mark.requirement("handle-sink")
@pytest.mark.parametrize("era", ERAS)
async def test_a_handle_goes_out_and_comes_back_as_the_value_it_stands_for(shared_bank, served_bank, granted, era):
    subject = f"hello from {era}"
    async with connected(served_bank.url, granted(account=2).token, era) as client:
        (row,) = (await client.call_tool(READ, {"account_id": 2})).structured_content["rows"]
        sent = await client.call_tool(WRITE, {"to": row["email"], "subject": subject})
    assert not sent.is_error
    assert "bank.example" not in sent.model_dump_json()
    letters = shared_bank.rows(f"SELECT recipient FROM letter WHERE subject = '{subject}'")
    assert letters == [("owner2@bank.example",)]


@pytest.mark.requirement("rows")
@pytest.mark.parametrize("era", ERAS)
async def test_rows_of_others_are_not_there(served_bank, granted, era):
    async with connected(served_bank.url, granted().token, era) as client:
        result = await client.call_tool(READ, {"account_id": 2})
    assert result.structured_content == {"rows": [], "truncated": False}


@pytest.mark.requirement("find")
@pytest.mark.parametrize("era", ERAS)
async def test_an_unknown_and_an_ungranted_tool_get_the_same_answer(served_bank, granted, era):
    said = {}
    async with connected(served_bank.url, granted().token, era) as client:
        for name in ("bank__whole_bank", "bank__no_such_thing", "bank.pay", "x"):
            with pytest.raises(MCPError) as found:
                await client.call_tool(name, {})
            said[name] = found.value.code, found.value.message.replace(name, "NAME"), found.value.data
    assert set(said.values()) == {(-32602, "Unknown tool: NAME", None)}


REFUSED = {
    "a wrong type": (PAY, {"account_id": 1, "amount": "5"}, "arguments_invalid", False),
    "an unknown argument": (PAY, {"account_id": 1, "amount": 5, "idem": "x"}, "arguments_invalid", False),
    "an absent argument": (PAY, {"account_id": 1}, "arguments_invalid", False),
    "a direction override": (READ, {"account_id": "\u202e1"}, "arguments_invalid", False),
    "a value beyond the task": (PAY, {"account_id": 2, "amount": 5}, "value_not_allowed", False),
    "an amount beyond the task": (PAY, {"account_id": 1, "amount": 100_000.01}, "value_not_allowed", False),
    "a typed address": (WRITE, {"to": "a@evil.example", "subject": "x"}, "value_not_allowed", False),
    "a made-up handle": (WRITE, {"to": "hdl-email-" + "a" * 26, "subject": "x"}, "handle_not_accepted", False),
    "a broken source": ("bank__ask_the_void", {}, "source_failed", True),
    "a trap": ("bank__vault_code", {}, "task_ended", False),
}


@pytest.mark.requirement("hint")
@pytest.mark.requirement("answers")
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("why", REFUSED)
async def test_a_refusal_says_a_code_a_hint_and_whether_to_retry(served_bank, granted, era, why):
    tool, arguments, code, retryable = REFUSED[why]
    async with connected(served_bank.url, granted().token, era) as client:
        result = await client.call_tool(tool, arguments)
    assert refusal(result) == (code, retryable)


@pytest.mark.parametrize("era", ERAS)
async def test_a_budget_that_is_spent_stays_spent(served_bank, granted, era):
    async with connected(served_bank.url, granted("thrifty", f"spender-{era}").token, era) as client:
        for amount in (60, 40):
            assert not (await client.call_tool(PAY, {"account_id": 1, "amount": amount})).is_error
        assert refusal(await client.call_tool(PAY, {"account_id": 1, "amount": 0.01})) == ("budget_spent", False)
        for _ in range(3):
            assert not (await client.call_tool(READ, {"account_id": 1})).is_error
        assert refusal(await client.call_tool(READ, {"account_id": 1})) == ("budget_spent", False)


@pytest.mark.requirement("ceiling")
async def test_a_ceiling_holds_over_the_tasks_of_one_person(served_bank, granted):
    url = served_bank.url
    async with connected(url, granted("thrifty", "greedy").token, MODERN) as client:
        assert not (await client.call_tool(PAY, {"account_id": 1, "amount": 100})).is_error
    async with connected(url, granted("thrifty", "greedy", 2).token, MODERN) as client:
        assert refusal(await client.call_tool(PAY, {"account_id": 2, "amount": 51})) == ("budget_spent", False)
        assert not (await client.call_tool(PAY, {"account_id": 2, "amount": 50})).is_error
    async with connected(url, granted("thrifty", "modest").token, MODERN) as client:
        assert not (await client.call_tool(PAY, {"account_id": 1, "amount": 100})).is_error


async def test_what_calls_under_way_hold_is_busy_and_not_spent(shared_bank, served_bank, granted):
    task = granted("thrifty", "patient")
    async with connected(served_bank.url, task.token, MODERN) as client, anyio.create_task_group() as tasks:
        tasks.start_soon(client.call_tool, SLOW, {"base": 0})
        await true_soon(lambda: "call.intent" in shared_bank.of(task.task.id))
        assert refusal(await client.call_tool(SLOW, {"base": 1})) == ("budget_busy", True)
        tasks.cancel_scope.cancel()


@pytest.mark.requirement("hours")
async def test_an_hour_that_is_not_the_scopes(served_bank, granted):
    today = datetime.now(UTC)  # noqa: TID251 - the broker's clock is the world's here
    near = {(today + timedelta(days=step)).weekday() for step in (-1, 0, 1)}
    scope = "only-thu" if 0 in near else "only-mon"
    async with connected(served_bank.url, granted(scope).token, MODERN) as client:
        assert refusal(await client.call_tool(READ, {"account_id": 1})) == ("context_not_met", True)


@pytest.mark.requirement("handle-no-oracle")
@pytest.mark.parametrize("era", ERAS)
async def test_a_handle_of_another_task_is_no_handle_here(served_bank, granted, era):
    async with connected(served_bank.url, granted(account=2).token, era) as client:
        (row,) = (await client.call_tool(READ, {"account_id": 2})).structured_content["rows"]
    async with connected(served_bank.url, granted().token, era) as client:
        for _ in range(3):
            result = await client.call_tool(WRITE, {"to": row["email"], "subject": "stolen"})
            assert refusal(result) == ("handle_not_accepted", False)
        assert refusal(await client.call_tool(READ, {"account_id": 1})) == ("task_ended", False)


@pytest.mark.requirement("token-each-request")
async def test_an_older_session_decides_by_the_token_of_each_request(shared_bank, served_bank, granted):
    one, two, other = granted(account=1), granted(account=2), granted(user="jonas")
    async with http() as client:
        session = await Session(client, served_bank.url).opened(one.token)
        for token in (one.token, shared_bank.renewed(one.task), one.token):
            for account, rows in ((1, [1]), (2, [])):
                _, said = await session.ask(token, "tools/call", {"name": READ, "arguments": {"account_id": account}})
                assert [row["id"] for row in said["result"]["structuredContent"]["rows"]] == rows
            _, said = await session.ask(token, "tools/list", {})
            pay = next(tool for tool in said["result"]["tools"] if tool["name"] == PAY)
            assert pay["inputSchema"]["properties"]["account_id"]["const"] == 1
        response, _ = await session.ask(shared_bank.expired(one.task), "tools/list", {})
        assert response.status_code == 401
        for stranger in (two.token, other.token):
            # Of another task, of the same person too: there is no such session. Ids are the client's choice, and one
            # that is under way in a session may be named by nobody else, or each would get the other's answer.
            response, _ = await session.ask(stranger, "tools/call", {"name": READ, "arguments": {"account_id": 2}})
            assert response.status_code == 404
        response, _ = await session.ask("forged", "tools/list", {})
        assert response.status_code == 401
