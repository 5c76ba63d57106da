"""Lists that change while agents are connected: each hears of its own, and a stream ends with its token."""

from contextlib import asynccontextmanager, suppress

import anyio
import httpx2
import pytest
from mcp import MCPError
from mcp.server.subscriptions import PromptsListChanged, ResourcesListChanged, ToolsListChanged

from broker.adapters.broken import LEAVES, Broken
from broker.edge import announcer, lasting, listening
from broker.grants.issue import root_claims
from broker.model.tool import Face
from tests.hosted import granted, hosted
from tests.kit import AUDIENCE, NOW, spec
from tests.talk import MODERN, Session, asked, connected, http, true_soon

WORDS = {
    "notifications/tools/list_changed": Face.TOOL,
    "notifications/resources/list_changed": Face.RESOURCE,
    "notifications/prompts/list_changed": Face.PROMPT,
}
EVENTS = {ToolsListChanged(): Face.TOOL, ResourcesListChanged(): Face.RESOURCE, PromptsListChanged(): Face.PROMPT}
ALL = {f"{word}_list_changed": True for word in ("tools", "prompts", "resources")}


async def the_house():
    """One of each face."""

    def one(name, **more):
        return spec(name, leaves=LEAVES, arguments={}, **more), Broken(answers={"rows": []}, leaves=LEAVES)

    return await granted(
        one("t.tool"), one("t.place", face=Face.RESOURCE, uri="a://b"), one("t.prompt", face=Face.PROMPT)
    )


def turn(house, name):
    """What would run is no longer what was approved, or is again."""
    tool = house.shelf.tools[name][1]
    tool.changes = None if tool.changes else "other"


@asynccontextmanager
async def older(at, token):
    """A session, and the faces that it hears of."""
    heard = []

    async def keep(message):
        method = getattr(message, "method", None)
        if method in WORDS:
            heard.append(WORDS[method])

    async with connected(at.url, token, "legacy", message_handler=keep) as client:
        yield client, heard


@asynccontextmanager
async def newer(at, token, **wanted):
    heard = []
    async with connected(at.url, token, MODERN) as client, client.listen(**(wanted or ALL)) as stream:

        async def keep():
            async for event in stream:
                heard.append(EVENTS[event])  # noqa: PERF401 - each as it comes

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(keep)
            yield client, heard
            tasks.cancel_scope.cancel()


ERAS = {"legacy": older, MODERN: newer}


async def made_heard(at, house, name, heard):
    """Until it is heard: an older session's stream opens when its client finds the time."""
    with anyio.fail_after(10):
        while not heard:
            turn(house, name)
            at.announcer.changed()
            with anyio.move_on_after(1.0):
                while not heard:  # noqa: ASYNC110 - a client's callback sets no event of ours
                    await anyio.sleep(0.01)


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("name", "face"), [("t.tool", Face.TOOL), ("t.place", Face.RESOURCE), ("t.prompt", Face.PROMPT)]
)
async def test_a_list_that_changed_is_announced_and_no_other(era, name, face):
    house = await the_house()
    async with hosted(house) as at, ERAS[era](at, house.token) as (_, heard):
        await made_heard(at, house, name, heard)
        assert set(heard) == {face}


@pytest.mark.parametrize("era", ERAS)
async def test_what_changed_nothing_that_it_sees_is_not_announced(era):
    house = await the_house()
    hidden = spec("t.hidden"), Broken()
    house.shelf.tools["t.hidden"] = hidden
    async with hosted(house) as at, ERAS[era](at, house.token) as (_, heard):
        await made_heard(at, house, "t.prompt", heard)
        heard.clear()
        turn(house, "t.hidden")
        at.announcer.changed()
        await made_heard(at, house, "t.tool", heard)
        assert set(heard) == {Face.TOOL}


async def test_a_stream_gets_only_what_it_asked_for():
    house = await the_house()
    async with hosted(house) as at, newer(at, house.token, prompts_list_changed=True) as (_, heard):
        turn(house, "t.tool")
        await made_heard(at, house, "t.prompt", heard)
        assert set(heard) == {Face.PROMPT}


