"""What comes out is what came in: each message of the broker is one whole line, and nothing else is."""

import json
import os

import anyio
import pytest

from broker.connect.address import at
from broker.connect.connector import MOST
from broker.connect.pipes import LONGEST
from tests.peers import Cut, http, peer, result, wired
from tests.piped import cancel, request
from tests.talk import true_soon

CALL = {"name": "bank__pay", "arguments": {"amount": 1}}
EVENTS = "text/event-stream"
PROGRESS = {"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": 1, "progress": 0.5}}


def events(*said):
    texts = [one if isinstance(one, str) else json.dumps(one) for one in said]
    frames = [f": ping\r\n\r\nevent: message\r\ndata: {text}\r\n\r\n" for text in texts]
    return http(200, "".join(frames).encode(), EVENTS)


async def test_progress_comes_before_the_answer_and_a_request_of_the_broker_does_not_come():
    asks = {"jsonrpc": "2.0", "id": 1, "method": "sampling/createMessage", "params": {}}
    answer = {"jsonrpc": "2.0", "id": 1, "result": {"x": "late"}}
    later = {"jsonrpc": "2.0", "method": "notifications/late"}
    async with (
        peer(lambda _: events(PROGRESS, asks, PROGRESS, answer, later)) as broker,
        wired(at(broker.url)) as agent,
    ):
        agent.send(request("tools/call", CALL, 1))
        assert [await agent.heard() for _ in range(3)] == [PROGRESS, PROGRESS, answer]


ODD = '{"jsonrpc":"2.0","id":1,"result":{"n":18446744073709551616.50,"t":"\u2028\u00e9\\n"}}'
FOLDED = '{"jsonrpc": "2.0",\n "id": 1,\r\n "result": {}}'


@pytest.mark.parametrize(
    ("body", "kind", "line"),
    [
        (ODD, "application/json", ODD),
        (f"data: {ODD}\n\n", EVENTS, ODD),
        (FOLDED, "application/json", '{"jsonrpc": "2.0",  "id": 1,   "result": {}}'),
        ("data: " + FOLDED.replace("\n", "\ndata: ") + "\n\n", EVENTS, '{"jsonrpc": "2.0",  "id": 1,  "result": {}}'),
    ],
    ids=["odd", "odd event", "folded", "folded event"],
)
async def test_an_answer_is_one_line_and_otherwise_as_the_broker_wrote_it(body, kind, line):
    async with peer(lambda _: http(200, body.encode(), kind)) as broker, wired(at(broker.url)) as agent:
        agent.send(request("tools/call", CALL, 1))
        assert await anext(agent.lines) == line.encode()


async def test_large_answers_that_come_together_do_not_mix():
    def large(seen):
        return result(seen, {"text": f"{seen.message['id']}" * 100_000})

    async with peer(large) as broker, wired(at(broker.url)) as agent:
        agent.send(*(request("tools/call", CALL, n) for n in range(10, 30)))
        for _ in range(20):
            said = await agent.heard()
            assert said["result"]["text"] == str(said["id"]) * 100_000


async def test_the_bytes_of_the_agent_arrive_unchanged_under_headers_that_say_the_same():
    meta = b'"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}'
    params = b'{"name":"b\xc3\xa4nk__pay",%b}' % meta
    line = b'{ "jsonrpc":"2.0" , "id":"\\u00e9", "method":"tools/call", "params":%b }' % params
    async with peer(result) as broker, wired(at(broker.url)) as agent:
        agent.send(b"  " + line + b" \r")
        assert (await agent.heard())["id"] == "é"
    (seen,) = broker.seen
    assert seen.body == line
    assert (seen.headers["mcp-protocol-version"], seen.headers["mcp-method"]) == ("2026-07-28", "tools/call")
    assert seen.headers["mcp-name"] == "=?base64?YsOkbmtfX3BheQ==?="
    assert seen.headers["authorization"] == "Bearer good"
    assert "mcp-session-id" not in seen.headers


async def test_an_id_is_under_way_once_and_so_many_requests_are():
    held = anyio.Event()

    async def waits(seen):
        await held.wait()
        return result(seen)

    async with peer(waits) as broker, wired(at(broker.url)) as agent:
        agent.send(*(request("tools/call", CALL, n) for n in range(MOST)), request("tools/call", CALL, 0))
        agent.send(request("tools/call", CALL, "more"))
        twice, crowded = await agent.heard(), await agent.heard()
        assert (twice["id"], twice["error"]["code"]) == (None, -32600)
        assert (crowded["id"], crowded["error"]["data"]["retryable"]) == ("more", True)
        await true_soon(lambda: len(broker.seen) == MOST)
        agent.send(cancel(0), cancel("not one"), cancel(None), cancel([1]), cancel(True))
        agent.send(request("tools/call", CALL, "again"))
        await true_soon(lambda: len(broker.seen) == MOST + 1)
        held.set()
        assert {(await agent.heard())["id"] for _ in range(MOST)} == {*range(1, MOST), "again"}


