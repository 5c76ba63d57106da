"""What becomes of an agent whose answers are lost, whose clock is wrong, or whose user's token runs out."""

import json
from dataclasses import replace
from email.utils import formatdate

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from broker.agent.registered import Registered
from broker.agent.renewing import RenewingAuth
from broker.agent.signed_in import SignedIn
from broker.model.faults import TokenError
from broker.tokens.dpop import SKEW
from tests import kit
from tests.oauth_kit import AGENT
from tests.unit.agent.test_agent_registered import House, tools_list


class Wire(httpx2.AsyncBaseTransport):
    """Between agent and broker. `lost`: so many answers of `/token` never arrive; `date`: the broker's clock."""

    def __init__(self, inner, date=None):
        self.inner, self.date, self.lost, self.asked = inner, date, 0, 0

    async def handle_async_request(self, request):
        answer = await self.inner.handle_async_request(request)
        if request.url.path == "/token":
            self.asked += 1
            if self.lost:
                self.lost -= 1
                raise httpx2.ReadError("cut", request=request)
        if self.date is not None:
            answer.headers["date"] = formatdate(self.date(), usegmt=True)
        return answer


def wired(client, **more):
    return Wire(client()._transport, **more)


@pytest.mark.requirement("agent-by-itself")
async def test_an_answer_that_is_lost_opens_one_task_and_is_not_asked_for_again():
    one = House()
    async with one.standing() as client:
        wire = wired(client)
        wire.lost = 1
        async with httpx2.AsyncClient(transport=wire) as asking:
            with pytest.raises(TokenError, match="no answer"):
                await one.registered().open(asking, scope="s", purpose="p")
    assert (wire.asked, one.house.kinds("task.opened")) == (1, ["task.opened"])


@pytest.mark.requirement("agent-by-itself")
async def test_while_the_broker_gives_no_other_token_the_old_one_serves_and_no_task_is_opened():
    one = House()
    async with one.standing() as client:
        wire = wired(client)
        async with httpx2.AsyncClient(transport=wire) as asking:
            held = await one.registered().open(asking, scope="s", purpose="p")
            auth = RenewingAuth(one.registered(), asking, held)
            async with client(auth=auth) as sending:
                wire.lost, one.house.clock.at = 2, held.said.expires - 29
                for _ in range(5):
                    assert (await sending.post(kit.AUDIENCE.url, **tools_list())).status_code == 200
                assert (wire.asked, auth.held) == (2, held)  # not with each request
                one.house.clock.at = held.said.expires
                with pytest.raises(TokenError, match="no answer"):
                    await sending.post(kit.AUDIENCE.url, **tools_list())
                one.house.clock.at += 6
                assert (await sending.post(kit.AUDIENCE.url, **tools_list())).status_code == 200
    assert one.house.kinds("task.opened") == ["task.opened"]
    assert auth.held.said.task == held.said.task


async def test_an_agent_whose_clock_stood_still_asks_once_more_when_its_token_is_none_any_more():
    one = House()
    async with one.standing() as client:
        wire, stood = wired(client, date=one.house.clock.now), one.house.clock.at
        agent = one.registered(clock=lambda: stood)  # a machine that slept
        async with httpx2.AsyncClient(transport=wire) as asking:
            held = await agent.open(asking, scope="s", purpose="p")
            auth = RenewingAuth(agent, asking, held)
            async with client(auth=auth) as sending:
                one.house.clock.at = held.said.expires + 60
                answers = [(await sending.post(kit.AUDIENCE.url, **tools_list())).status_code for _ in range(2)]
    assert (answers, wire.asked) == ([200, 200], 2)  # to open, and to renew
    assert auth.held.said.task == held.said.task


async def test_whoever_is_nobody_any_more_asks_now_and_then_and_not_with_each_request():
    one = House()
    async with one.standing() as client:
        wire, stood = wired(client), one.house.clock.at
        async with httpx2.AsyncClient(transport=wire) as asking:
            held = await one.registered().open(asking, scope="s", purpose="p")
            auth = RenewingAuth(one.registered(), asking, replace(held, clock=lambda: stood))
            async with client(auth=auth) as sending:
                del one.ways.endpoint.agents[AGENT]
                one.house.clock.at = held.said.expires + 60
                answers = [(await sending.post(kit.AUDIENCE.url, **tools_list())).status_code for _ in range(4)]
    assert (answers, wire.asked) == ([401, 401, 401, 401], 2)


@pytest.mark.parametrize("off", [-3600.0, 3600.0])
async def test_an_agent_whose_clock_is_wrong_takes_the_broker_s(off):
    one = House()
    async with one.standing() as client:
        wire = wired(client, date=one.house.clock.now)
        agent = one.registered(clock=lambda: one.house.clock.at + off)
        async with httpx2.AsyncClient(transport=wire) as asking:
            held = await agent.open(asking, scope="s", purpose="p")
            assert abs(held.clock() - one.house.clock.at) < SKEW
            auth = RenewingAuth(agent, asking, held)
            async with client(auth=auth) as sending:
                assert (await sending.post(kit.AUDIENCE.url, **tools_list())).status_code == 200
                one.house.clock.at = held.said.expires - 1
                assert (await sending.post(kit.AUDIENCE.url, **tools_list())).status_code == 200
    assert auth.held.token != held.token


@pytest.mark.parametrize("off", [-3700.0, 3700.0, -1e9])
async def test_nothing_is_signed_for_a_day_that_is_far_away_whatever_an_answer_says(off):
    one = House()
    async with one.standing() as client:
        wire = wired(client, date=lambda: one.house.clock.at + off)
        async with httpx2.AsyncClient(transport=wire) as asking:
            with pytest.raises(TokenError, match="hours apart"):
                await one.registered().open(asking, scope="s", purpose="p")
    assert wire.asked == 0


async def test_a_user_s_token_is_asked_for_by_the_newest_refresh_token_when_the_old_one_runs_out():
    seen = []

    async def token(request):
        form = dict(await request.form())
        seen.append(form["refresh_token"])
        n = len(seen)
        return JSONResponse({"access_token": f"a{n}", "expires_in": 300, "refresh_token": f"r{n}"})

    app = Starlette(routes=[Route("/token", token, methods=["POST"])])
    at = [0.0]
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app)) as client:
        user = SignedIn(
            client=client,
            token_endpoint="http://login/token",
            client_id="app",
            refresh_token="r0",
            clock=lambda: at[0],
        )
        assert [await user(), await user()] == ["a1", "a1"]
        at[0] = 271.0
        assert await user() == "a2"
    assert seen == ["r0", "r1"]
    assert "r2" not in repr(user)
    assert "a2" not in repr(user)


async def test_a_user_whose_token_has_to_be_waited_for_is_asked_with_each_question():
    one = House()

    async def user():
        return one.ways.subject()

    async with one.standing() as client, client() as asking:
        held = await one.registered(user=user).open(asking, scope="s", purpose="p")
    assert held.said.principal == "https%3A//login.example:mara"
    assert "user" not in json.dumps(repr(Registered(broker="b", name="n", key=one.key, user=user)))
