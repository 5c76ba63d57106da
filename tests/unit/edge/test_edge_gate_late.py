"""A request whose proof holds when its head is read, and whose body comes when it holds no more."""

import json

import anyio
import pytest

from broker.adapters.broken import LEAVES, Broken
from broker.edge.announcer import Announcer
from broker.edge.http import app
from broker.settings import Server
from broker.tokens.dpop import prove
from broker.tokens.keys import new_key, public
from tests.kit import AUDIENCE, asking, house, spec
from tests.talk import call


@pytest.mark.requirement("proof")
@pytest.mark.parametrize(("late", "status"), [(29, 200), (61, 401)])
async def test_a_body_that_comes_after_the_proof_is_over_reaches_nothing(late, status):
    one = house(Broken(answers={"rows": []}, leaves=LEAVES), spec_of=spec(leaves=LEAVES))
    key = new_key()
    opened = await one.opening.open_task(asking(holder=public(key)))
    said, head = call("t__t", {"a": "x"})
    body = json.dumps(said).encode()
    proof = prove(key, token=opened.token, method="POST", url=AUDIENCE.url, body=body, jti="x", now=one.clock.now())
    sent = {**head, "Host": "127.0.0.1:8750", "Authorization": f"DPoP {opened.token}", "DPoP": proof}
    answers, waiting = [], [{"type": "http.request", "body": body, "more_body": False}]

    async def receive():
        if not waiting:
            await anyio.sleep_forever()
        one.clock.at += late
        return waiting.pop()

    async def send(message):
        answers.append(message.get("status"))

    scope = {"type": "http", "http_version": "1.1", "method": "POST", "path": "/mcp", "query_string": b""}
    scope |= {"scheme": "http", "server": ("127.0.0.1", 8750), "root_path": ""}
    scope |= {"headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()]}
    house_app = app(one.pipeline, one.ids, Announcer(pipeline=one.pipeline), Server(), "0", opening=one.opening)
    async with house_app.router.lifespan_context(house_app):
        await house_app(scope, receive, send)
    assert answers[0] == status
    assert one.kinds("call") == (["call.intent", "call.outcome"] if status == 200 else [])
