"""Tokens that are bound to a key, over the real door in both eras: what serves once, and the one answer to all else."""

import anyio
import orjson
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from broker.adapters.broken import LEAVES, Broken
from broker.agent.auth import DPoPAuth
from broker.agent.held import Held
from broker.agent.key import Key
from broker.tokens.dpop import SKEW, prove
from tests.kit import AUDIENCE, house, scope, spec
from tests.proven import socketed
from tests.talk import ERAS, MODERN, call, refusal, true_soon

OWNER, WRITER, THIEF = Key.make(), Key.make(), Key.make()
ONLY_X = {"t__t": {"args": {"a": {"like": "x*"}}}}


async def the_house(**of_scope):
    tool = Broken(answers={"rows": []}, leaves=LEAVES)
    one = house(tool, spec_of=spec(leaves=LEAVES), scope_of=scope(delegate=3, **of_scope))
    await one.open(holder=OWNER.public)
    return one


def held(one, token=None, key=OWNER):
    return Held(token=one.token if token is None else token, key=key, clock=one.clock.now)


def handed(one, key=WRITER, **more):
    text = held(one).attenuate(**{"to": key.public, "name": "writer", **more})
    return held(one, text, key)


def headers(one, **more):
    """Of one call, signed by hand."""
    body = orjson.dumps(call("t__t", {"a": "x"})[0])
    said = {"token": one.token, "method": "POST", "url": AUDIENCE.url, "body": body, "jti": "j"}
    key = more.pop("key", OWNER).clear_key
    return {"Authorization": f"DPoP {one.token}", "DPoP": prove(key, **{**said, "now": one.clock.now(), **more})}, body


def intents(one):
    return one.kinds("call.intent")


@pytest.mark.requirement("proof")
@pytest.mark.requirement("narrowing")
@pytest.mark.parametrize("era", ERAS)
async def test_a_holder_and_whom_it_hands_the_token_to_are_served_each_within_its_own(era):
    one = await the_house()
    async with socketed(one) as (way, _):
        async with way.client(held(one), era) as owner:
            assert not (await owner.call_tool("t__t", {"a": "y"})).is_error
        async with way.client(handed(one, tools=ONLY_X), era) as writer:
            (tool,) = (await writer.list_tools()).tools
            assert not (await writer.call_tool("t__t", {"a": "x1"})).is_error
            assert refusal(await writer.call_tool("t__t", {"a": "y"})) == ("value_not_allowed", False)
        async with way.client(handed(one, tools={}), era) as idle:
            assert (await idle.list_tools()).tools == []
    assert tool.input_schema["properties"]["a"]["pattern"].startswith("^x")
    assert len(intents(one)) == 2


@pytest.mark.requirement("proof")
@pytest.mark.parametrize("era", ERAS)
async def test_whatever_was_sent_once_is_a_strangers_the_second_time(era):
    one, sent = await the_house(), []

    async def keep(request):
        sent.append(request)

    async with socketed(one) as (way, _):
        http = way.http(DPoPAuth(held(one)), event_hooks={"request": [keep]})
        async with http, Client(streamable_http_client(way.url, http_client=http), mode=era, cache=None) as client:
            assert not (await client.call_tool("t__t", {"a": "x"})).is_error
        async with way.http() as thief:
            again = [await thief.request(r.method, r.url, headers=r.headers, content=r.content) for r in sent]
    assert [answer.status_code for answer in again] == [401] * len(sent)
    assert len(intents(one)) == 1


@pytest.mark.requirement("proof")
@pytest.mark.requirement("strangers-401")
async def test_every_proof_that_does_not_hold_gets_the_same_answer_and_reaches_nothing():
    one = await the_house()
    other = handed(one)
    good, body = headers(one)
    wrong = {
        "no token": {},
        "no proof": {"Authorization": good["Authorization"]},
        "a bearer": {"Authorization": f"Bearer {one.token}", "DPoP": good["DPoP"]},
        "another key": headers(one, key=THIEF)[0],
        "another token": headers(one, token=other.token)[0],
        "another body": headers(one, body=b"{}")[0],
        "another url": headers(one, url="https://elsewhere.example/mcp")[0],
        "another method": headers(one, method="GET")[0],
        "too old": headers(one, now=one.clock.now() - 31)[0],
        "too new": headers(one, now=one.clock.now() + 31)[0],
        "no proof at all": {**good, "DPoP": "x"},
        "a parent's key": {"Authorization": f"DPoP {other.token}", "DPoP": headers(one, token=other.token)[0]["DPoP"]},
    }
    async with socketed(one) as (way, _):
        answers = {name: await way.sends(said, body) for name, said in wrong.items()}
        changed = await way.sends(good, body.replace(b'"x"', b'"y"'))  # on its way, by whoever stands in between
        first = await way.sends(good, body)
        second = await way.sends(headers(one, body=body + b" ")[0], body + b" ")  # another proof, the same name
    assert first.status_code == 200
    seen = {(a.status_code, a.content, a.headers["www-authenticate"]) for a in (*answers.values(), changed, second)}
    assert len(seen) == 1
    assert {status for status, _, _ in seen} == {401}
    assert len(intents(one)) == 1
    await one.journal.flush_strangers()
    assert one.records[-1]["counts"] == {"bad_token": len(answers) + 2}


