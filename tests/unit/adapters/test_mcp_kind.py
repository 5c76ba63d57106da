"""What an admin approved of a server is all of it that exists, and it is held to it; nothing is started for that."""

import dataclasses
import hashlib

import pytest

from broker.adapters.mcp import runs
from broker.adapters.mcp.listing import Definitions
from broker.model.faults import ToolFault
from broker.model.scope import RowsAny
from tests.mcp_kit import HEAD, LOOK, TOOLS, Files

VENDOR = "vendor: {name: somebody}\n"
OTHER = "what would run is not what was approved"


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path)


def listing(*tools, unclear=()):
    """A connection that lists these."""
    by_name = {one["name"]: one for one in tools}
    return Definitions(
        protocol="2025-11-25", tools=by_name, resources={}, templates={}, prompts={}, unclear=frozenset(unclear)
    )


@pytest.fixture
def program(files):
    """A program that the source runs, approved as it is."""
    path = files.root / "server"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    files.write(TOOLS, f"{VENDOR}command: [{path}]\n")
    files.approve(runs=runs.digest([str(path)], files.root).digest, tools=[LOOK])
    return path


def test_the_approved_definition_says_what_agents_may_send(files):
    spec = files.spec()
    assert list(spec.arguments) == ["at"]
    assert spec.description == "Looks."
    assert spec.blocks


def test_nothing_of_a_server_exists_before_it_is_approved(files):
    files.pins.unlink()
    catalog, (warning,) = files.load()
    assert catalog.specs() == ()
    assert "`look` left out: nothing of its server is approved" in warning
    assert "`broker pins list far`, then `broker pins approve far`" in warning


def test_a_tool_that_is_not_approved_does_not_exist_beside_those_that_are(files):
    files.approve(tools=[{**LOOK, "name": "other"}])
    catalog, (warning,) = files.load()
    assert catalog.specs() == ()
    assert "`broker pins approve far --only look`" in warning


def test_a_file_of_pins_that_was_edited_keeps_the_broker_from_starting(files):
    files.pins.write_text(files.pins.read_text().replace("Its own words.", "Ours."))
    (said,) = files.problems()
    assert said.startswith(": in `pins.json` `look` was edited by hand")


def test_a_file_of_pins_that_cannot_be_read_keeps_the_broker_from_starting(files):
    files.pins.unlink()
    files.pins.mkdir()
    assert files.problems() == [": expected `pins.json` beside it to be readable"]


PIN = {
    "another description": {"description": "Other."},
    "another schema": {"inputSchema": {"type": "object", "properties": {"at": {"type": "string"}}}},
    "another title": {"title": "Other"},
    "another hint": {"annotations": {"readOnlyHint": True}},
}


@pytest.mark.parametrize("change", PIN.values(), ids=PIN)
def test_approving_another_definition_is_another_tool_to_every_task(files, change):
    before = files.spec().pin
    files.approve(tools=[{**LOOK, **change}])
    assert files.spec().pin != before


def test_approving_another_program_is_another_tool_to_every_task(files, program):
    before = files.spec().pin
    program.write_text("#!/bin/sh\n# other\n")
    files.approve(runs=runs.digest([str(program)], files.root).digest, tools=[LOOK])
    assert files.spec().pin != before


MISFITS = {
    "no class of its text": (
        TOOLS.replace("{text: free-text}", "{other: public}"),
        "tools.look.returns: expected `returns",
    ),
    "a path without an end": (
        TOOLS.replace("{text: free-text}", "{a..b: public}") + "    format: json\n",
        "tools.look.returns.a..b: expected `returns`",
    ),
    "an argument that it does not take": (
        TOOLS + "    args: {way: {type: string}}\n",
        "tools.look.args.way: the definition does not use `way`",
    ),
    "authority that it does not take": (
        TOOLS.replace("authority: none", "authority: [way]"),
        "tools.look.authority: the definition does not use `way`",
    ),
    "something of a statement": (TOOLS + "    sql: x.sql\n", "tools.look.sql: `sql` is a key of kind `sql`"),
    "a form that is none": (TOOLS + "    format: xml\n", "tools.look.format: expected one of"),
}


@pytest.mark.requirement("all-at-once")
@pytest.mark.parametrize(("text", "said"), MISFITS.values(), ids=MISFITS)
def test_what_does_not_fit_the_definition_is_told(files, text, said):
    files.write(text)
    assert [one for one in files.problems() if one.startswith(said)], files.problems()


def test_an_argument_that_the_definition_requires_is_named_or_filled(files):
    files.approve(tools=[{**LOOK, "inputSchema": {"type": "object", "properties": {"at": {}}, "required": ["at"]}}])
    files.write(TOOLS + "    args: {}\n")
    assert "tools.look.args: expected `at`, which its definition requires" in files.problems()
    files.write(TOOLS + "    args: {}\n    bind: {at: $principal}\n")
    assert files.problems() == []
    assert files.spec().arguments == {}


def test_a_schema_that_cannot_be_held_to_asks_for_arguments_by_name(files):
    hostile = {"type": "object", "properties": {"at": {"$ref": "http://127.0.0.1/x"}}}
    files.approve(tools=[{**LOOK, "inputSchema": hostile}])
    (said,) = files.problems()
    assert "expected `args`; name them here, for its input schema leads elsewhere by `$ref`" in said
    files.write(TOOLS + "    args: {at: {type: string, required: false}}\n")
    assert files.problems() == []


HINTS = {
    "it says that it writes": ({"readOnlyHint": False}, True),
    "it says that it destroys": ({"destructiveHint": True}, True),
    "it says that it only reads": ({"readOnlyHint": True}, False),
    "it says nothing": ({}, False),
    "it says what is none": ("readOnlyHint", False),
}


