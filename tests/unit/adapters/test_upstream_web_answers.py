"""Whatever comes back over HTTP is a result that fits, or a fault in our words; and the next call is served."""

import json
import ssl
from dataclasses import replace

import anyio
import pytest
from anyio.streams.tls import TLSListener

from broker.adapters.mcp.patience import Patience
from broker.model.faults import Effect
from tests.upstreams.kit import call, fault, running, text_of, until
from tests.upstreams.speech import MODERN
from tests.upstreams.tls import self_signed
from tests.upstreams.web import Site, serving

LEGACY = "2025-11-25"
ERAS = (LEGACY, MODERN)
LARGEST = 100_000
OK = "HTTP/1.1 200 OK\r\nconnection: close\r\n"
JSON = OK + "content-type: application/json\r\n\r\n"
STREAM = OK + "content-type: text/event-stream\r\n\r\n"
SAID = '{"jsonrpc":"2.0","id":ID,"result":{"resultType":"complete","content":[{"type":"text","text":"%s"}]}}'


def status(number, more="", body=""):
    return f"HTTP/1.1 {number} SECRET\r\nconnection: close\r\n{more}content-length: {len(body)}\r\n\r\n{body}"


RAW = {  # name -> what the server writes, what the fault says of it
    "a body that is too large": ([(JSON, 1), (SAID[:-10] + "x", 1), ("x" * 1000, 200)], "error -32700"),
    "a body without end": ([(JSON, 1), (" " * 1000, 5000)], "error -32700"),
    "an event that is too large": ([(STREAM + "data: ", 1), ("x" * 1000, 200)], "ended before it answered"),
    "a stream of nothing without end": ([(STREAM, 1), (": here\n\n" * 100, 1000)], "ended before it answered"),
    "a stream without an answer": ([(STREAM, 1), (": here\n\n", 1)], "ended before it answered"),
    "a stream that is to be taken up never": ([(STREAM, 1), ("retry: 999999999\nid: 1\ndata:\n\n", 1)], "no answer"),
    "an event that is not JSON": ([(STREAM, 1), ("data: {SECRET\n\n", 1)], "error -32700"),
    "a body that is not JSON": ([(JSON, 1), ("{SECRET", 1)], "error -32700"),
    "a body that is too deep": (
        [(JSON, 1), ('{"jsonrpc":"2.0","id":ID,"result":', 1), ('{"a":' * 9_999, 1)],
        "error -32700",
    ),
    "a body that is no answer": ([(JSON, 1), ('{"jsonrpc":"2.0","method":"SECRET"}', 1)], "no answer within"),
    "a body for somebody else": ([(JSON, 1), (SAID.replace("ID", "9999"), 1)], "no answer within"),
    "an endless number": ([(JSON, 1), (SAID.replace('"%s"', '"","x":1e999'), 1)], "not JSON"),
    "an answer that is cut off": (
        [("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{", 1)],
        "-32700",
    ),
    "nothing": ([], "the connection to it failed"),
    "what is not HTTP": ([("SECRET\r\n\r\n", 1)], "the connection to it failed"),
    "headers without end": ([("HTTP/1.1 200 OK\r\n", 1), ("x: SECRET\r\n" * 1000, 100)], "the connection to it failed"),
    "packed": ([(JSON.replace("\r\n\r\n", "\r\ncontent-encoding: gzip\r\n\r\n"), 1), ("\x1f\x8b", 1)], "error -32603"),
    "a page": ([(JSON.replace("application/json", "text/html"), 1), ("SECRET", 1)], "error -32600"),
    "taken, and no more": ([(status(202), 1)], "error -32600"),
    "an address elsewhere": ([(status(307, "location: http://SECRET.example/\r\n"), 1)], "error -32600"),
    "another way of asking": ([(status(303, "location: /mcp\r\n"), 1)], "error -32600"),
    **{
        f"status {number}": ([(status(number, body="SECRET"), 1)], "error -32603")
        for number in (400, 401, 403, 429, 500)
    },
    "its own error": (
        [
            (
                status(
                    400,
                    "content-type: application/json\r\n",
                    '{"jsonrpc":"2.0","id":null,"error":{"code":-32602,"message":"SECRET"}}',
                ),
                1,
            )
        ],
        "error -32602",
    ),
}


