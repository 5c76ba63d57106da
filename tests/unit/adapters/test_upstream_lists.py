"""What a server lists is read whole or not at all, again whenever it changes, and never without end."""

import json

import anyio
import pytest

from broker.adapters.mcp.patience import Patience
from broker.model.faults import Effect
from tests.upstreams.kit import QUICK, Script, call, fault, running, text_of, until
from tests.upstreams.speech import MODERN, VERSIONS, changed

LEGACY = "2025-11-25"
ERAS = (LEGACY, MODERN)
SHORT = Patience(apart=0.01, first_pause=0.01, longest_pause=0.05, handshake=0.5, wait=1)
DONE = '{"jsonrpc":"2.0","id":ID,"result":{"resultType":"complete","content":[]}}\n'


def tool(name, **more):
    return {"name": name, "inputSchema": {"type": "object"}, **more}


def telling(version):
    said = json.dumps(changed("SUBSCRIPTION") if version == MODERN else changed())
    return said.replace('"SUBSCRIPTION"', "SUBSCRIPTION") + "\n"


class Listed:
    """What a scripted server lists; can be changed while it runs."""

    def __init__(self, folder, tools):
        self.file = folder / "tools"
        self.set(tools)

    def set(self, tools):
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps(tools))
        fresh.rename(self.file)


class Turns:
    """Counts how often it was told that something changed, and what it saw then."""

    def __init__(self):
        self.seen, self.upstream = [], None

    def __call__(self):
        if self.upstream is not None:
            self.seen.append((self.upstream.trouble, sorted(self.upstream.definitions.tools)))


HOPELESS = {
    "pages without end": ("endless", "does not end after 200 pages"),
    "ten thousand tools": ([tool(f"tool_{number}") for number in range(10_000)], "more tools than the 5000"),
    "a list that is too large": ([tool("a", description="x" * (9 << 20))], "the 8388608 bytes that are read"),
    "lists that do not come": ("mute", "no handshake and lists within 0.5 s"),
    "what is no list": ({"name": "a"}, "it speaks against the protocol"),
    "a tool without a schema": ([{"name": "a"}], "it speaks against the protocol"),
}


@pytest.mark.parametrize("case", HOPELESS.values(), ids=HOPELESS)
@pytest.mark.parametrize("version", ERAS)
async def test_lists_that_cannot_be_read_whole_are_no_lists(tmp_path, version, case):
    lists, why = case
    script = {"version": version, "lists": lists if isinstance(lists, str) else str(Listed(tmp_path, lists).file)}
    patience = SHORT if lists == "mute" else QUICK
    async with running(Script(tmp_path, script).reach, patience=patience, largest=32 << 20) as up:
        await until(lambda: why in str(up.trouble))
        assert up.definitions is None


async def test_a_handshake_that_hangs_is_given_up_and_tried_again(tmp_path):
    server = Script(tmp_path, {"opening": "silent"})
    async with running(server.reach, patience=SHORT) as up:
        found = await fault(up, "echo", within=0.2)
        assert (found.effect, found.is_unreachable) == (Effect.NONE, True)
        await until(lambda: server.starts == 2)
        assert up.trouble == "no handshake and lists within 0.5 s"


async def test_a_name_that_is_listed_twice_names_nothing(tmp_path):
    listed = Listed(tmp_path, [tool("echo"), tool("twice"), tool("twice", description="and differently")])
    async with running(Script(tmp_path, {"lists": str(listed.file)}).reach) as up:
        await call(up, "echo")
        assert (set(up.definitions.tools), up.definitions.unclear) == ({"echo"}, {"twice"})


async def test_a_header_annotation_against_the_standard_takes_the_tool_away(tmp_path):
    wrong = {"type": "object", "properties": {"a": {"type": "object", "x-mcp-header": "A"}}}
    listed = Listed(tmp_path, [tool("echo"), {"name": "wrong", "inputSchema": wrong}])
    async with running(Script(tmp_path, {"lists": str(listed.file)}).reach) as up:
        await call(up, "echo")
        assert (set(up.definitions.tools), up.definitions.unclear) == ({"echo"}, {"wrong"})


