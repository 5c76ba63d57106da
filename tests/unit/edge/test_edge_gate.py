"""Who gets past the gate, with what body, and what is on record of those who do not."""

from dataclasses import dataclass, field

import anyio
import orjson
import pytest
from mcp.types.version import MODERN_PROTOCOL_VERSIONS

from broker.adapters.broken import LEAVES, Broken
from broker.edge import gate
from broker.edge.gate import Gate
from broker.edge.seen import SEEN
from broker.edge.sessions import MOST, Sessions
from tests.kit import house, spec

BODY = orjson.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})


@dataclass
class Behind:
    """An application that answers with one status, and keeps what it was given."""

    status: int = 200
    records: bool = False  # as the pipeline does, once it has had the request
    falls: bool = False  # before it answers
    hangs: bool = False
    started: anyio.Event = field(default_factory=anyio.Event)
    given: list = field(default_factory=list)

    async def __call__(self, scope, receive, send):
        self.given.append((scope, (await receive())["body"], (await receive())["type"]))
        scope[SEEN].recorded = self.records
        self.started.set()
        if self.falls:
            raise ConnectionError
        if self.hangs:
            await anyio.sleep_forever()
        session = (b"mcp-session-id", b"s%d" % len(self.given))
        await send({"type": "http.response.start", "status": self.status, "headers": [session]})
        await send({"type": "http.response.body", "body": b""})


@dataclass
class Front:
    """A gate of a house in which one task is open."""

    house: object
    behind: Behind
    max_body: int = 1024
    sessions: Sessions = field(default_factory=Sessions)

    async def asks(self, *authorization, body=BODY, gone=False, slow=False, **more):
        """The status of the answer; 0: none."""
        said, headers = [], [(b"authorization", one.encode()) for one in authorization]
        headers += [(name.replace("_", "-").encode(), value.encode()) for name, value in more.items()]
        waiting = [] if gone else [{"type": "http.request", "body": body, "more_body": False}]

        async def receive():
            if slow:
                await anyio.sleep_forever()
            return waiting.pop(0) if waiting else {"type": "http.disconnect"}

        async def send(message):
            said.append(message.get("status"))

        scope = {"type": "http", "method": "POST", "path": "/mcp", "query_string": b"", "headers": headers}
        parts = {"app": self.behind, "pipeline": self.house.pipeline, "ids": self.house.ids}
        await Gate(**parts, max_body=self.max_body, sessions=self.sessions)(scope, receive, send)
        return said[0] if said else 0

    @property
    def denied(self):
        return [one for one in self.house.records if one["kind"] == "call.denied"]


async def front(**behind):
    one = house(Broken(answers={"rows": []}, leaves=LEAVES), spec_of=spec(leaves=LEAVES))
    await one.open()
    return Front(one, Behind(**behind))


@pytest.mark.requirement("token-each-request")
@pytest.mark.parametrize("form", [["Bearer {}"], ["bearer {}"], ["BEARER  {} "]], ids=str)
async def test_a_bearer_passes_with_its_whole_body_as_its_own_task(form):
    one = await front()
    assert await one.asks(*(each.format(one.house.token) for each in form)) == 200
    ((scope, body, after),) = one.behind.given
    assert (body, after) == (BODY, "http.disconnect")
    assert scope["user"].access_token.client_id == one.house.task
    assert (scope[SEEN].credential.token, one.denied) == (one.house.token, [])


@pytest.mark.parametrize(
    "form",
    [[], ["Bearer {}", "Bearer {}"], ["Bearer {}", "Basic x"], ["Digest {}"], ["{}"], ["Bearer"], ["Bearer {}x"]],
    ids=str,
)
async def test_whoever_bears_no_one_token_is_a_stranger_and_nothing_of_them_is_read(form):
    one = await front()
    assert await one.asks(*(each.format(one.house.token) for each in form)) == 401
    assert (one.behind.given, one.denied) == ([], [])
    await one.house.journal.flush_strangers()
    assert one.house.records[-1]["counts"] == {"bad_token": 1}


@pytest.mark.requirement("max-body")
async def test_a_body_is_as_long_as_it_may_be_and_no_longer():
    one = await front()
    bearer = f"Bearer {one.house.token}"
    assert await one.asks(bearer, body=BODY.ljust(1024)) == 200
    assert await one.asks(bearer, body=BODY.ljust(1025)) == 413
    assert (len(one.behind.given), len(one.denied)) == (1, 1)


async def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(gate, "_SLOWEST", 0.01)
    one = await front()
    with anyio.fail_after(5):
        assert await one.asks(f"Bearer {one.house.token}", slow=True) == 408
    assert (one.behind.given, len(one.denied)) == ([], 1)


async def test_one_task_cannot_take_all_the_sessions():
    one = await front()
    bearer = f"Bearer {one.house.token}"
    assert {await one.asks(bearer) for _ in range(MOST)} == {200}
    assert await one.asks(bearer) == 429
    assert await one.asks(bearer, mcp_session_id="s1") == 200
    assert await one.asks(bearer, mcp_protocol_version=MODERN_PROTOCOL_VERSIONS[0]) == 200
    await one.house.open()
    assert await one.asks(f"Bearer {one.house.token}") == 200
    assert len(one.denied) == 1


@pytest.mark.requirement("answered-for")
@pytest.mark.parametrize("body", [b"", b"{}", b'{"a": NaN}', BODY + BODY, b"\xff"])
async def test_a_body_that_is_no_message_is_on_record_once_and_goes_no_further(body):
    one = await front()
    assert await one.asks(f"Bearer {one.house.token}", body=body) == 400
    assert (one.behind.given, len(one.denied)) == ([], 1)


@pytest.mark.requirement("answered-for")
@pytest.mark.parametrize(
    ("behind", "records"),
    [
        ({"status": 200}, 0),
        ({"status": 399}, 0),
        ({"status": 400}, 1),
        ({"status": 500}, 1),
        ({"status": 400, "records": True}, 0),
    ],
    ids=str,
)
async def test_a_request_that_is_refused_behind_the_gate_leaves_one_record(behind, records):
    one = await front(**behind)
    assert await one.asks(f"Bearer {one.house.token}") == behind["status"]
    assert len(one.denied) == records


@pytest.mark.requirement("answered-for")
async def test_whoever_goes_away_leaves_one_record_too():
    one = await front()
    assert await one.asks(f"Bearer {one.house.token}", gone=True) == 0
    assert (one.behind.given, len(one.denied)) == ([], 1)
    fallen = await front(falls=True)
    with pytest.raises(ConnectionError):
        await fallen.asks(f"Bearer {fallen.house.token}")
    assert len(fallen.denied) == 1
    done = await front(falls=True, records=True)
    with pytest.raises(ConnectionError):
        await done.asks(f"Bearer {done.house.token}")
    assert done.denied == []


@pytest.mark.requirement("answered-for")
async def test_a_request_that_is_cut_off_leaves_one_record_too():
    one = await front(hangs=True)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(one.asks, f"Bearer {one.house.token}")
        await one.behind.started.wait()
        tasks.cancel_scope.cancel()
    assert len(one.denied) == 1


async def test_where_nobody_can_be_known_nobody_is_told_that_their_token_is_bad():
    one = await front()
    one.house.store.close()
    assert await one.asks(f"Bearer {one.house.token}") == 503
    assert one.behind.given == []
