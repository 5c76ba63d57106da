"""A client with one static token and nothing else, in both protocols, over a real socket: the SDK's own client."""

import json

import anyio
import pytest
from mcp import MCPError

from broker.agent.held import Held
from broker.agent.key import Key
from broker.edge.naming import META
from broker.model.bearer import ARGUMENT
from broker.model.stop import Target, What
from broker.tokens.segment import sign
from tests.bearers import given, house
from tests.hosted import hosted
from tests.kit import scope
from tests.oauth_kit import OKPKey
from tests.talk import ERAS, MODERN, Session, asked, connected, http, post, refusal

OWN = ["begin_task", "request_access", "end_task"]
WISH = {"scope": "s", "purpose": "p"}


async def names(client):
    return [one.name for one in (await client.list_tools()).tools]


async def unknown(client, name, arguments):
    with pytest.raises(MCPError) as caught:
        await client.call_tool(name, arguments)
    return caught.value.error.code, caught.value.error.message.replace(name, "NAME")


@pytest.mark.requirement("static-opens-only", "static-own-tasks", "access-named")
@pytest.mark.parametrize("era", ERAS)
async def test_it_sees_three_tools_begins_a_task_names_it_in_each_call_and_ends_it(era):
    one = house()
    token, _ = await given(one)
    async with hosted(one) as at, connected(at.url, token, era) as client:
        assert await names(client) == OWN
        could = (await client.call_tool("request_access", {})).structured_content
        (there,) = could["scopes"]
        assert (there["scope"], there["purposes"], there["tools"], could["open_tasks"]) == ("s", ["p"], ["t__t"], [])
        begun = (await client.call_tool("begin_task", WISH)).structured_content
        task = begun["task"]
        assert (begun["scope"], begun["tools"], "token" in begun) == ("s", ["t__t"], False)
        assert await names(client) == [*OWN, "t__t"]
        assert not (await client.call_tool("t__t", {"a": "x", ARGUMENT: task})).is_error
        assert refusal(await client.call_tool("t__t", {"a": "x"})) == ("arguments_invalid", False)
        for foreign in ("z" * 26, 7, "", None, one.task):
            assert refusal(await client.call_tool("t__t", {"a": "x", ARGUMENT: foreign})) == ("task_ended", False)
        (open_task,) = (await client.call_tool("request_access", {})).structured_content["open_tasks"]
        assert open_task["task"] == task
        ended = await client.call_tool("end_task", {ARGUMENT: task})
        assert ended.structured_content == {"task": task, "ended": True}
        assert refusal(await client.call_tool("end_task", {ARGUMENT: task})) == ("task_ended", False)
        assert await names(client) == OWN
        hinted = await client.call_tool("t__t", {"a": "x"})
        assert "request_access" in json.loads(hinted.content[0].text)["hint"]
        assert (await unknown(client, "t__gone", {}))[0] == -32602


@pytest.mark.requirement("static-opens-only")
@pytest.mark.parametrize("era", ERAS)
async def test_what_it_could_never_have_is_not_there_under_any_name(era):
    one = house()
    token, _ = await given(one, roles=frozenset({"x"}))
    async with hosted(one) as at, connected(at.url, token, era) as client:
        assert (await client.call_tool("request_access", {})).structured_content == {"scopes": [], "open_tasks": []}
        there = await client.call_tool("begin_task", WISH)
        gone = await client.call_tool("begin_task", {**WISH, "scope": "gone"})
        assert there.content == gone.content
        assert refusal(there) == ("value_not_allowed", False)
        assert await unknown(client, "t__t", {"a": "x"}) == await unknown(client, "t__gone", {"a": "x"})
        assert (await client.list_resources()).resources == []
        assert (await client.list_prompts()).prompts == []


WRONG = [
    {"scope": "s"},
    {**WISH, "more": 1},
    {**WISH, "parameters": [1]},
    {**WISH, "parameters": {"a": {"b": 1}}},
    {**WISH, "parameters": {str(at): "x" for at in range(33)}},
    {**WISH, "with_token": "yes"},
    {**WISH, "purpose": "p" * 401},
    {"scope": 1, "purpose": None},
]


async def test_a_wish_that_is_none_is_refused_before_anything_is_asked():
    one = house()
    token, _ = await given(one)
    async with hosted(one) as at, connected(at.url, token, MODERN) as client:
        for wish in WRONG:
            assert refusal(await client.call_tool("begin_task", wish)) == ("arguments_invalid", False)
    assert one.kinds("task.") == []


@pytest.mark.requirement("static-own-tasks")
async def test_a_request_that_names_its_task_in_meta_is_served_as_by_a_token_of_it():
    one = house()
    token, _ = await given(one)
    async with hosted(one) as at, connected(at.url, token, MODERN) as client, http(token) as plain:
        task = (await client.call_tool("begin_task", WISH)).structured_content["task"]

        async def list_of(named):
            body, headers = asked("tools/list", {})
            body["params"]["_meta"] = {**body["params"]["_meta"], META: named}
            return (await post(plain, at.url, body, headers)).json()["result"]["tools"]

        (only,) = await list_of(task)
        assert (only["name"], ARGUMENT in only["inputSchema"]["properties"]) == ("t__t", False)
        assert await list_of("z" * 26) == []
        said = await client.call_tool("t__t", {"a": "x"}, meta={META: task})
        assert not said.is_error
        assert refusal(await client.call_tool("t__t", {"a": "x"}, meta={META: 7})) == ("task_ended", False)


