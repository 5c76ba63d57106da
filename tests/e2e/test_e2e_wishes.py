"""What is answered without a tool: completions, levels, subscriptions, pages of a list; and who may ask from a page."""

import pytest
from mcp import MCPError

from broker.adapters.broken import LEAVES, Broken
from broker.edge import wishes
from broker.edge.pages import SIZE
from broker.model.tool import Face
from tests.hosted import granted, hosted
from tests.kit import spec
from tests.talk import MODERN, Session, asked, connected, http, post

PLACE = "t+a://b"
REFS = [{"type": "ref/prompt", "name": "t__prompt"}, {"type": "ref/resource", "uri": "t+a://{id}"}]


async def the_house(many=1):
    tools = [(spec(f"t.t{n}", leaves=LEAVES), Broken(answers={"rows": []}, leaves=LEAVES)) for n in range(many)]
    place = spec("t.place", face=Face.RESOURCE, uri="a://b", leaves=LEAVES, arguments={}), Broken()
    return await granted(*tools, place)


async def modern(at, house, method, params, **headers):
    body, own = asked(method, params)
    async with http(house.token) as client:
        return await post(client, at.url, body, {**own, **headers})


async def older(at, house, *asks):
    async with http() as client:
        session = await Session(client, at.url).opened(house.token)
        said = [(await session.ask(house.token, method, params))[1] for method, params in asks]
    return [one.get("result", one.get("error")) for one in said]


@pytest.mark.parametrize("ref", REFS, ids=lambda one: one["type"])
async def test_a_completion_is_empty_and_asks_no_source(ref):
    house = await the_house()
    params = {"ref": ref, "argument": {"name": "a", "value": "x"}}
    async with hosted(house) as at:
        (one,) = await older(at, house, ("completion/complete", params))
        other = (await modern(at, house, "completion/complete", params)).json()["result"]
    assert one["completion"]["values"] == other["completion"]["values"] == []
    assert house.kinds("call.") == []


async def test_the_older_protocol_s_small_requests_are_answered_empty():
    house = await the_house()
    asks = [("ping", {}), ("logging/setLevel", {"level": "info"})]
    asks += [(f"resources/{word}", {"uri": PLACE}) for word in ("subscribe", "unsubscribe", "unsubscribe")]
    async with hosted(house) as at:
        assert await older(at, house, *asks) == [{}] * len(asks)
    assert house.kinds("call.") == []


@pytest.mark.parametrize(
    "method",
    ["initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe", "unknown/method"],
)
async def test_the_newer_protocol_does_not_know_them(method):
    house = await the_house()
    async with hosted(house) as at:
        response = await modern(at, house, method, {"level": "info", "uri": PLACE})
    assert (response.status_code, response.json()["error"]["code"]) == (404, -32601)


@pytest.mark.parametrize("word", ["subscribe", "unsubscribe"])
@pytest.mark.parametrize("uri", ["t+a://c", "t+a://hidden", "other+a://b", "x"])
async def test_only_what_is_granted_can_be_subscribed_to(word, uri):
    house = await the_house()
    house.shelf.tools["t.hidden"] = spec("t.hidden", face=Face.RESOURCE, uri="a://hidden"), Broken()
    async with hosted(house) as at:
        (said,) = await older(at, house, (f"resources/{word}", {"uri": uri}))
    assert (said["code"], said["message"], said["data"]) == (-32602, "Resource not found", {"uri": uri})
    assert house.kinds("call.") == ["call.denied"]


async def test_a_session_follows_so_many_resources_and_no_more(monkeypatch):
    monkeypatch.setattr(wishes, "SUBSCRIPTIONS", 1)
    house = await the_house()
    second = spec("t.second", face=Face.RESOURCE, uri="a://c", leaves=LEAVES, arguments={}), Broken()
    house = await granted(*house.shelf.tools.values(), second)
    both = [("resources/subscribe", {"uri": one}) for one in (PLACE, PLACE, "t+a://c")]
    room = [("resources/unsubscribe", {"uri": PLACE}), both[-1]]
    async with hosted(house) as at:
        *served, full, freed, again = await older(at, house, *both, *room)
    assert served == [{}, {}]
    assert (full["code"], full["data"]["refused"]) == (-31002, "budget_spent")
    assert (freed, again) == ({}, {})


@pytest.mark.parametrize("era", ["legacy", MODERN])
async def test_a_long_list_comes_in_pages_with_cursors_of_ours(era):
    house = await the_house(2 * SIZE + 1)
    sizes, names, cursor = [], [], None
    async with hosted(house) as at, connected(at.url, house.token, era) as client:
        while cursor is not None or not sizes:
            found = await client.list_tools(cursor=cursor)
            sizes.append(len(found.tools))
            names += [one.name for one in found.tools]
            cursor = found.next_cursor
            assert cursor is None or "t0" not in cursor
    assert sizes == [SIZE, SIZE, 1]
    assert names == sorted(f"t__t{n}" for n in range(2 * SIZE + 1))


@pytest.mark.parametrize("era", ["legacy", MODERN])
@pytest.mark.parametrize("of", ["tools", "resources", "resource_templates", "prompts"])
async def test_a_cursor_of_somebody_else_s_is_refused(era, of):
    house = await the_house(SIZE + 1)
    async with hosted(house) as at, connected(at.url, house.token, era) as client:
        cursors = ["upstream-2", "" if of == "tools" else (await client.list_tools()).next_cursor]
        for cursor in cursors:
            with pytest.raises(MCPError) as found:
                await getattr(client, f"list_{of}")(cursor=cursor)
            assert found.value.error.code == -32602


@pytest.mark.requirement("names")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "{own}"}, 200),
        ({"Host": "localhost:{port}", "Origin": "http://localhost:{port}"}, 200),
        ({"Host": "localhost:{port}", "Origin": "{own}"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "http://127.0.0.1"}, 403),
        ({"Origin": "https://127.0.0.1:{port}"}, 403),
        ({"Origin": "{own}/"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Host": "evil.example", "Origin": "http://evil.example"}, 421),
        ({"Host": "evil.example:{port}", "Origin": "http://evil.example:{port}"}, 421),
    ],
    ids=str,
)
async def test_a_page_of_our_own_origin_may_call_and_no_other(headers, status):
    house = await the_house()
    async with hosted(house) as at:
        own = at.url.removesuffix("/mcp")
        said = {name: one.format(own=own, port=own.rpartition(":")[2]) for name, one in headers.items()}
        response = await modern(at, house, "tools/list", {}, **said)
    assert response.status_code == status
