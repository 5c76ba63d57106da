"""What proves that nothing ran is mended and sent once more: a token that was refused, a session that is gone."""

import json

import anyio
import anyio.lowlevel
import pytest

from broker.connect.address import at
from broker.connect.bearer import taken
from broker.connect.channel import Channel, NotNowError
from broker.connect.spoken import read
from tests.peers import Cut, http, opened, peer, result, wired
from tests.piped import cancel, request
from tests.talk import true_soon

CALL = {"name": "bank__pay", "arguments": {"amount": 1}}
REFUSED = {"jsonrpc": "2.0", "id": None, "error": {"code": -31001, "message": "m", "data": {"refused": "bad_token"}}}
GONE = {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "Session not found"}}
INITIALIZE = request("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}}, "i", modern=False)
INITIALIZED = {"jsonrpc": "2.0", "method": "notifications/initialized"}
CHANGED = {"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}
EVENTS = "text/event-stream"


def event(said):
    return f"event: message\r\ndata: {said}\r\n\r\n".encode()


class Sessions:
    """A peer of the older protocol that counts sessions, and can forget them."""

    def __init__(self, *, listens=False):
        self.opened, self.alive, self.listens, self.token = 0, {}, listens, "good"

    def __call__(self, seen):
        if seen.token != self.token:
            return http(401, REFUSED)
        if seen.method == "POST" and seen.message["method"] == "initialize":
            self.opened += 1
            self.alive[f"s{self.opened}"] = anyio.Event()
            return opened(seen, f"s{self.opened}", listens=self.listens)
        if "mcp-method" in seen.headers:
            return result(seen)
        if seen.session not in self.alive:
            return http(404, GONE)
        if seen.method == "DELETE":
            self.forget()
            return http(200)
        if seen.method == "GET":
            return self._until_forgotten(seen)
        return result(seen) if "id" in seen.message else http(202)

    def forget(self):
        """What the broker's restart does: its streams end, and no session is known."""
        for one in self.alive.values():
            one.set()
        self.alive.clear()

    async def _until_forgotten(self, seen):
        await self.alive[seen.session].wait()
        return Cut(http(200, event(json.dumps(CHANGED)) if self.listens else b"", EVENTS))


async def began(agent):
    agent.send(INITIALIZE)
    assert "result" in await agent.heard()
    agent.send(INITIALIZED, request("tools/list", {}, "settled", modern=False))
    assert (await agent.heard())["id"] == "settled"


@pytest.fixture
def token(tmp_path):
    path = tmp_path / "token"
    path.touch(0o600)
    path.write_text("good\n")
    return path


@pytest.mark.parametrize("modern", [False, True])
async def test_a_token_that_was_refused_is_read_anew_and_the_request_sent_once_more(token, modern):
    served = Sessions()
    async with peer(served) as broker, wired(at(broker.url), {"BROKER_TOKEN_FILE": str(token)}) as agent:
        await began(agent)
        served.token = "better"
        token.write_text("better")
        for n in (1, 2):
            agent.send(request("tools/call", CALL, n, modern=modern))
            assert "result" in await agent.heard()
    calls = [one.token for one in broker.calls() if one.message["method"] == "tools/call"]
    assert calls == ["good", "better", "better"]
    assert agent.told == []


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda _: None, 0),
        (lambda path: path.write_text("worse"), 0),
        (lambda path: path.chmod(0o640), 1),
        (lambda path: path.unlink(), 1),
        (lambda path: path.write_text("two words"), 1),
    ],
    ids=["the same", "no better", "open to others", "gone", "no token"],
)
async def test_without_a_better_token_the_refusal_is_passed_on(token, spoil, told):
    async with (
        peer(lambda _: http(401, REFUSED)) as broker,
        wired(at(broker.url), {"BROKER_TOKEN_FILE": str(token)}) as agent,
    ):
        spoil(token)
        agent.send(request("tools/call", CALL, 1))
        assert await agent.heard() == {**REFUSED, "id": 1}
        assert len(agent.told) == told
        assert len(broker.seen) == (2 if token.exists() and token.read_text() == "worse" else 1)


async def test_a_token_from_the_environment_has_no_better_one():
    async with peer(lambda _: http(401, REFUSED)) as broker, wired(at(broker.url)) as agent:
        agent.send(request("tools/call", CALL, 1))
        assert await agent.heard() == {**REFUSED, "id": 1}
    assert len(broker.seen) == 1


async def test_a_session_that_the_broker_forgot_is_opened_anew_as_the_agent_did():
    served = Sessions()
    async with peer(served) as broker, wired(at(broker.url)) as agent:
        await began(agent)
        served.forget()
        agent.send(*(request("tools/call", CALL, n, modern=False) for n in range(5)))
        answered = [await agent.heard() for _ in range(5)]
    assert {one["id"] for one in answered} == set(range(5))
    assert all("result" in one for one in answered)
    assert served.opened == 2
    openings = [one.message for one in broker.calls() if one.message["method"] == "initialize"]
    assert openings == [INITIALIZE, INITIALIZE]
    ran = [one for one in broker.calls() if one.message["method"] == "tools/call" and one.session == "s2"]
    assert sorted(one.message["id"] for one in ran) == list(range(5))
    assert [one.session for one in broker.calls() if one.message == INITIALIZED] == ["s1", "s2"]
    assert {one.headers["mcp-protocol-version"] for one in ran} == {"2025-11-25"}


