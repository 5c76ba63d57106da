"""What an agent is shown of its tools by a started broker, in both eras of the protocol."""

import re

import pytest

from tests.served import asking
from tests.talk import ERAS, MODERN, connected, one_call

OWN = [
    *("bank__account_read", "bank__ask_the_void", "bank__count_slowly", "bank__pay", "bank__pay_slowly"),
    *("bank__vault_code", "bank__write"),
]


@pytest.fixture(scope="module")
def tokens(shared_bank, served_bank):
    wide, small = shared_bank.grants([asking(account=2), asking("thrifty", account=1)])
    return served_bank.url, wide.token, small.token


async def listed(url, token, era):
    async with connected(url, token, era) as client:
        return await client.list_tools()


@pytest.mark.requirement("own-tools")
@pytest.mark.parametrize("era", ERAS)
async def test_a_token_is_shown_its_own_tools_in_the_order_of_their_names(tokens, era):
    url, wide, small = tokens
    assert [tool.name for tool in (await listed(url, wide, era)).tools] == OWN
    shown = [tool.name for tool in (await listed(url, small, era)).tools]
    assert shown == ["bank__account_read", "bank__count_slowly", "bank__pay"]


@pytest.mark.requirement("shown-is-decided")
@pytest.mark.parametrize("era", ERAS)
async def test_the_schemas_state_the_limits_of_this_task(tokens, era):
    url, wide, small = tokens
    tools = {tool.name: tool.input_schema for tool in (await listed(url, wide, era)).tools}
    pay = tools["bank__pay"]
    assert pay["additionalProperties"] is False
    assert sorted(pay["required"]) == ["account_id", "amount"]
    assert set(pay["properties"]) == {"account_id", "amount"}  # what the broker fills is not shown
    assert pay["properties"]["account_id"]["const"] == 2
    assert (pay["properties"]["amount"]["minimum"], pay["properties"]["amount"]["maximum"]) == (0.01, 100_000)
    less = {tool.name: tool.input_schema for tool in (await listed(url, small, era)).tools}["bank__pay"]["properties"]
    assert (less["account_id"]["const"], less["amount"]["maximum"]) == (1, 100)


@pytest.mark.parametrize("era", ERAS)
async def test_an_argument_that_takes_a_handle_says_so(tokens, era):
    url, wide, _ = tokens
    tools = {tool.name: tool.input_schema for tool in (await listed(url, wide, era)).tools}
    to = tools["bank__write"]["properties"]["to"]
    for text, fits in (("hdl-email-" + "a" * 26, True), ("hdl-phone-" + "a" * 26, False), ("a@b.example", False)):
        assert (re.search(to["pattern"], text) is not None) is fits
    assert tools["bank__write"]["properties"]["subject"]["maxLength"] == 120


@pytest.mark.requirement("shown-is-decided")
@pytest.mark.parametrize("era", ERAS)
async def test_the_output_schema_is_that_of_the_masked_result(tokens, era):
    url, wide, _ = tokens
    tools = {tool.name: tool for tool in (await listed(url, wide, era)).tools}
    row = tools["bank__account_read"].output_schema["properties"]["rows"]["items"]
    assert set(row["properties"]) == {"id", "owner", "email", "phone", "card", "diary"}
    assert row["additionalProperties"] is False
    assert row["properties"]["email"]["pattern"].startswith("^hdl-email-")
    assert row["properties"]["owner"]["pattern"].startswith("^(psn-person-")
    assert row["properties"]["phone"] == {"type": "null"}
    assert row["properties"]["diary"] == {"enum": ["[free-text]", None]}
    assert tools["bank__account_read"].annotations.read_only_hint is True
    assert tools["bank__pay"].annotations.destructive_hint is True


@pytest.mark.requirement("own-tools")
async def test_a_list_is_for_its_caller_alone(tokens):
    url, wide, _ = tokens
    found = await listed(url, wide, MODERN)
    assert (found.cache_scope, found.ttl_ms) == ("private", 0)


@pytest.mark.parametrize("name", ["bank.account_read", "bank____account_read", "account_read"])
async def test_a_tool_answers_to_the_one_name_that_it_is_shown_by(tokens, name):
    url, _, small = tokens
    said = (await one_call(url, small, name, {"account_id": 1})).json()
    assert said["error"]["code"] == -32602


async def test_an_ended_task_is_shown_nothing(shared_bank, served_bank):
    (one,) = shared_bank.grants([asking()])
    assert shared_bank.ends(one.task.id)
    assert (await listed(served_bank.url, one.token, MODERN)).tools == []
    assert (await one_call(served_bank.url, one.token, "bank__account_read", {"account_id": 1})).json()["result"][
        "isError"
    ]
