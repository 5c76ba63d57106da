"""A server at an address is spoken to in every version, told what it must know, and restarted under our eyes."""

import socket
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import anyio
import httpx2
import pytest

from broker.adapters.mcp.guard import Guard, Watch
from broker.adapters.mcp.patience import Patience
from broker.model.faults import Effect, ToolFault
from tests.upstreams.kit import QUICK, call, fault, running, text_of, until
from tests.upstreams.speech import MODERN, VERSIONS
from tests.upstreams.web import Site, address_of, free_port, serving

LEGACY = "2025-06-18"
ERAS = (LEGACY, MODERN)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.requirement("every-version")
async def test_every_version_is_spoken_over_http(version):
    told = []

    async def step(done, total):
        told.append((done, total))

    async with serving(Site(version)) as address, running(address) as up:
        assert text_of(await call(up, "echo", text="over there")) == "over there"
        assert text_of(await call(up, "steps", progress=step)) == "stepped"
        assert (up.definitions.protocol, told) == (version, [(1.0, 2.0)])


@pytest.mark.parametrize("version", ERAS)
async def test_every_request_carries_the_headers_of_its_own_time(version):
    tokens = iter(range(1000))
    site = Site(version)
    async with serving(site) as address:
        reach = replace(address, headers=lambda: {"authorization": f"Bearer {next(tokens)}"})
        async with running(reach) as up:
            await call(up, "echo")
            await call(up, "echo")
    seen = [one.headers["authorization"] for one in site.asked]
    assert len(set(seen)) == len(seen) >= 6


async def test_headers_that_cannot_be_had_are_no_request():
    broken = False

    def headers():
        if broken:
            raise ToolFault("the secret `KEY` is not there")
        return {}

    site = Site(MODERN)
    async with serving(site) as address, running(replace(address, headers=headers)) as up:
        await call(up, "echo")
        before, broken = len(site.heard("tools/call")), True
        found = await fault(up, "echo")
        assert (str(found), found.effect) == ("the secret `KEY` is not there", Effect.NONE)
        assert len(site.heard("tools/call")) == before
        await until(lambda: up.trouble == "the secret `KEY` is not there")


async def test_headers_that_no_request_can_carry_are_no_request():
    wrong = {}
    site = Site(MODERN)
    async with serving(site) as address, running(replace(address, headers=lambda: wrong)) as up:
        await call(up, "echo")
        wrong["x-key"] = "one\r\nx-other: two"
        found = await fault(up, "echo")
        assert (found.effect, found.is_unreachable) == (Effect.NONE, True)
    assert len(site.heard("tools/call")) == 1
    assert {one.headers["accept-encoding"] for one in site.asked} == {"identity"}


async def test_no_request_is_made_to_another_place():
    async def answer(url):
        watch = Watch(doubted=[].append, ended=[].append, turned_away=list)
        async with anyio.create_task_group() as tasks:
            guard = Guard(address_of(1), 1, watch, tasks)
            return (await guard.handle_async_request(httpx2.Request("POST", url))).json()["error"]["message"]

    for url in ("http://127.0.0.1:2/mcp", "https://127.0.0.1:1/mcp", "http://localhost:1/mcp"):
        assert await answer(url) == "it sends us elsewhere"
    assert await answer("http://127.0.0.1:1/else") == "it cannot be reached (ConnectError)"


@pytest.mark.parametrize("version", ERAS)
async def test_a_server_that_is_at_another_path_is_found_there(version):
    site = Site(version, moved="/mcp/")
    async with serving(site) as address, running(address) as up:
        assert text_of(await call(up, "echo", text="found")) == "found"
        assert (await fault(up, "hang", within=0.1)).effect is Effect.UNKNOWN
        assert text_of(await call(up, "echo", text="again")) == "again"


async def test_an_argument_that_a_server_wants_in_a_header_is_there():
    schema = {"type": "object", "properties": {"region": {"type": "string", "x-mcp-header": "Region"}}}
    site = Site(MODERN, listed=[{"name": "echo", "inputSchema": schema}])
    async with serving(site) as address, running(address) as up:
        await call(up, "echo", region="süd", other="x")
        await call(up, "echo")
    first, second = site.heard("tools/call")
    assert first.headers["mcp-param-region"] == "=?base64?c8O8ZA==?="
    assert "mcp-param-region" not in second.headers


@pytest.mark.parametrize("version", ERAS)
async def test_lists_that_change_are_read_again_over_http(version):
    site = Site(version)
    async with serving(site) as address, running(address) as up:
        await call(up, "echo")
        await until(lambda: site.standing)
        site.listed = [{"name": "fresh", "inputSchema": {"type": "object"}}]
        await site.push_change()
        await until(lambda: list(up.definitions.tools) == ["fresh"])


@pytest.mark.parametrize("version", ERAS)
async def test_a_call_that_is_given_up_is_cancelled_over_http(version):
    site = Site(version)
    async with serving(site) as address, running(address) as up:
        await call(up, "echo")
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(call, up, "hang")
                await until(lambda: len(site.heard("tools/call")) == 2)
                scope.cancel()
        found = await fault(up, "hang", within=0.1)
        assert (str(found), found.effect, found.is_unreachable) == ("no answer within 0.1 s", Effect.UNKNOWN, False)
        hung = [one.message["id"] for one in site.heard("tools/call") if one.message["params"]["name"] == "hang"]

        def cancelled():
            if version == MODERN:
                return site.left
            return [one.message["params"]["requestId"] for one in site.heard("notifications/cancelled")]

        await until(lambda: cancelled() == hung)
        assert text_of(await call(up, "echo", text="next")) == "next"
        assert up.trouble is None