async def test_a_broker_that_opens_no_session_any_more_is_not_asked_for_ever():
    served = Sessions()

    def closed(seen):
        if served.opened and seen.method == "POST" and seen.message["method"] == "initialize":
            return http(429, REFUSED)
        return served(seen)

    async with peer(closed) as broker, wired(at(broker.url)) as agent:
        await began(agent)
        served.forget()
        agent.send(request("tools/call", CALL, 1, modern=False))
        assert await agent.heard() == {**GONE, "id": 1}
    assert [one.message["method"] for one in broker.calls()].count("initialize") == 2


@pytest.mark.parametrize(
    "answer", [Cut(), http(200, b"{]"), http(200, b"x", "text/html"), http(200, {"jsonrpc": "2.0", "id": 9})]
)
async def test_a_session_that_could_not_be_opened_anew_proves_that_nothing_ran(answer):
    served = Sessions()

    def breaks(seen):
        is_again = served.opened and seen.method == "POST" and seen.message["method"] == "initialize"
        return answer if is_again else served(seen)

    async with peer(breaks) as broker, wired(at(broker.url)) as agent:
        await began(agent)
        served.forget()
        agent.send(request("tools/call", CALL, 1, modern=False))
        said = (await agent.heard())["error"]["data"]
        assert (said["refused"], said["retryable"]) == ("broker_unavailable", True)
        assert [one.session for one in broker.calls() if one.message["method"] == "tools/call"] == ["s1"]


async def test_a_token_of_another_task_takes_a_session_of_its_own(token):
    served = Sessions()
    async with peer(served) as broker, wired(at(broker.url), {"BROKER_TOKEN_FILE": str(token)}) as agent:
        await began(agent)
        served.forget()
        served.token = "better"
        token.write_text("better")
        agent.send(request("tools/call", CALL, 1, modern=False))
        assert "result" in await agent.heard()
    ran = [(one.session, one.token) for one in broker.calls() if one.message["method"] == "tools/call"]
    assert ran == [("s1", "good"), ("s1", "better"), ("s2", "better")]


async def test_when_the_agent_is_done_its_session_is_closed_once():
    served = Sessions()
    async with peer(served) as broker, wired(at(broker.url)) as agent:
        await began(agent)
        agent.end()
        await true_soon(lambda: not served.alive)
    assert [one.session for one in broker.calls("DELETE")] == ["s1"]


async def test_an_agent_that_begins_anew_holds_one_session():
    served = Sessions()
    async with peer(served) as broker, wired(at(broker.url)) as agent:
        await began(agent)
        await began(agent)
        agent.send(request("tools/list", {}, 1, modern=False))
        await agent.heard()
        assert set(served.alive) == {"s2"}
    assert [one.session for one in broker.calls("DELETE")] == ["s1", "s2"]


async def test_what_the_broker_says_by_itself_is_heard_and_after_a_gap_the_list_is_called_changed():
    served = Sessions(listens=True)
    async with peer(served) as broker, wired(at(broker.url)) as agent:
        await began(agent)
        await true_soon(lambda: broker.calls("GET"))
        served.forget()  # it restarts: its last word, and then it knows the session no more
        assert await agent.heard() == CHANGED
        assert await agent.heard() == CHANGED
        await true_soon(lambda: served.opened == 2)
        await true_soon(lambda: broker.calls("GET")[-1].session == "s2")


async def test_with_a_token_that_was_refused_nobody_listens_again_until_there_is_another(token):
    served = Sessions()
    async with peer(served) as broker, at(broker.url).client() as client:
        bearer = taken({"BROKER_TOKEN_FILE": str(token)}, str)
        channel = Channel(client=client, url=broker.url, bearer=bearer, reopened=anyio.lowlevel.checkpoint)
        async with channel.opening(read(json.dumps(INITIALIZE).encode())):
            channel.session.id = "s1"
        served.token = "better"
        for _ in range(3):
            with pytest.raises(NotNowError):
                await channel.hear(None)
        assert len(broker.calls("GET")) == 1
        token.write_text("better")
        served.forget()
        with pytest.raises(NotNowError):
            await channel.hear(None)
        assert [one.token for one in broker.calls("GET")] == ["good", "better"]


@pytest.mark.parametrize(
    ("status", "goes_on"),
    [(400, False), (403, False), (405, False), (401, None), (404, None), (409, None), (503, None)],
)
async def test_a_broker_that_will_never_say_anything_by_itself_is_not_asked_again(status, goes_on):
    async with peer(lambda _: http(status, REFUSED)) as broker, at(broker.url).client() as client:
        bearer = taken({"BROKER_TOKEN": "good"}, str)
        channel = Channel(client=client, url=broker.url, bearer=bearer, reopened=anyio.lowlevel.checkpoint)
        channel.session.id = "s1"
        if goes_on is None:
            with pytest.raises(NotNowError):
                await channel.hear(None)
        else:
            assert await channel.hear(None) is goes_on


async def test_a_cancel_never_overtakes_the_request_that_it_names():
    served, may_answer = Sessions(), anyio.Event()

    async def slow(seen):
        await may_answer.wait()
        return result(seen)

    def answer(seen):
        is_call = seen.method == "POST" and seen.message["method"] == "tools/call"
        return slow(seen) if is_call else served(seen)

    async with peer(answer) as broker, wired(at(broker.url)) as agent:
        await began(agent)
        agent.send(request("tools/call", CALL, 7, modern=False), cancel(7), request("tools/list", {}, 8, modern=False))
        assert (await agent.heard())["id"] == 8
        assert cancel(7) not in [one.message for one in broker.calls()]
        may_answer.set()
        await true_soon(lambda: cancel(7) in [one.message for one in broker.calls()])
        agent.send(request("tools/list", {}, 9, modern=False))
        assert (await agent.heard())["id"] == 9  # and nothing of 7
