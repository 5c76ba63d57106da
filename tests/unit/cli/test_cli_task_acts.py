"""Tokens for a key, what an agent asked for, another token, a task that stands still: what an operator types."""

import json
import stat

import pytest

from broker.agent.key import Key
from broker.main.books import books
from broker.model.label import Label
from broker.settings import read


def said(done):
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def key(tmp_path, run):
    """An agent's key, and the file with its public half."""
    path, public = tmp_path / "agent.key", tmp_path / "agent.pub"
    public.write_text(run("key", path).stdout)
    return Key.load(path), path, public


@pytest.mark.requirement("bound-holder")
def test_a_token_is_for_the_holder_of_the_key_that_is_named(granted, key, at):
    mine, _, public = key
    got = said(granted("--holder", public, "--json"))
    assert got["holder"] is not None
    assert got["token"].count("~") == 0  # no seal: nobody bears it
    told = granted("--holder", public).stdout
    assert got["holder"] in told
    assert "Whoever bears" not in told
    fresh = said(at("task", "refresh", got["task"], "--holder", public, "--json"))
    assert fresh["holder"] == got["holder"]
    assert mine.public["x"] not in told


@pytest.mark.requirement("bound-holder")
def test_a_private_key_is_not_taken_and_the_way_out_is_said(granted, key, at):
    _, path, _ = key
    before = path.read_text()
    done = granted("--holder", path)
    assert done.exit_code == 2
    assert "private key" in done.stderr
    assert "broker key" in done.stderr
    assert json.loads(before)["d"] not in done.stderr
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert at("task", "list", "--json").stdout == ""


@pytest.mark.requirement("bound-holder")
@pytest.mark.parametrize(
    "text",
    [
        *("", "no JSON", "[]", "{}", '{"kty": "OKP"}', '{"x": "a", "x": "b"}', "x" * 9000),
        '{"kty": "EC", "crv": "P-256", "x": "a"}',
        '{"kty": "OKP", "crv": "Ed25519", "x": "AA"}',
        '{"kty": "OKP", "crv": "Ed25519", "x": 7}',
        '{"kty": "OKP", "crv": "Ed25519", "x": "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}',  # of small order
    ],
)
def test_what_is_no_public_key_binds_nothing(granted, tmp_path, text):
    (tmp_path / "no.pub").write_text(text)
    done = granted("--holder", tmp_path / "no.pub")
    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)
    assert "Traceback" not in done.stderr


@pytest.mark.requirement("said-by")
def test_what_an_agent_asked_for_is_shown_as_its_word(granted, at):
    got = said(granted("--said-by", "agent", "--json"))
    assert got["said_by"] == "agent"
    assert {name: one["said_by"] for name, one in got["parameters"].items()} == {
        "ticket": "agent",
        "customer": "lookup",
        "order": "lookup",
    }
    assert "proves nothing" in granted("--said-by", "agent").stdout
    assert said(at("task", "show", got["task"], "--json"))["said_by"] == "agent"
    assert "by the agent" in at("task", "show", got["task"]).stdout
    assert granted("--said-by", "lookup").exit_code == 2


@pytest.mark.requirement("opening-sink")
def test_what_was_handed_on_is_shown_with_the_tasks_that_it_comes_from(granted, at, home):
    first = said(granted("--json"))["task"]
    with books(read(home / "broker.toml")) as found, found.archive.begin() as turn:
        turn.raise_label(first, Label(classes=frozenset({"card"}), untrusted=True))
    heir = said(granted("--said-by", "agent", "--json"))["task"]
    shown = said(at("task", "show", heir, "--json"))
    assert (shown["heir_of"], shown["shown"]["classes"], shown["shown"]["untrusted"]) == ([first], ["card"], True)
    told = " ".join(at("task", "show", heir).stdout.split())
    assert f"by {first}" in told
    assert "stranger" in at("task", "list").stdout
    clean = said(at("task", "show", said(granted("--json"))["task"], "--json"))
    assert (clean["heir_of"], clean["shown"]["classes"]) == ([], [])


@pytest.mark.requirement("refresh")
def test_another_token_is_the_last_line_and_of_the_same_task(granted, at):
    first = said(granted("--json"))
    done = at("task", "refresh", first["task"][:8])
    assert done.exit_code == 0
    assert first["task"] in done.stdout
    assert done.stdout.splitlines()[-1].count(".") >= 2
    assert said(at("task", "refresh", first["task"], "--json"))["token"] != first["token"]
    kinds = [
        json.loads(line)["record"]["kind"] for line in at("audit", "show", first["task"], "--json").stdout.splitlines()
    ]
    assert kinds.count("task.refreshed") == 2


@pytest.mark.requirement("suspend-keeps")
def test_a_task_stands_still_goes_on_and_ends(granted, at):
    task = said(granted("--json"))["task"]
    assert at("task", "suspend", task).exit_code == 2  # it must be said why
    assert said(at("task", "suspend", task, "--why", "a look", "--json")) == {"task": task, "suspended": True}
    assert at("task", "suspend", task, "--why", "again").exit_code == 1
    assert said(at("task", "list", "--json"))["state"] == "suspended"
    refused = at("task", "refresh", task)
    assert refused.exit_code == 1
    assert "`broker task resume`" in refused.stderr
    assert at("task", "resume", task, "--why", "honest work").exit_code == 0
    assert said(at("task", "show", task, "--json"))["state"] == "active"
    assert at("task", "resume", task, "--why", "again").exit_code == 1
    assert at("task", "end", task).exit_code == 0
    assert at("task", "resume", task, "--why", "too late").exit_code == 1


@pytest.mark.requirement("opening-limited")
def test_the_limits_of_the_settings_hold_and_the_mend_is_said(granted, at, home):
    config = home / "broker.toml"
    config.write_text(config.read_text().replace("open = 1000000", "open = 1"))
    task = said(granted("--json"))["task"]
    done = granted()
    assert done.exit_code == 1
    assert "`tasks.open` in broker.toml" in done.stderr
    at("task", "end", task)
    assert granted().exit_code == 0
    config.write_text(config.read_text().replace("open = 1 ", "open = 0 "))
    assert granted().exit_code == 2


def test_what_is_not_opened_by_the_default_limits_is_the_fourth(made, granted):
    text = (made / "broker.toml").read_text().replace("open = 1000000 ", "# open = 3 ")
    (made / "broker.toml").write_text(text)
    assert [granted().exit_code for _ in range(4)] == [0, 0, 0, 1]
