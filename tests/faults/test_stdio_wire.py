"""What breaks between connector and broker: nothing that may have arrived is sent twice, and nobody waits for ever."""

import pytest

from broker.connect.address import at
from tests.peers import Cut, http, peer, result, wired
from tests.piped import request

CALL = {"name": "bank__pay", "arguments": {"amount": 1}}
REFUSED = {"jsonrpc": "2.0", "id": None, "error": {"code": -31001, "message": "m", "data": {"refused": "bad_token"}}}
GONE = {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "Session not found"}}
INITIALIZE = request("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}}, "i", modern=False)
INITIALIZED = {"jsonrpc": "2.0", "method": "notifications/initialized"}
EVENT = b"event: message\r\ndata: "


async def asked(agent, method="tools/call", params=CALL, n=1, **more):
    agent.send(request(method, params, n, **more))
    while "method" in (said := await agent.heard()):
        pass
    return said


AWAY = "the broker cannot be reached"


def trouble(said):
    data = said["error"]["data"]
    assert (said["error"]["code"], said["error"]["message"]) == (-31001, data["hint"])
    return said["id"], data["refused"], data["retryable"]


BROKEN = {
    "before a byte": b"",
    "in the head": b"HTTP/1.1 200 OK\r\ncontent-ty",
    "in the body": http(200, b'{"jsonrpc":', length=500),
    "in an event": http(200, EVENT + b'{"jsonrpc":"2.0"', "text/event-stream", length=500),
    "after progress": http(200, EVENT + b'{"method":"notifications/x"}\r\n\r\n', "text/event-stream"),
    "with what is no JSON": http(200, b"{]"),
    "with the answer to another": http(200, {"jsonrpc": "2.0", "id": 99, "result": {}}),
    "with an empty stream": http(200, b"", "text/event-stream"),
    "with a crash": http(500, b"Internal Server Error", "text/plain"),
}


@pytest.mark.requirement("sent-once")
@pytest.mark.parametrize("how", BROKEN)
async def test_a_call_whose_answer_is_lost_is_not_sent_again(how):
    async with peer(lambda _: Cut(BROKEN[how])) as broker, wired(at(broker.url)) as agent:
        call = trouble(await asked(agent))
        other = trouble(await asked(agent, "tools/list", {}, 2))
    assert (call, other) == ((1, "effect_unknown", False), (2, "broker_unavailable", True))
    assert [one.message["method"] for one in broker.calls()] == ["tools/call", "tools/list"]


async def test_a_broker_that_is_down_is_said_so_and_found_again_when_it_is_back():
    async with peer(result) as broker:
        pass
    async with wired(at(broker.url)) as agent:
        assert trouble(await asked(agent)) == (1, "broker_unavailable", True)
        async with peer(result, int(broker.url.split(":")[2].partition("/")[0])) as back:
            assert (await asked(agent, n=2))["result"] == {}
        assert trouble(await asked(agent, n=3)) == (3, "broker_unavailable", True)
        assert trouble(await asked(agent, n=4)) == (4, "broker_unavailable", True)
        assert [one.partition(":")[0] for one in agent.told] == [AWAY, "the broker is there again", AWAY]
    assert len(back.calls()) == 1


@pytest.mark.parametrize(
    "said",
    [
        http(200, b"<html>", "text/html"),
        http(204),
        http(202),
        http(302, location="http://127.0.0.1:1/elsewhere"),
        http(404, b"Not Found", "text/plain"),
        http(400, {"detail": "no"}),
    ],
    ids=["a page", "nothing", "taken", "elsewhere", "not found", "no error of ours"],
)
async def test_what_is_no_broker_is_said_so(said):
    async with peer(lambda _: said) as broker, wired(at(broker.url)) as agent:
        assert trouble(await asked(agent)) == (1, "broker_unavailable", False)
    assert len(broker.seen) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 429, 503])
async def test_a_refusal_by_http_keeps_its_code_words_and_data(status):
    async with peer(lambda _: http(status, REFUSED)) as broker, wired(at(broker.url)) as agent:
        assert await asked(agent, n="x") == {**REFUSED, "id": "x"}
    assert len(broker.seen) == 1