@pytest.mark.requirement("proof")
async def test_a_proof_of_a_body_that_was_changed_is_not_used_up_by_the_one_who_changed_it():
    one = await the_house()
    good, body = headers(one)
    async with socketed(one) as (way, _):
        assert (await way.sends(good, body + b" ")).status_code == 401
        assert (await way.sends(good, body)).status_code == 200


async def heard_of_a_change(tool, announcer, heard):
    """Until the client's own stream stands nobody hears, and it sets no event of ours."""
    with anyio.fail_after(20):
        while not heard:
            tool.changes = None if tool.changes else "other"
            announcer.changed()
            with anyio.move_on_after(1.0):
                while not heard:  # noqa: ASYNC110 - see above
                    await anyio.sleep(0.01)


@pytest.mark.requirement("told-of-changes")
@pytest.mark.parametrize("era", ERAS)
async def test_a_stream_that_one_proof_opened_stands_long_after_that_proof_is_too_old(era):
    one, heard = await the_house(), []
    tool = one.shelf.tool("t.t")

    async def keep(message):
        if getattr(message, "method", "") == "notifications/tools/list_changed":
            heard.append(message)

    async def listen(client):
        async with client.listen(tools_list_changed=True) as stream:
            async for event in stream:
                heard.append(event)  # noqa: PERF401 - each as it comes

    async with (
        socketed(one) as (way, announcer),
        way.client(handed(one), era, message_handler=keep) as client,
        anyio.create_task_group() as tasks,
    ):
        if era == MODERN:
            tasks.start_soon(listen, client)
        await heard_of_a_change(tool, announcer, heard)
        one.clock.at += 10 * SKEW
        heard.clear()
        await heard_of_a_change(tool, announcer, heard)
        tasks.cancel_scope.cancel()


@pytest.mark.requirement("proof")
async def test_a_session_of_the_older_protocol_is_opened_read_and_closed_with_a_proof_each():
    one, sent = await the_house(), []

    async def keep(request):
        sent.append(request)

    async with socketed(one) as (way, _):
        http = way.http(DPoPAuth(held(one)), event_hooks={"request": [keep]})
        async with http, Client(streamable_http_client(way.url, http_client=http), mode="legacy", cache=None) as client:
            await client.list_tools()
            await true_soon(lambda: any(request.method == "GET" for request in sent))
        async with way.http() as thief:
            session = sent[-1].headers["mcp-session-id"]
            gone = await thief.request("DELETE", way.url, headers={**sent[-1].headers, "mcp-session-id": session})
    assert {request.method for request in sent} == {"POST", "GET", "DELETE"}
    assert len({request.headers["dpop"] for request in sent}) == len(sent)
    assert gone.status_code == 401


@pytest.mark.requirement("sessions-apart")
async def test_a_session_is_of_the_key_that_opened_it_and_not_of_whom_the_task_was_handed_to():
    one, sent = await the_house(), []

    async def keep(request):
        sent.append(request)

    async with socketed(one) as (way, _):
        http = way.http(DPoPAuth(held(one)), event_hooks={"request": [keep]})
        async with http, Client(streamable_http_client(way.url, http_client=http), mode="legacy", cache=None) as client:
            await client.list_tools()
            asked = next(request for request in sent if b"tools/list" in request.content)
            names = ("mcp-session-id", "mcp-protocol-version", "accept", "content-type")
            own = {name: asked.headers[name] for name in names}
            fresh = held(one).attenuate(to=OWNER.public, name="again")
            status = {}
            for name, other in {"writer": handed(one), "owner": held(one), "again": held(one, fresh)}.items():
                async with way.http(DPoPAuth(other)) as another:
                    status[name] = (await another.post(way.url, headers=own, content=asked.content)).status_code
    assert status == {"writer": 404, "owner": 200, "again": 200}
