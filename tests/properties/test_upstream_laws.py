"""Whatever a server answers, a call ends in a result that is JSON or in a fault of ours, and the next one is served."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.adapters.mcp.answer import size
from broker.model.faults import Effect, ToolFault
from tests.upstreams.kit import Script, call, running, text_of
from tests.upstreams.speech import VERSIONS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=10,
)
KEYS = (
    "content",
    "structuredContent",
    "isError",
    "resultType",
    "_meta",
    "inputRequests",
    "requestState",
    "type",
    "text",
)
RESULT = st.dictionaries(st.sampled_from(KEYS), JSON, max_size=5) | JSON
FRAME = st.fixed_dictionaries(
    {"jsonrpc": st.just("2.0") | JSON, "id": st.just("ID")},
    optional={
        "result": RESULT,
        "error": RESULT,
        "method": st.sampled_from(["ping", "tools/call"]) | JSON,
        "params": JSON,
    },
)
WIRE = st.builds(lambda frame: json.dumps(frame).replace('"ID"', "ID"), FRAME) | st.text(max_size=30).map(
    lambda text: text.replace("\n", "").encode("utf-8", "replace").decode()
)
DONE = '\n{"jsonrpc":"2.0","id":ID,"error":{"code":1,"message":"it ends here"}}\n'


async def ended(upstream, said):
    """Whether a call ended as calls may. Whatever else is raised fails the test."""
    try:
        return size(await call(upstream, "say", parts=[(said, 1)])) <= 1 << 20
    except ToolFault as fault:
        return fault.effect is Effect.UNKNOWN


async def served(version, said):
    with TemporaryDirectory() as folder:
        server = Script(Path(folder), {"version": version})
        async with running(server.reach) as up:
            for one in said:
                assert await ended(up, one + DONE)
            assert text_of(await call(up, "echo", text="next")) == "next"


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(VERSIONS), st.lists(WIRE, min_size=1, max_size=8))
def test_no_answer_does_more_than_end_its_call(version, said):
    anyio.run(served, version, said)