async def test_a_server_lists_what_it_says_it_has_and_is_asked_for_nothing_else(tmp_path):
    server = Script(tmp_path, {"version": LEGACY, "offers": {"tools": {}}})
    async with running(server.reach) as up:
        await call(up, "echo")
        assert (up.definitions.resources, up.definitions.templates, up.definitions.prompts) == ({}, {}, {})
    assert {one["method"] for one in server.heard() if one["method"].endswith("/list")} == {"tools/list"}


async def test_a_definition_is_kept_as_it_came(tmp_path):
    odd = tool(
        "echo", title="T", description="d", annotations={"readOnlyHint": True}, _meta={"x": [1]}, unheard_of=None
    )
    listed = Listed(tmp_path, [odd])
    async with running(Script(tmp_path, {"lists": str(listed.file)}).reach) as up:
        await call(up, "echo")
        assert up.definitions.tools["echo"] == odd


@pytest.mark.parametrize("version", VERSIONS)
async def test_lists_that_change_are_read_again(tmp_path, version):
    listed, turns = Listed(tmp_path, [tool("say")]), Turns()
    server = Script(tmp_path, {"version": version, "lists": str(listed.file)})
    async with running(server.reach, changed=turns) as up:
        await call(up, "say", parts=[(DONE, 1)])
        if version == MODERN:
            await until(lambda: server.heard("subscriptions/listen"))
        turns.upstream = up
        listed.set([tool("say"), tool("more")])
        await call(up, "say", parts=[(telling(version), 1), (DONE, 1)])
        await until(lambda: turns.seen == [(None, ["more", "say"])])
    assert server.starts == 1


@pytest.mark.parametrize("version", ERAS)
async def test_lists_that_change_unsaid_are_found_out(tmp_path, version):
    listed, turns = Listed(tmp_path, [tool("say")]), Turns()
    server = Script(tmp_path, {"version": version, "lists": str(listed.file)})
    async with running(server.reach, changed=turns, patience=Patience(refresh=0.05, apart=0.01)) as up:
        await call(up, "say", parts=[(DONE, 1)])
        turns.upstream = up
        listed.set([tool("other")])
        await until(lambda: turns.seen == [(None, ["other"])])


async def test_a_reading_that_finds_nothing_new_is_told_to_nobody(tmp_path):
    turns = Turns()
    server = Script(tmp_path, {})
    async with running(server.reach, changed=turns, patience=Patience(refresh=0.01, apart=0.01)) as up:
        await call(up, "echo")
        turns.upstream = up
        before = len(server.heard("tools/list"))
        await until(lambda: len(server.heard("tools/list")) > before + 3)
        assert turns.seen == []


@pytest.mark.parametrize("version", ERAS)
async def test_a_server_that_tells_of_changes_all_day_is_read_now_and_then(tmp_path, version):
    server = Script(tmp_path, {"version": version})
    async with running(server.reach, patience=Patience(apart=0.2)) as up:
        began = anyio.current_time()
        for _ in range(5):
            await call(up, "say", parts=[(telling(version), 100), (DONE, 1)])
        await until(lambda: len(server.heard("tools/list")) >= 3)
        took = anyio.current_time() - began
    assert len(server.heard("tools/list")) <= 2 + took / 0.2


@pytest.mark.parametrize("version", ERAS)
async def test_a_server_that_lists_no_more_is_connected_to_anew(tmp_path, version):
    server = Script(tmp_path, {"version": version})
    patience = Patience(refresh=0.05, listing=0.2, apart=0.01, first_pause=0.01, longest_pause=0.05)
    async with running(server.reach, patience=patience) as up:
        await call(up, "echo")
        stuck = await fault(up, "say", parts=[], stuck=True, within=0.1)
        assert stuck.effect is Effect.UNKNOWN
        await until(lambda: server.starts == 2)
        assert text_of(await call(up, "echo", text="anew")) == "anew"
    assert server.starts == 2


async def test_a_server_that_is_busy_with_one_call_is_not_taken_from_it(tmp_path):
    server = Script(tmp_path, {"version": LEGACY})
    patience = Patience(refresh=0.02, listing=0.05, apart=0.01)
    async with running(server.reach, patience=patience) as up:
        found = await call(up, "nap", seconds=0.5)
        assert text_of(found) == "rested"
    assert server.starts == 1