@pytest.mark.parametrize("seal", [True, False])
async def test_a_token_of_the_task_is_given_to_whoever_asks_for_one_where_the_scope_gives_such(seal):
    one = house(scope_of=scope(seal=seal))
    token, _ = await given(one)
    async with hosted(one) as at:
        async with connected(at.url, token, MODERN) as client:
            begun = (await client.call_tool("begin_task", {**WISH, "with_token": True})).structured_content
        assert ("token" in begun) is seal
        if seal:
            async with connected(at.url, begun["token"], MODERN) as client:
                assert await names(client) == ["t__t"]
                assert not (await client.call_tool("t__t", {"a": "x"})).is_error
                assert (await client.call_tool("end_task", {})).structured_content["ended"]


@pytest.mark.requirement("static-own-tasks")
async def test_a_token_of_a_task_ends_its_own_task_and_asks_but_lists_neither_and_begins_none():
    one = house()
    await one.open()
    async with hosted(one) as at, connected(at.url, one.token, MODERN) as client:
        assert await names(client) == ["t__t"]
        assert await unknown(client, "begin_task", WISH) == await unknown(client, "t__gone", {})
        (could,) = (await client.call_tool("request_access", {})).structured_content["scopes"]
        assert could["scope"] == "s"
        assert (await client.call_tool("end_task", {ARGUMENT: "z" * 26})).structured_content["task"] == one.task


@pytest.mark.requirement("static-own-tasks")
async def test_a_part_of_a_token_that_was_handed_on_does_neither():
    one = house(scope_of=scope(delegate=1))
    mine, theirs = Key.make(), Key.make()
    await one.open(holder=mine.public)
    held = Held(token=one.token, key=mine, clock=one.clock.now)
    part = Held(token=held.attenuate(to=theirs.public, name="writer"), key=theirs, clock=one.clock.now).seal()
    async with hosted(one) as at, connected(at.url, part, MODERN) as client:
        assert not (await client.call_tool("t__t", {"a": "x"})).is_error
        for name in OWN:
            assert await unknown(client, name, {}) == await unknown(client, "t__gone", {})
    assert one.kinds("task.ended") == []


@pytest.mark.requirement("static-revoked")
@pytest.mark.parametrize("era", ERAS)
async def test_a_revoked_one_is_turned_away_at_its_next_request(era):
    one = house()
    token, _ = await given(one)
    async with hosted(one) as at, http() as client:
        ask = await asking(client, at.url, token, era)
        assert (await ask(token)).status_code == 200
        await one.journal.revoke(Target(what=What.BEARER, name="ci"), by="operator", why="test")
        refused, unknown_one = await ask(token), await ask("tb_" + "A" * 43)
    assert (refused.status_code, refused.content) == (unknown_one.status_code, unknown_one.content)
    assert refused.status_code == 401


async def asking(client, url, token, era):
    """How the lists are asked for with any token: alone, or within a session that `token` opened."""
    if era == MODERN:
        body, headers = asked("tools/list", {})
        return lambda shown: post(client, url, body, {**headers, "Authorization": f"Bearer {shown}"})
    session = await Session(client, url).opened(token)

    async def ask(shown):
        return (await session.ask(shown, "tools/list", {}))[0]

    return ask


async def test_nowhere_but_in_the_authorization_header_is_it_taken():
    one = house()
    token, _ = await given(one)
    key = OKPKey.generate_key("Ed25519")
    proof = sign({"typ": "dpop+jwt", "jwk": key.as_dict(private=False)}, {"htm": "POST", "htu": "x", "iat": 1}, key)
    async with hosted(one) as at, http() as client:
        body, headers = asked("tools/list", {})
        elsewhere = [
            (at.url, {"DPoP": token}),
            (at.url, {"Cookie": f"token={token}"}),
            (f"{at.url}?access_token={token}", {}),
            (at.url, {"Authorization": f"DPoP {token}", "DPoP": proof}),
            (at.url, {"Authorization": f"Basic {token}"}),
        ]
        for url, more in elsewhere:
            assert (await post(client, url, body, {**headers, **more})).status_code in {400, 401}
        assert (await post(client, at.url, body, {**headers, "Authorization": f"Bearer {token}"})).status_code == 200


async def test_an_older_session_hears_that_its_tools_changed_when_a_task_begins():
    one = house()
    token, _ = await given(one)
    heard = anyio.Event()

    async def hear(message):
        if getattr(message, "method", "") == "notifications/tools/list_changed":
            heard.set()

    async with hosted(one) as at, connected(at.url, token, "legacy", message_handler=hear) as client:
        await client.list_tools()
        await client.call_tool("begin_task", WISH)
        with anyio.fail_after(20):
            await heard.wait()