HOSTILE = {
    "noise": (b"\x00\xff\xfe", None, -32700),
    "no JSON": (b"hello", None, -32700),
    "cut": (b'{"jsonrpc":"2.0","id":1,"method":"x"', None, -32700),
    "not UTF-8": (b'{"jsonrpc":"2.0","id":1,"method":"\xff"}', None, -32700),
    "a key twice": (b'{"jsonrpc":"2.0","id":1,"id":2,"method":"x"}', None, -32700),
    "NaN": (b'{"jsonrpc":"2.0","id":1,"method":"x","params":{"a":NaN}}', None, -32700),
    "a huge number": (b'{"jsonrpc":"2.0","id":1,"method":"x","params":{"a":1e999}}', None, -32700),
    "a lone surrogate": (b'{"jsonrpc":"2.0","id":1,"method":"\\ud800"}', None, -32700),
    "deep": (b"[" * 9999, None, -32700),
    "a batch": (b'[{"jsonrpc":"2.0","id":1,"method":"x"}]', None, -32600),
    "a fraction for an id": (b'{"jsonrpc":"2.0","id":1.5,"method":"x"}', None, -32600),
    "true for an id": (b'{"jsonrpc":"2.0","id":true,"method":"x"}', None, -32600),
    "no id": (b'{"jsonrpc":"2.0","method":"tools/call"}', None, -32600),
    "a list of parameters": (b'{"jsonrpc":"2.0","id":"a","method":"x","params":[1]}', "a", -32600),
    "one field more": (b'{"jsonrpc":"2.0","id":7,"method":"x","extra":1}', 7, -32600),
    "version 1": (b'{"jsonrpc":"1.0","id":7,"method":"x"}', 7, -32600),
    "too long": (b'{"jsonrpc":"2.0","id":1,"method":"' + b"x" * LONGEST + b'"}', None, -32600),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_line_that_nobody_should_read_is_an_error_and_the_next_one_is_read(name):
    line, n, code = HOSTILE[name]
    async with wired(at("http://127.0.0.1:1/mcp")) as agent:
        with anyio.move_on_after(20):
            await anyio.to_thread.run_sync(agent.send, line, b"", b" \t")
        said = await agent.heard()
        assert (said["id"], said["error"]["code"]) == (n, code)
        agent.send(request("tools/list", {}, "next"))
        assert (await agent.heard())["id"] == "next"


@pytest.mark.parametrize("n", [None, 7])
@pytest.mark.parametrize(
    ("said", "code"),
    [
        (http(400, {"jsonrpc": "2.0", "id": None, "error": {"code": -32099, "message": "m"}}), -32099),
        (http(200, {"jsonrpc": "2.0", "id": 7, "result": {}}), -32600),
        (http(500, b"x", "text/plain"), -32600),
        (Cut(), -32600),
    ],
    ids=["refused", "served", "crashed", "broken off"],
)
async def test_a_line_that_cannot_be_read_is_refused_by_the_broker_or_by_us_and_never_served(said, code, n):
    line = {"jsonrpc": "2.0", "method": "x", "more": 1} | ({} if n is None else {"id": n})
    async with peer(lambda _: said) as broker, wired(at(broker.url)) as agent:
        agent.send(line)
        answer = await agent.heard()
    assert (answer["id"], answer["error"]["code"]) == (n, code)
    assert [one.message for one in broker.seen] == [line]


async def test_a_notification_without_a_session_or_an_envelope_goes_nowhere_and_one_with_them_goes_on():
    plain = {"jsonrpc": "2.0", "method": "notifications/roots/list_changed"}
    enveloped = {**plain, "params": request("x")["params"]}
    async with peer(lambda _: http(202)) as broker, wired(at(broker.url)) as agent:
        agent.send(plain, enveloped)
        await true_soon(lambda: broker.seen)
    assert [one.message for one in broker.seen] == [enveloped]
    assert broker.seen[0].headers["mcp-method"] == plain["method"]


async def test_an_answer_of_the_agent_goes_nowhere():
    async with peer(result) as broker, wired(at(broker.url)) as agent:
        agent.send({"jsonrpc": "2.0", "id": 1, "result": {}}, {"jsonrpc": "2.0", "id": 1, "error": {"code": 1}})
        agent.send(request("tools/list", {}, 2))
        assert (await agent.heard())["id"] == 2
        assert len(agent.told) == 2
    assert len(broker.seen) == 1


async def test_what_an_agent_had_not_finished_when_it_went_is_not_sent():
    async with peer(result) as broker, wired(at(broker.url)) as agent:
        os.write(agent.into, json.dumps(request("tools/call", CALL, 1)).encode())
    assert broker.seen == []