@pytest.mark.requirement("effect-agrees")
@pytest.mark.parametrize(("hints", "harder"), HINTS.values(), ids=HINTS)
def test_its_own_hints_make_a_tool_look_harder_and_never_softer(files, hints, harder):
    files.approve(tools=[{**LOOK, "annotations": hints}])
    assert any("the definition shows `write`" in one for one in files.problems()) == harder
    files.write(TOOLS.replace("effect: read", "effect: write"))
    assert files.problems() == []


def test_no_row_filter_can_be_placed_in_an_answer(files):
    tool = files.load()[0].tool("far.look")
    assert tool.admit(None) is tool.admit(RowsAny(why="because")) is None
    assert tool.admit(object()) is not None


LIVE = {
    "the same": (LOOK, None),
    "with more that nobody uses": ({**LOOK, "icons": ["x"], "_meta": {"a": 1}}, None),
    "another description": ({**LOOK, "description": "Other."}, "its definition is not the one that was approved"),
    "a number beyond everything": (
        {**LOOK, "inputSchema": {"type": "object", "maximum": 10**400}},
        "its definition is not the one that was approved",
    ),
    "no number": ({**LOOK, "annotations": {"x": float("nan")}}, "its definition is not the one that was approved"),
}


@pytest.mark.parametrize(("live", "why"), LIVE.values(), ids=LIVE)
def test_a_tool_is_held_to_what_its_server_lists_now(files, live, why):
    tool = files.load()[0].tool("far.look")
    assert tool.changed() is None
    files.kind.servers["far"].upstream.definitions = listing(live)
    assert tool.changed() == why
    assert tool.changed() == why


def test_a_tool_that_is_not_listed_or_listed_twice_has_changed(files):
    tool = files.load()[0].tool("far.look")
    files.kind.servers["far"].upstream.definitions = listing()
    assert tool.changed() == "the server does not list it any more"
    files.kind.servers["far"].upstream.definitions = listing(unclear=["look"])
    assert tool.changed() == "the server lists it twice, or against the protocol"


def started(files):
    """What a start would be told."""
    catalog, _ = files.load()
    return files.kind.servers["far"].reach.verify(), catalog.tool("far.look").changed()


def test_a_program_that_was_approved_may_start(files, program):
    assert program.exists()
    assert started(files) == (None, None)


def test_another_program_is_not_started_and_every_tool_knows(files, program):
    program.write_text("#!/bin/sh\n# other\n")
    assert started(files) == (OTHER, OTHER)


def test_a_program_that_is_gone_is_not_started_and_missing(files, program):
    program.unlink()
    assert started(files)[0] == "there is no such program"
    assert files.load()[0].tool("far.look").missing() == "there is no such program"


def test_the_source_file_and_the_pins_must_agree_on_what_runs(files, program):
    other = hashlib.sha256().hexdigest()
    files.write(TOOLS, f"{VENDOR}command: [{program}]\nintegrity: {other}\n")
    assert started(files)[0] == OTHER
    own = runs.digest([str(program)], files.root).digest
    files.write(TOOLS, f"{VENDOR}command: [{program}]\nintegrity: {own}\n")
    assert started(files)[0] is None


def test_an_approval_of_a_server_on_the_network_is_none_of_a_program(files, program):
    files.approve(runs=None, tools=[LOOK])
    assert program.exists()
    assert started(files) == (OTHER, OTHER)


async def test_a_secret_is_read_when_it_is_needed_and_its_absence_names_no_more_than_where(files, program, monkeypatch):
    files.write(TOOLS, f"{VENDOR}command: [{program}]\nenv: {{KEY: env:FAR_KEY, MORE: 'file:keys/far'}}\n")
    files.load()
    reach = files.kind.servers["far"].reach
    monkeypatch.delenv("FAR_KEY", raising=False)
    with pytest.raises(ToolFault, match="`FAR_KEY`"):
        reach.env()
    monkeypatch.setenv("FAR_KEY", "one")
    (files.root / "keys").mkdir()
    (files.root / "keys/far").write_text("two\n")
    assert {**reach.env()}.items() >= {"KEY": "one", "MORE": "two"}.items()
    assert reach.env()[runs.CACHE] == str(files.root / "data/bytecode")  # and never what lies beside the code


AUTH = {
    "bearer, token: env:FAR_A": {"Authorization": "Bearer one"},
    "basic, user: env:FAR_A, password: env:FAR_B": {"Authorization": "Basic b25lOnR3bw=="},
    "header, name: X-Key, value: env:FAR_B": {"X-Key": "two"},
}


@pytest.mark.parametrize(("auth", "headers"), AUTH.items(), ids=list(AUTH))
def test_the_broker_shows_who_it_is_with_what_the_references_lead_to(files, monkeypatch, auth, headers):
    monkeypatch.setenv("FAR_A", "one")
    monkeypatch.setenv("FAR_B", "two")
    files.write(TOOLS, f"{VENDOR}url: https://mcp.vendor.example/mcp\nauth: {{kind: {auth}}}\n")
    files.load()
    assert files.kind.servers["far"].reach.headers() == headers
    assert "one" not in repr(files.kind.servers["far"].reach)


def test_a_server_is_known_even_where_the_file_names_none_of_it(files):
    (files.root / "tools/far/source.yaml").write_text(f"{HEAD}{VENDOR}url: https://a.example/\ntools: {{}}\n")
    assert files.problems() == []
    assert list(files.kind.servers) == ["far"]
    assert dataclasses.is_dataclass(files.kind.servers["far"])