async def test_what_nobody_is_told_of_is_not_acknowledged():
    house = await the_house()
    async with (
        hosted(house) as at,
        connected(at.url, house.token, MODERN) as client,
        client.listen(tools_list_changed=True, resource_subscriptions=["t+a://b"]) as stream,
    ):
        assert (stream.honored.tools_list_changed, stream.honored.resource_subscriptions) == (True, None)


@pytest.mark.parametrize("era", ["legacy", "auto"])
async def test_it_says_that_it_can_do_what_it_does(era):
    house = await the_house()
    async with hosted(house) as at, connected(at.url, house.token, era) as client:
        offers = client.server_capabilities
    assert offers.tools.list_changed
    assert offers.prompts.list_changed
    assert offers.resources.list_changed
    assert not offers.resources.subscribe
    assert offers.logging is not None
    assert offers.completions is not None


@pytest.mark.parametrize("end", ["expires", "ends"])
async def test_a_stream_ends_when_its_token_is_over(end):
    house = await the_house()
    async with (
        hosted(house) as at,
        connected(at.url, house.token, MODERN) as client,
        client.listen(tools_list_changed=True) as stream,
    ):
        if end == "expires":
            house.clock.at += 901
        else:
            await house.journal.ended(house.task, by="operator", why="test")
        at.announcer.changed()
        with anyio.fail_after(5):
            assert [event async for event in stream] == []  # it ends by itself, and says so
        assert at.announcer.count() == 0


async def test_it_is_looked_at_now_and_then_though_nothing_changed(monkeypatch):
    monkeypatch.setattr(announcer, "EVERY", 0.05)
    house = await the_house()
    async with (
        hosted(house) as at,
        connected(at.url, house.token, MODERN) as client,
        client.listen(tools_list_changed=True) as stream,
    ):
        house.clock.at += 901
        with anyio.fail_after(5):
            assert [event async for event in stream] == []


def standing(_client, _at, session, token):
    return session.standing(token)


def listening_to(client, at, _session, _token):
    body, headers = asked("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
    return client.stream("POST", at.url, json=body, headers=headers)


@pytest.mark.parametrize("opens", [standing, listening_to])
async def test_a_stream_that_does_not_end_by_itself_is_cut_off(monkeypatch, opens):
    """A client that takes nothing, or an older session, which has no word for the end."""
    monkeypatch.setattr(lasting, "EVERY", 0.05)
    monkeypatch.setattr(lasting, "_GRACE", 0.05)
    house = await the_house()
    async with hosted(house) as at, http(house.token) as client:
        session = await Session(client, at.url).opened(house.token)
        async with opens(client, at, session, house.token) as response:
            assert response.status_code == 200
            house.clock.at += 901
            with anyio.fail_after(5), suppress(httpx2.RemoteProtocolError):
                async for _ in response.aiter_bytes():
                    pass


async def test_a_session_goes_on_with_the_token_that_it_bore_last():
    house = await the_house()
    task = (await house.store.facts(house.task)).task
    claims = root_claims(task, audience=AUDIENCE, jti=house.ids.fresh(), now=NOW, expires=task.ends, seal=True)
    fresh = await house.opening.mint(claims, None)
    async with hosted(house) as at, http() as client:
        session = await Session(client, at.url).opened(house.token)
        await true_soon(lambda: at.announcer.count(house.token) == 1)
        await session.ask(fresh, "tools/list", {})
        assert (at.announcer.count(house.token), at.announcer.count(fresh)) == (0, 1)


async def test_a_session_that_is_over_is_told_no_more():
    house = await the_house()
    async with hosted(house) as at:
        async with older(at, house.token):
            await true_soon(lambda: at.announcer.count() == 1)
        await true_soon(lambda: at.announcer.count() == 0)


async def test_one_token_holds_so_many_streams_and_no_more(monkeypatch):
    monkeypatch.setattr(listening, "STREAMS", 1)
    house = await the_house()
    async with (
        hosted(house) as at,
        connected(at.url, house.token, MODERN) as client,
        client.listen(tools_list_changed=True),
    ):
        with pytest.raises(MCPError) as found:
            async with client.listen(tools_list_changed=True):
                pass
        assert (found.value.error.code, found.value.error.data["retryable"]) == (-31002, True)
    assert house.kinds("call.") == ["call.denied"]
