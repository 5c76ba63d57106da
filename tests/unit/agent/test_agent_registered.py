"""A registered agent comes from its key to a call, and from one token to the next, by itself."""

from contextlib import asynccontextmanager

import httpx2
import pytest
from starlette.routing import Route

from broker.adapters.broken import Broken
from broker.agent.key import Key
from broker.agent.registered import Registered
from broker.agent.renewing import RenewingAuth
from broker.edge.announcer import Announcer
from broker.edge.http import app
from broker.edge.oauth.metadata import routes
from broker.model.faults import TokenError
from broker.settings import Server
from broker.tokens.keys import public
from tests import kit
from tests.oauth_kit import AGENT, OTHER, Ways, agent

LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "0"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


class House:
    """Everything that answers at `http://broker`, in memory."""

    def __init__(self):
        self.house = kit.house(Broken(answers={"rows": [], "truncated": False}, leaves=kit.spec().leaves))
        self.ways = Ways(self.house)
        self.key = Key.make()
        self.ways.endpoint.agents[AGENT] = agent(key=self.key.clear_key, roles=frozenset({"r"}))
        self.resource = kit.AUDIENCE

    def registered(self, **more):
        said = {"broker": kit.AUDIENCE.url, "name": AGENT, "key": self.key, "clock": self.house.clock.now}
        return Registered(**{**said, "user": self.ways.subject, **more})

    @asynccontextmanager
    async def standing(self):
        """(a client for whoever asks, and how to make one that sends requests)"""
        beside = [
            *routes(self.resource, lambda: [public(self.house.key)]),
            Route("/token", self.ways.endpoint.answer, methods=["POST"]),
        ]
        announcer = Announcer(pipeline=self.house.pipeline)
        made = app(self.house.pipeline, self.house.ids, announcer, Server(hosts=("broker",)), "0", beside=beside)
        async with made.router.lifespan_context(made):
            yield lambda **more: httpx2.AsyncClient(transport=httpx2.ASGITransport(app=made), **more)


def tools_list():
    headers = {
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/list",
    }
    return {"json": {**LIST, "params": {"_meta": MODERN}}, "headers": headers}


async def test_from_a_key_and_a_user_s_word_to_a_call():
    one = House()
    async with one.standing() as client, client() as asking:
        held = await one.registered().open(asking, scope="s", purpose="p")
        assert (held.said.principal, held.said.actor) == ("https%3A//login.example:mara", AGENT)
        async with client(auth=RenewingAuth(one.registered(), asking, held)) as sending:
            answer = await sending.post(kit.AUDIENCE.url, **tools_list())
    assert [tool["name"] for tool in answer.json()["result"]["tools"]] == ["t__t"]


async def test_a_token_is_renewed_before_it_runs_out_and_the_task_goes_on():
    one = House()
    async with one.standing() as client, client() as asking:
        held = await one.registered().open(asking, scope="s", purpose="p")
        auth = RenewingAuth(one.registered(), asking, held)
        async with client(auth=auth) as sending:
            one.house.clock.at = held.said.expires - 29
            answer = await sending.post(kit.AUDIENCE.url, **tools_list())
    assert answer.status_code == 200
    assert auth.held.token != held.token
    assert auth.held.said.task == held.said.task


async def test_an_agent_without_a_user_works_for_itself():
    one = House()
    async with one.standing() as client, client() as asking:
        held = await one.registered(user=None).open(asking, scope="s", purpose="p")
    assert held.said.principal == f"http%3A//broker:{AGENT}"


async def test_the_word_of_a_refusal_is_told():
    one = House()
    async with one.standing() as client, client() as asking:
        with pytest.raises(TokenError, match="invalid_client"):
            await one.registered(name=OTHER).open(asking, scope="s", purpose="p")
        with pytest.raises(TokenError, match="invalid_authorization_details"):
            await one.registered().open(asking, scope="x", purpose="p")


async def test_whoever_gives_itself_out_for_another_gets_no_assertion():
    one = House()
    one.resource = type(kit.AUDIENCE)(issuer="http://evil", url=kit.AUDIENCE.url)
    async with one.standing() as client, client() as asking:
        with pytest.raises(TokenError):
            await one.registered().open(asking, scope="s", purpose="p")
    assert one.house.kinds("task.") == []


@pytest.mark.requirement("found-by-itself")
async def test_a_client_that_has_never_heard_of_the_broker_is_told_where_to_ask():
    one = House()
    async with one.standing() as client, client() as asking:
        answer = await asking.post(kit.AUDIENCE.url, **tools_list())
        said = dict(
            part.split("=", 1) for part in answer.headers["www-authenticate"].removeprefix("Bearer ").split(", ")
        )
        resource = (await asking.get(said["resource_metadata"].strip('"'))).json()
        server = (
            await asking.get(f"{resource['authorization_servers'][0]}/.well-known/oauth-authorization-server")
        ).json()
        keys = (await asking.get(server["jwks_uri"])).json()
    assert answer.status_code == 401
    assert resource["resource"] == kit.AUDIENCE.url
    assert server["issuer"] == kit.AUDIENCE.issuer
    assert keys == {"keys": [dict(public(one.house.key))]}