async def test_a_server_that_does_not_take_a_cancellation_holds_up_no_other_call():
    site = Site(LEGACY)
    async with serving(site) as address, running(address) as up:
        await call(up, "echo")
        site.deaf = True
        for _ in range(5):
            await fault(up, "hang", within=0.05)
        assert text_of(await call(up, "echo", text="next", within=1)) == "next"


@pytest.mark.parametrize("version", ERAS)
async def test_a_stream_that_nobody_waits_for_is_closed(version):
    site = Site(version)
    head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n: still here\n\n"
    async with serving(site) as address, running(address) as up:
        await call(up, "echo")
        await fault(up, "raw", parts=[(head, 1)], holds=True, within=0.1)
        await until(lambda: len(site.left) == 1, 3)


@pytest.mark.parametrize("version", ERAS)
async def test_a_restarted_server_is_connected_to_though_nobody_calls(version):
    port, first, second = free_port(), Site(version), Site(version)
    patience = replace(QUICK, refresh=0.2)
    async with running(address_of(port), patience=patience) as up:
        async with serving(first, port):
            await call(up, "echo")
        await until(lambda: up.trouble is not None)
        second.listed = [{"name": "other", "inputSchema": {"type": "object"}}]
        async with serving(second, port):
            await until(lambda: up.trouble is None)
            await until(lambda: list(up.definitions.tools) == ["other"])


async def test_a_session_that_is_gone_did_nothing_and_the_next_call_has_a_new_one():
    site = Site(LEGACY)
    async with serving(site) as address, running(address) as up:
        await call(up, "echo")
        site.sessions.clear()
        found = await fault(up, "echo")
        assert (found.effect, found.is_unreachable) == (Effect.NONE, True)
        assert text_of(await call(up, "echo", text="anew")) == "anew"
        assert len(site.heard("initialize")) == 2


async def test_a_session_that_a_server_refuses_in_its_own_way_is_replaced_too():
    site = Site(LEGACY, unknown=400)
    async with serving(site) as address, running(address) as up:
        await call(up, "echo")
        site.sessions.clear()
        assert (await fault(up, "echo")).effect is Effect.UNKNOWN
        await until(lambda: len(site.heard("initialize")) == 2)
        assert text_of(await call(up, "echo", text="anew")) == "anew"


@pytest.mark.parametrize("site", [Site(MODERN), Site(MODERN, starting=1), Site(MODERN, drops=1)])
async def test_a_server_that_is_not_up_yet_is_not_taken_for_an_old_one(site):
    site, port = replace(site, asked=[], sessions=set()), free_port()
    async with running(address_of(port)) as up:
        await until(lambda: up.trouble == "it cannot be reached (ConnectError)")
        async with serving(site, port):
            await call(up, "echo")
            assert "initialize" not in [one.verb for one in site.asked]
            assert up.definitions.protocol == MODERN


async def test_a_connection_that_is_being_closed_over_http_is_no_connection():
    site = Site(LEGACY)
    step = '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":TOKEN,"progress":1%s}}'
    stream = f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: {step % ('0' * 400)}\n\n"
    async with serving(site) as address, running(address) as up:
        await call(up, "echo")
        site.deaf = True
        await fault(up, "raw", parts=[(stream, 1)], holds=True)
        await until(lambda: up.trouble is not None, 0.5)


async def test_an_address_where_nobody_is_takes_nothing():
    async with running(address_of(free_port()), patience=Patience(wait=0.2)) as up:
        found = await fault(up, "echo")
        assert (found.effect, found.is_unreachable) == (Effect.NONE, True)
        await until(lambda: up.trouble == "it cannot be reached (ConnectError)")


@pytest.mark.parametrize("version", ERAS)
async def test_a_server_that_goes_away_between_two_calls_has_not_seen_the_second(version):
    port, site = free_port(), Site(version)
    async with running(address_of(port), patience=Patience(wait=0.2)) as up:
        async with serving(site, port):
            await call(up, "echo")
        found = await fault(up, "echo")
        assert (found.effect, found.is_unreachable) == (Effect.NONE, True)
    assert len(site.heard("tools/call")) == 1


async def test_a_server_that_does_not_pick_up_has_not_seen_the_call():
    port, site = free_port(), Site(MODERN)
    async with running(address_of(port)) as up:
        async with serving(site, port):
            await call(up, "echo")
        with nobody_picks_up(port):
            found = await fault(up, "echo", within=0.3)
        assert (str(found), found.effect, found.is_unreachable) == ("no answer within 0.3 s", Effect.NONE, True)


@contextmanager
def nobody_picks_up(port):
    """A port that is open and full: whoever comes is left waiting at the door."""
    with ExitStack() as stack:
        door = stack.enter_context(socket.create_server(("127.0.0.1", port), backlog=0))
        for _ in range(4):
            guest = stack.enter_context(socket.socket())
            guest.setblocking(False)
            guest.connect_ex(door.getsockname())
        yield
