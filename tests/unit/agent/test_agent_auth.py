"""What a signed request carries, where it goes, and where neither token nor proof ever does."""

import json
from dataclasses import replace

import anyio
import httpx2
import pytest

from broker.agent.auth import DPoPAuth
from broker.agent.held import Held
from broker.agent.key import Key
from broker.model.chain import Proof
from broker.model.faults import TokenError
from broker.tokens.chain import digest, mint
from broker.tokens.dpop import body_digest, read_proof
from broker.tokens.keys import new_key
from tests.peers import http, peer
from tests.unit.agent.test_agent_held import NOW, ROOT

ISSUER, KEY = new_key(), Key.make()


def held(url="http://127.0.0.1/mcp", at=NOW):
    token = mint({**ROOT, "aud": url}, issuer=ISSUER, holder=KEY.clear_key)
    return Held(token=token, key=KEY, clock=lambda: float(at))


def client(url, **more):
    return httpx2.AsyncClient(auth=DPoPAuth(held(url)), trust_env=False, **more)


def moved(status, there):
    return peer(lambda _: http(status, location=there))


async def streamed():
    yield b"in "
    yield b"parts"


@pytest.mark.requirement("proof")
@pytest.mark.parametrize(
    ("method", "content", "body"),
    [("POST", b'{"a":1}', b'{"a":1}'), ("GET", None, b""), ("DELETE", None, b"")],
    ids=["post", "get", "delete"],
)
async def test_each_request_is_signed_with_its_method_and_its_whole_body(method, content, body):
    async with peer(lambda _: http(200)) as server, client(server.url) as agent:
        await agent.request(method, server.url, content=content)
        token = agent.auth.held.token
    (seen,) = server.seen
    found = read_proof(seen.headers["dpop"], method=method, url=server.url, now=float(NOW))
    assert (seen.body, seen.headers["authorization"]) == (body, f"DPoP {token}")
    assert isinstance(found, Proof)
    assert (found.holder, found.token, found.body) == (KEY.name, digest(token), body_digest(body))


@pytest.mark.requirement("proof")
async def test_a_body_that_comes_in_parts_is_signed_as_a_whole():
    sent = []
    way = httpx2.MockTransport(lambda request: sent.append(request) or httpx2.Response(200))
    async with client("http://127.0.0.1/mcp", transport=way) as agent:
        await agent.post("http://127.0.0.1/mcp", content=streamed())
    (request,) = sent
    found = read_proof(request.headers["dpop"], method="POST", url="http://127.0.0.1/mcp", now=float(NOW))
    assert found.body == body_digest(request.content) == body_digest(b"in parts")


@pytest.mark.requirement("proof")
async def test_no_two_sendings_have_one_proof():
    async with peer(lambda _: http(200)) as server, client(server.url) as agent:
        for _ in range(3):
            await agent.post(server.url, content=b"the same")
    assert len({seen.headers["dpop"] for seen in server.seen}) == 3


async def test_a_fresh_token_serves_from_the_next_request_on():
    async with peer(lambda _: http(200)) as server, client(server.url) as agent:
        await agent.get(server.url)
        before = agent.auth.held
        agent.auth.held = fresh = replace(before, token=before.attenuate(to=KEY.public, name="again"))
        await agent.get(server.url)
    assert [seen.headers["authorization"] for seen in server.seen] == [f"DPoP {one.token}" for one in (before, fresh)]


@pytest.mark.requirement("token-stays")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_takes_neither_token_nor_proof_to_another_origin(status):
    async with peer(lambda _: http(200)) as elsewhere, moved(status, elsewhere.url) as server:
        async with client(server.url, follow_redirects=True) as agent:
            with pytest.raises(TokenError, match="does not go there"):
                await agent.post(server.url, content=b"{}")
        assert (len(server.seen), elsewhere.seen) == (1, [])


@pytest.mark.requirement("token-stays")
async def test_nor_to_another_place_of_the_same_origin():
    async with moved(307, "/other") as server, client(server.url, follow_redirects=True) as agent:
        with pytest.raises(TokenError, match="does not go there"):
            await agent.post(server.url, content=b"{}")
        assert len(server.seen) == 1


@pytest.mark.requirement("token-stays")
@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/mcp",
        "https://127.0.0.1/mcp",
        "http://localhost/mcp",
        "http://127.0.0.1/",
        "http://127.0.0.1/mcp/",
        "http://user@127.0.0.1/mcp",
        "http://127.0.0.1.evil.example/mcp",
    ],
)
async def test_a_request_to_anywhere_but_the_audience_is_not_sent(url):
    sent = []
    transport = httpx2.MockTransport(lambda request: sent.append(request) or httpx2.Response(200))
    async with httpx2.AsyncClient(auth=DPoPAuth(held()), transport=transport) as agent:
        with pytest.raises(TokenError, match="goes nowhere else"):
            await agent.post(url, content=b"{}")
    assert sent == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:80/mcp", "HTTP://127.0.0.1/mcp?a=1"])
async def test_the_audience_in_another_spelling_is_the_audience(url):
    transport = httpx2.MockTransport(lambda request: httpx2.Response(200, content=request.headers["dpop"]))
    async with httpx2.AsyncClient(auth=DPoPAuth(held()), transport=transport) as agent:
        proof = (await agent.get(url)).text
    assert isinstance(read_proof(proof, method="GET", url="http://127.0.0.1/mcp", now=float(NOW)), Proof)


async def test_whoever_watches_a_request_still_does():
    seen = []

    async def watch(name, _about):
        seen.append(name)

    async with peer(lambda _: http(200)) as server, client(server.url) as agent:
        await agent.get(server.url, extensions={"trace": watch})
    assert "http11.send_request_headers.started" in seen


def test_a_client_without_a_loop_is_told_so():
    with (
        httpx2.Client(auth=DPoPAuth(held()), transport=httpx2.MockTransport(lambda _: httpx2.Response(200))) as agent,
        pytest.raises(TokenError, match="AsyncClient"),
    ):
        agent.get("http://127.0.0.1/mcp")


def test_nothing_of_a_token_is_in_what_is_said_of_a_wrong_place():
    one = held()
    with pytest.raises(TokenError) as wrong:
        anyio.run(_go, one)
    assert one.token not in json.dumps(str(wrong.value))


async def _go(one):
    async with httpx2.AsyncClient(auth=DPoPAuth(one)) as agent:
        await agent.get("http://evil.example/mcp")
