"""Whatever a server answers is a result that fits, or a fault in our words; and the next call is served."""

import pytest

from broker.model.faults import Effect
from tests.upstreams.kit import Script, call, fault, running, text_of
from tests.upstreams.speech import MODERN, VERSIONS

LEGACY = "2025-11-25"
HEAD, TAIL = '{"jsonrpc": "2.0", "id": ID, "result": {"content": [{"type": "text", "text": "', '"}]}}\n'
LARGEST = 100_000

ANSWERS = {  # name -> version, what it says, what the fault says of it
    "more than the call allows": (LEGACY, [(HEAD, 1), ("é" * 100, 6), (TAIL, 1)], "it answered with 1"),
    "more than is read": (LEGACY, [(HEAD, 1), ("x" * 1000, 101), (TAIL, 1)], "more than is read"),
    "more than is read, its number last": (
        LEGACY,
        [('{"result": {"content": [], "more": "', 1), ("x" * 1000, 101), ('"}, "jsonrpc": "2.0", "id": ID}\n', 1)],
        "more than is read",
    ),
    "deeper than can be read": (
        LEGACY,
        [('{"jsonrpc": "2.0", "id": ID, "result": ', 1), ('{"a":', 10_000), ("1", 1), ("}", 10_001), ("\n", 1)],
        "not JSON-RPC",
    ),
    "no number": (LEGACY, [('{"jsonrpc": "2.0", "id": ID, "result": {"content": [], "of": NaN}}\n', 1)], "not JSON"),
    "endless": (LEGACY, [('{"jsonrpc": "2.0", "id": ID, "result": {"content": [], "of": 1e999}}\n', 1)], "not JSON"),
    "half a character": (
        LEGACY,
        [('{"jsonrpc": "2.0", "id": ID, "result": {"content": [], "of": "\\ud800"}}\n', 1)],
        "not JSON-RPC",
    ),
    "broken off": (LEGACY, [('{"jsonrpc": "2.0", "id": ID, "result": {"content": [}}\n', 1)], "not JSON-RPC"),
    "no result": (LEGACY, [('{"jsonrpc": "2.0", "id": ID, "result": {"content": "text"}}\n', 1)], "protocol"),
    "another version's": (MODERN, [('{"jsonrpc": "2.0", "id": ID, "result": {"content": []}}\n', 1)], "protocol"),
    "an unknown kind": (
        MODERN,
        [('{"jsonrpc": "2.0", "id": ID, "result": {"resultType": "task", "content": []}}\n', 1)],
        "not known here",
    ),
    "a question": (
        MODERN,
        [('{"jsonrpc":"2.0","id":ID,"result":{"resultType":"input_required","requestState":"SECRET"}}\n', 1)],
        "asked for input",
    ),
    **{
        f"the error {code}": (
            version,
            [(f'{{"jsonrpc":"2.0","id":ID,"error":{{"code":{code},"message":"SECRET","data":"SECRET"}}}}\n', 1)],
            f"error {code}",
        )
        for version in (LEGACY, MODERN)
        for code in (-32000, -32001, -32600, -32601, -32602, -32603, 7)
    },
}


@pytest.mark.parametrize("case", ANSWERS.values(), ids=ANSWERS)
async def test_an_answer_that_is_none_is_a_fault_whose_effect_nobody_knows(tmp_path, case):
    version, parts, why = case
    server = Script(tmp_path, {"version": version})
    async with running(server.reach, largest=LARGEST) as up:
        found = await fault(up, "say", parts=parts, max_bytes=1000, within=5)
        assert why in str(found)
        assert (found.effect, found.is_unreachable) == (Effect.UNKNOWN, False)
        assert "SECRET" not in repr(found)
        assert text_of(await call(up, "echo", text="next")) == "next"
    assert server.starts == 1


async def test_an_answer_of_just_so_many_bytes_is_one(tmp_path):
    async with running(Script(tmp_path, {"version": LEGACY}).reach) as up:
        exact = '{"content":[{"type":"text","text":"é"}]}'
        allowed = len(exact.encode())
        assert text_of(await call(up, "echo", text="é", max_bytes=allowed)) == "é"
        assert "are the most" in str(await fault(up, "echo", text="é", max_bytes=allowed - 1))


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_line_without_end_ends_the_connection_and_not_the_broker(tmp_path, version):
    server = Script(tmp_path, {"version": version})
    async with running(server.reach, largest=1000) as up:
        found = await fault(up, "say", parts=[("x" * 100, 1000)], within=5)
        assert (found.effect, found.is_unreachable) == (Effect.UNKNOWN, True)
        assert text_of(await call(up, "echo", text="anew")) == "anew"
    assert server.starts == 2


async def test_a_server_that_only_prints_is_given_up(tmp_path):
    server = Script(tmp_path, {"version": LEGACY})
    async with running(server.reach) as up:
        found = await fault(up, "say", parts=[("hello\n", 5000)], within=5)
        assert (found.effect, found.is_unreachable) == (Effect.UNKNOWN, True)
        assert text_of(await call(up, "echo", text="anew")) == "anew"
    assert server.starts == 2


async def test_answers_of_a_batch_are_read_one_by_one(tmp_path):
    said = '{"jsonrpc":"2.0","id":ID,"result":{"content":[{"type":"text","text":"in a batch"}]}}'
    async with running(Script(tmp_path, {"version": "2025-03-26"}).reach) as up:
        assert (
            text_of(await call(up, "say", parts=[(f'[{{"jsonrpc":"2.0","method":"x"}},{said}]\n', 1)])) == "in a batch"
        )


async def test_what_stands_inside_an_answer_is_not_taken_for_whose_answer_it_is(tmp_path):
    inside = '{"jsonrpc":"2.0","result":{"content":[],"of":{"id":ID},"more":"\\"id\\":ID}","and":{"id":ID}}}'
    async with running(Script(tmp_path, {"version": LEGACY}).reach, largest=10_000) as up:
        too_long = [(inside[:-3], 1), (',"x":"', 1), ("x" * 1000, 11), ('"}}}\n', 1)]
        found = await fault(up, "say", parts=too_long, within=0.3)
        assert "no answer within" in str(found)


async def test_arguments_that_no_message_holds_are_not_sent(tmp_path):
    server = Script(tmp_path, {"version": LEGACY})
    async with running(server.reach) as up:
        for wrong in ("\ud800", float("nan"), float("inf")):
            found = await fault(up, "echo", text=wrong)
            assert (found.effect, found.is_unreachable) == (Effect.NONE, False)
        assert text_of(await call(up, "echo", text="right")) == "right"
    assert len(server.heard("tools/call")) == 1


async def test_definitions_are_asked_on_the_connection_that_would_carry_the_call(tmp_path):
    server = Script(tmp_path, {"version": LEGACY})
    async with running(server.reach) as up:
        await call(up, "echo")
        seen = []

        def expects(definitions):
            seen.append(definitions)
            return "not as pinned"

        found = await fault(up, "echo", expects=expects)
        assert (str(found), found.effect, found.is_unreachable) == ("not as pinned", Effect.NONE, False)
        assert seen == [up.definitions]
    assert len(server.heard("tools/call")) == 1
