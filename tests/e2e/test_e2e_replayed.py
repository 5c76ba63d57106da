"""Whoever stands between an agent and two broker processes and plays every request again gets nothing by it."""

import json
from contextlib import asynccontextmanager

import anyio
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client

from broker.agent.key import Key
from broker.agent.registered import Registered
from broker.agent.renewing import RenewingAuth
from broker.model.faults import TokenError
from tests.oauth_world import PAY, READ, fill, signing_in
from tests.replaying import between
from tests.served import home
from tests.talk import ERAS, http

KEY = Key.make()
PAYING = {"scope": "paying", "purpose": "service"}
AGENT = """
[[identity.agents]]
name = "robot-own"
key = "own.pub"
owner = "tests"
model = "any"
provider = "any"
review_by = 2999-01-01
"""


def leaves(error):
    if not isinstance(error, BaseExceptionGroup):
        return [error]
    return [leaf for one in error.exceptions for leaf in leaves(one)]


class World:
    """A bank with two processes before it, and somebody before those."""

    def __init__(self, bank, login, middle):
        self.bank, self.login, self.middle = bank, login, middle

    def maria(self):
        said = {"may_act": {"sub": "robot-own"}, "client_id": "desk"}
        return self.login.id_jag(self.middle.url, self.middle.url, typ="at+jwt", **said)

    def agent(self):
        return Registered(broker=self.middle.url, name="robot-own", key=KEY, user=self.maria)

    @asynccontextmanager
    async def client(self, held, asking, era):
        auth = RenewingAuth(self.agent(), asking, held)
        async with (
            http(auth=auth) as requests,
            Client(streamable_http_client(self.middle.url, http_client=requests), mode=era, cache=None) as mcp,
        ):
            yield mcp

    async def pays_cut_off(self, held, asking, era):
        async with self.client(held, asking, era) as mcp:
            await mcp.list_tools()
            self.middle.cut["/mcp"] = 20
            await mcp.call_tool(PAY, {"account_id": 1, "amount": 0.5}, read_timeout_seconds=3)

    def effects(self):
        """What happened in all: tasks, tokens beside, calls, payments."""
        kinds = self.bank.kinds("task.", "call.")
        payments = self.bank.rows("SELECT count(*) FROM payment")[0][0]
        return sorted(kinds), payments


@asynccontextmanager
async def world(folder, launcher):
    with signing_in() as login:
        async with between() as middle:

            def made(place):
                fill(place, 0, login.url)
                config = place / "broker.toml"
                text = config.read_text().replace("[server]\n", f'[server]\nurl = "{middle.url}"\n')
                config.write_text(text + AGENT)
                (place / "own.pub").write_text(json.dumps(dict(KEY.public)))

            with home(folder / "bank", launcher, made) as bank:
                yield World(bank, login, middle)


@pytest.mark.requirement("replayed")
async def test_no_request_of_an_agent_s_does_anything_the_second_time(tmp_path, launcher):
    """At once, at another process, after a restart, to another endpoint, with another body: 0 tokens, 0 calls."""
    async with world(tmp_path, launcher) as one:
        middle = one.middle
        with one.bank.serving() as first, one.bank.serving() as second:
            middle.upstream = first.base
            for era in ERAS:
                async with http() as asking:
                    held = await one.agent().open(asking, **PAYING)
                    async with one.client(held, asking, era) as mcp:
                        assert not (await mcp.call_tool(READ, {"account_id": 1})).is_error
                        assert not (await mcp.call_tool(PAY, {"account_id": 1, "amount": 0.5})).is_error
                    await one.agent().renew(asking, held)
            kept = [sent for sent in middle.kept if sent.method == "POST"]
            assert {sent.path for sent in kept} == {"/token", "/mcp"}
            before, payments = one.effects()
            assert (payments, before.count("call.intent"), before.count("task.opened")) == (2, 4, 2)
            for sent in kept:
                assert await middle.again(sent) == 401
                assert await middle.again(sent, at=second.base) == 401
                for path in {"/token", "/revoke", "/mcp"} - {sent.path}:
                    assert await middle.again(sent, path=path) in {400, 401}
                changed = sent.body.replace(b"0.5", b"0.6").replace(b"paying", b"reading") + b" "
                assert await middle.again(sent, body=changed) in {400, 401}
            assert one.effects() == (before, payments)
        with one.bank.serving() as later:
            assert {await middle.again(sent, at=later.base) for sent in kept} == {401}
        assert one.effects() == (before, payments)


@pytest.mark.requirement("no-registration")
async def test_a_broker_that_serves_registers_nobody_and_signs_nobody_in(served_bank):
    async with http() as client:
        places = ["/register", "/authorize", "/login", "/callback", "/par", "/introspect", "/userinfo"]
        for way in (client.get, client.post):
            answers = {place: await way(served_bank.base + place) for place in places}
            told = {place: (one.status_code, one.headers.get("location")) for place, one in answers.items()}
            assert told.pop("/authorize") in {(400, None), (405, None)}  # for clients that read no metadata without it
            assert set(told.values()) == {(404, None)}


@pytest.mark.requirement("cut-off")
async def test_an_answer_that_is_cut_off_is_told_in_words_and_nothing_is_done_twice(tmp_path, launcher):
    async with world(tmp_path, launcher) as one:
        middle = one.middle
        with one.bank.serving() as broker, anyio.fail_after(60):
            middle.upstream = broker.base
            for era in ERAS:
                async with http() as asking:
                    middle.cut["/token"] = 40
                    with pytest.raises(TokenError, match="gives no answer"):
                        await one.agent().open(asking, **PAYING)
                    held = await one.agent().open(asking, **PAYING)  # by another proof
                    with pytest.raises((MCPError, BaseExceptionGroup)) as told:
                        await one.pays_cut_off(held, asking, era)
                    assert all(str(found) for found in leaves(told.value))
        sent = [kept for kept in middle.kept if b"tools/call" in kept.body]
        assert len(sent) == one.effects()[1] == 2  # one of each era
        assert one.bank.kinds("call.") == ["call.intent", "call.outcome"] * 2
