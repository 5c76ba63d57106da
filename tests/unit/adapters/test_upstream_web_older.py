"""A server by the transport of 2024-11-05, with its two endpoints, is found, asked, and as little trusted."""

from dataclasses import replace

import anyio
import pytest

from broker.adapters.mcp.patience import Patience
from broker.model.faults import Effect
from tests.upstreams.kit import QUICK, call, fault, running, text_of, until
from tests.upstreams.web import OlderSite, Site, address_of, free_port, serving


async def test_a_server_of_2024_is_found_and_asked():
    told, site = [], OlderSite()

    async def step(done, total):
        told.append((done, total))

    reach = replace(address_of(port := free_port()), headers=lambda: {"authorization": "Bearer x"})
    async with serving(site, port), running(reach) as up:
        assert text_of(await call(up, "echo", text="over there")) == "over there"
        assert text_of(await call(up, "steps", progress=step)) == "stepped"
        assert (up.definitions.protocol, told) == ("2024-11-05", [(1.0, 2.0)])
    assert {one.headers["authorization"] for one in site.asked} == {"Bearer x"}


async def test_lists_that_change_are_read_again_there_too():
    site = OlderSite()
    async with serving(site) as address, running(address) as up:
        await call(up, "echo")
        site.listed = [{"name": "fresh", "inputSchema": {"type": "object"}}]
        await site.push_change()
        await until(lambda: list(up.definitions.tools) == ["fresh"])


async def test_a_call_that_is_given_up_is_cancelled_there_too():
    site = OlderSite()
    async with serving(site) as address, running(address) as up:
        await call(up, "echo")
        found = await fault(up, "hang", within=0.1)
        assert (str(found), found.effect) == ("no answer within 0.1 s", Effect.UNKNOWN)
        (hung,) = [one.message["id"] for one in site.heard("tools/call") if one.message["params"]["name"] == "hang"]
        await until(lambda: site.heard("notifications/cancelled"))
        assert [one.message["params"]["requestId"] for one in site.heard("notifications/cancelled")] == [hung]
        assert text_of(await call(up, "echo", text="next")) == "next"


async def test_a_cancellation_that_fails_harms_nobody():
    site = OlderSite(rude=True)
    async with serving(site) as address, running(address) as up:
        await call(up, "echo")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(call, up, "hang")
            await until(lambda: len(site.heard("tools/call")) == 2)
            tasks.cancel_scope.cancel()
        await until(lambda: site.heard("notifications/cancelled"))
        assert text_of(await call(up, "echo", text="next")) == "next"
    assert len(site.heard("initialize")) == 2  # the first one where streamable HTTP would be


async def test_a_stream_that_ends_ends_its_calls_and_a_new_one_is_opened():
    site, found = OlderSite(), []
    async with serving(site) as address, running(address) as up:
        await call(up, "echo")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: keep(up, found))
            await until(lambda: len(site.heard("tools/call")) == 2)
            await site.standing[-1][0].aclose()
        assert [(one.effect, one.is_unreachable) for one in found] == [(Effect.UNKNOWN, True)]
        assert text_of(await call(up, "echo", text="anew")) == "anew"
    assert len(site.heard("tools/call")) == 3


async def keep(up, found):
    found.append(await fault(up, "hang"))


async def test_a_message_that_is_refused_ends_the_connection_and_not_the_broker():
    site, patience = OlderSite(), Patience(apart=5, first_pause=0.01, longest_pause=0.05)
    async with serving(site) as address, running(address, patience=patience) as up:
        await call(up, "echo")
        await site.push_change()
        await until(lambda: len(site.heard("prompts/list")) == 2)
        await call(up, "echo")  # now all of it is read, and the next reading is seconds away
        site.moved = "/nowhere"
        found = await fault(up, "echo", within=3)
        assert (found.effect, found.is_unreachable) == (Effect.UNKNOWN, True)
        site.moved = "/take"
        assert text_of(await call(up, "echo", text="anew")) == "anew"


async def test_a_server_that_went_away_has_not_seen_the_call():
    port, site = free_port(), OlderSite()
    async with running(address_of(port), patience=Patience(wait=0.2)) as up:
        async with serving(site, port):
            await until(lambda: up.trouble is None)
            await call(up, "echo")
        assert (await fault(up, "echo")).effect is Effect.NONE
    assert len(site.heard("tools/call")) == 1


@pytest.mark.parametrize("version", ["2025-11-25", "2026-07-28"])
async def test_a_newer_server_in_its_place_is_spoken_to_as_one(version):
    port = free_port()
    async with running(address_of(port), patience=replace(QUICK, refresh=0.1)) as up:
        async with serving(OlderSite(), port):
            await call(up, "echo")
        await until(lambda: up.trouble is not None)
        async with serving(Site(version), port):
            await call(up, "echo")
            assert up.definitions.protocol == version


async def test_an_answer_that_is_too_large_there_is_a_fault():
    async with serving(OlderSite()) as address, running(address) as up:
        await call(up, "echo")
        found = await fault(up, "echo", text="x" * (2 << 20))
        assert (found.effect, found.is_unreachable) == (Effect.UNKNOWN, True)
        assert text_of(await call(up, "echo", text="anew")) == "anew"