@pytest.mark.parametrize("case", RAW.values(), ids=RAW)
@pytest.mark.parametrize("version", ERAS)
async def test_an_answer_that_is_none_is_a_fault_whose_effect_nobody_knows_over_http(version, case, capfd):
    parts, why = case
    site = Site(version)
    async with serving(site) as address, running(address, largest=LARGEST) as up:
        await call(up, "echo")
        found = await fault(up, "raw", parts=parts, within=1, max_bytes=1000)
        assert why in str(found)
        assert found.effect is Effect.UNKNOWN
        assert "SECRET" not in repr(found) + str(up.trouble)
        assert text_of(await call(up, "echo", text="next")) == "next"
        assert len(site.heard("tools/call")) == 3
        assert len(site.heard("initialize")) <= 1
    shown = capfd.readouterr()
    assert "SECRET" not in shown.out + shown.err


@pytest.mark.parametrize("version", ERAS)
async def test_a_large_answer_is_an_answer_and_a_larger_one_is_not(version):
    large, larger = SAID % ("x" * (2 << 20)), SAID % ("x" * (3 << 20))
    async with serving(Site(version)) as address, running(address, largest=5 << 19) as up:
        for parts in ([(JSON + large, 1)], [(f"{STREAM}data: {large}\n\n", 1)]):
            assert len(text_of(await call(up, "raw", parts=parts, max_bytes=8 << 20))) == 2 << 20
        for parts in ([(JSON + larger, 1)], [(f"{STREAM}data: {larger}\n\n", 1)]):
            assert (await fault(up, "raw", parts=parts, max_bytes=8 << 20)).effect is Effect.UNKNOWN


@pytest.mark.parametrize("version", ERAS)
async def test_a_stream_of_nothing_is_read_up_to_a_point(version):
    async with serving(Site(version)) as address, running(address, largest=LARGEST) as up:
        found = await fault(up, "raw", parts=[(STREAM, 1), (": here\n\n" * 1000, 20)], holds=True, within=5)
        assert "ended before it answered" in str(found)


@pytest.mark.parametrize("version", ERAS)
async def test_a_redirect_to_another_place_is_not_followed(version):
    site, other = Site(version), Site(version)
    async with serving(site) as address, serving(other) as elsewhere, running(address) as up:
        await call(up, "echo")
        for number in (301, 302, 303, 307, 308):
            await fault(up, "raw", parts=[(status(number, f"location: {elsewhere.url}\r\n"), 1)], within=1)
        assert other.asked == []


@pytest.mark.parametrize("asked", ["sampling/createMessage", "elicitation/create", "roots/list"])
@pytest.mark.requirement("asks-refused")
async def test_what_a_server_asks_of_us_over_http_is_refused(asked):
    asks = {
        "jsonrpc": "2.0",
        "id": "theirs",
        "method": asked,
        "params": {"messages": [], "maxTokens": 1, "message": "?"},
    }
    site = Site(LEGACY)
    parts = [(STREAM, 1), (f"data: {json.dumps(asks)}\n\n", 1), (f"data: {SAID}\n\n", 1)]
    async with serving(site) as address, running(address) as up:
        await call(up, "raw", parts=parts)
        await until(lambda: [one for one in site.asked if one.message.get("id") == "theirs"])
    (answer,) = [one.message for one in site.asked if one.message.get("id") == "theirs"]
    assert set(answer) == {"jsonrpc", "id", "error"}


async def test_a_question_instead_of_an_answer_is_a_fault():
    asks = '{"jsonrpc":"2.0","id":ID,"result":{"resultType":"input_required","requestState":"SECRET"}}'
    async with serving(Site(MODERN)) as address, running(address) as up:
        found = await fault(up, "raw", parts=[(JSON, 1), (asks, 1)])
        assert (str(found), found.effect) == ("it asked for input, and no server gets any from here", Effect.UNKNOWN)


async def test_a_certificate_that_nobody_vouches_for_is_not_spoken_to(tmp_path):
    cert, key = self_signed(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    site = Site()
    async with serving(
        site, wrap=lambda listener: TLSListener(listener, context, standard_compatible=False)
    ) as address:
        reach = replace(address, url=address.url.replace("http:", "https:"))
        async with running(reach, patience=Patience(wait=0.3)) as up:
            found = await fault(up, "echo")
            assert (found.effect, found.is_unreachable) == (Effect.NONE, True)
            await until(lambda: up.trouble == "it cannot be reached (ConnectError)")
    assert site.asked == []


@pytest.mark.parametrize("version", ERAS)
async def test_a_failed_request_harms_no_other_under_way(version):
    site = Site(version)
    head = [(STREAM, 1), (": here\n\n", 1)]
    async with serving(site) as address, running(address) as up:
        await call(up, "echo")
        found = []
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: keep(found, up))
            await until(lambda: len(site.heard("tools/call")) == 2)
            for parts in ([], head, [("SECRET", 1)]):
                await fault(up, "raw", parts=parts)
        assert "no answer within" in str(found[0])


async def keep(found, up):
    found.append(await fault(up, "hang", within=0.7))
