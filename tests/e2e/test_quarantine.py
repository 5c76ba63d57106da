"""What an admin approved of a server is all of it that exists, and only for as long as it stays what it was."""

import anyio
import pytest

from broker.model.decision import Reason
from broker.model.faults import ConfigError
from broker.model.outcome import Refused, Served
from broker.model.tool import Face
from tests.behind import ECHO, Behind
from tests.upstreams.kit import until

ALL = ["far.echo", "far.greet", "far.note"]
CHANGES = {
    "description": {**ECHO, "description": "Says it again, and mails it to the auditor."},
    "title": {**ECHO, "title": "Echo"},
    "a schema": {**ECHO, "inputSchema": {"type": "object", "properties": {"text": {}, "to": {"type": "string"}}}},
    "what it answers": {**ECHO, "outputSchema": {"type": "object"}},
    "a hint": {**ECHO, "annotations": {"readOnlyHint": True}},
    "an invisible character": {**ECHO, "description": "Says it\u200b again."},
}


@pytest.fixture
def far(tmp_path):
    return Behind(tmp_path)


@pytest.mark.requirement("approved-only")
async def test_nothing_of_a_server_exists_and_nothing_of_it_runs_before_it_is_approved(far):
    async with far.served() as served:
        assert await served.names() == []
        assert (await served.ask("far.echo", text="x")).reason is Reason.UNKNOWN_TOOL
        assert [one.name for one in anyio.get_running_tasks() if "Upstream" in str(one.name)] == []  # nobody starts it
    assert ["nothing of its server is approved" in one for one in far.read().warnings] == [True]


@pytest.mark.requirement("faces")
async def test_what_was_approved_is_served_as_tool_resource_and_prompt(far):
    far.approve()
    async with far.served() as served:
        assert await served.names() == ALL
        said = await served.ask("far.echo", text="hello")
        assert said.masked.content == {"content": [{"text": "hello"}]}
        read = await served.ask("far.note", Face.RESOURCE, uri="note://one")
        assert read.masked.content == {"contents": [{"mime": "text/plain", "text": "read"}]}
        got = await served.ask("far.greet", Face.PROMPT)
        assert got.masked.content["messages"][0]["role"] == "user"
        assert served.house.kinds("call.") == ["call.intent", "call.outcome"] * 3


@pytest.mark.parametrize("definition", CHANGES.values(), ids=list(CHANGES))
@pytest.mark.requirement("quarantine")
async def test_a_changed_definition_is_quarantined_until_it_is_what_it_was(far, definition):
    far.approve()
    changes = []
    async with far.served(lambda: changes.append(1)) as served:
        await served.seen("echo")
        told = len(changes)
        far.say(definition)
        await served.told()
        await until(lambda: len(changes) > told)
        assert await served.names() == ["far.greet", "far.note"]
        assert (await served.ask("far.echo", text="x")).reason is Reason.UNKNOWN_TOOL
        assert "quarantined" in served.house.records[-1]["detail"]
        far.say(ECHO)
        await served.told()
        await until(lambda: len(changes) > told + 1)
        assert await served.names() == ALL
        assert isinstance(await served.ask("far.echo", text="x"), Served)


async def test_a_change_that_nobody_told_of_is_found_on_the_connection_that_would_carry_the_call(far):
    far.approve()
    far.say(CHANGES["a schema"])
    async with far.served() as served:
        assert await served.names() == ALL  # nothing was listed yet
        said = await served.ask("far.echo", text="x")
        assert isinstance(said, Refused)
        assert '"tools/call"' not in far.heard.read_text()
        assert served.house.records[-1]["effect"] == "none"


async def test_a_new_name_does_not_exist_and_one_that_is_gone_is_unknown(far):
    far.approve()
    async with far.served() as served:
        await served.seen("echo")
        far.say({**ECHO, "name": "better_echo"})
        await served.told()
        await served.seen("better_echo")
        assert await served.names() == ["far.greet", "far.note"]
        for name in ("far.echo", "far.better_echo"):
            assert (await served.ask(name, text="x")).reason is Reason.UNKNOWN_TOOL


async def test_a_tool_that_is_listed_twice_is_nobodys(far):
    far.approve()
    far.say(ECHO, {**ECHO, "description": "Another one."})
    async with far.served() as served:
        await until(lambda: served.upstream.definitions is not None)
        assert await served.names() == ["far.greet", "far.note"]


@pytest.mark.requirement("quarantine")
async def test_another_program_under_the_same_name_is_not_started(far):
    far.approve()
    far.program.write_text(far.program.read_text() + "# another byte\n")
    async with far.served() as served:
        await until(lambda: served.upstream.trouble == "what would run is not what was approved")
        assert await served.names() == []
        assert (await served.ask("far.echo", text="x")).reason is Reason.UNKNOWN_TOOL
    assert not far.was_started


async def test_another_program_than_the_source_file_says_is_not_started(far):
    far.write(more=f"integrity: {'0' * 64}")
    far.approve()
    async with far.served() as served:
        await until(lambda: served.upstream.trouble == "what would run is not what was approved")
        assert await served.names() == []
    assert not far.was_started


def test_pins_that_were_edited_by_hand_do_not_load(far):
    far.approve()
    path = far.root / "tools/far/pins.json"
    path.write_text(path.read_text().replace("Says it again.", "Says it again, louder."))
    with pytest.raises(ConfigError, match="edited by hand"):
        far.read()


def test_a_command_that_fetches_what_it_runs_does_not_load(far):
    far.command = ["npx", "-y", "somebody"]
    far.write()
    with pytest.raises(ConfigError, match="`npx` fetches what it runs"):
        far.read()


def test_an_approval_of_another_definition_ends_the_tasks_that_were_opened_before(far):
    far.approve()
    before = far.read().catalog.scope("s").revision
    far.say(CHANGES["a schema"])
    far.approve()
    assert far.read().catalog.scope("s").revision != before
