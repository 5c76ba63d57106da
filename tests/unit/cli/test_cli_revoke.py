"""Taking back and freezing as an operator types it: a name that exists, a reason, and what it stops said first."""

import json
from dataclasses import dataclass

import pytest
from typer.testing import CliRunner

from broker.cli.app import app
from broker.demo.shop import build
from tests.plenty import plenty

RUNNER = CliRunner(env={"TERM": "dumb", "BROKER_CONFIG": ""})
WHO = ("--user", "maria", "--role", "support", "--agent", "helpdesk-1", "--purpose", "refund")


@dataclass
class Place:
    """A folder for all tests of this file: each opens a task of its own, and thaws what it froze."""

    folder: object
    ticket: object = None

    def __call__(self, *words, fed=None):
        said = [str(word) for word in (*words, "--config", self.folder / "broker.toml")]
        return RUNNER.invoke(app(), said, input=fed)

    def grant(self):
        return self("grant", "support-refund", *WHO, "--task", f"ticket={self.ticket}", "--json")

    def records(self, *words):
        return [json.loads(line)["record"] for line in self("audit", *words, "--json").stdout.splitlines()]

    def state(self, task):
        return json.loads(self("task", "show", task, "--json").stdout)["state"]


@pytest.fixture(scope="module")
def at(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("revoke") / "home")
    assert RUNNER.invoke(app(), ["init", str(place.folder)]).exit_code == 0
    plenty(place.folder / "broker.toml")
    place.ticket = build(place.folder / "data").own.ticket
    assert place.grant().exit_code == 0  # with the first task there is a store, in which things can be frozen
    return place


@pytest.fixture
def task(at):
    return json.loads(at.grant().stdout)["task"]


NOWHERE = [
    (("agent", "helpdesk-2"), "did you mean `helpdesk-1`"),
    (("agent", "helpdesk-1/writer"), "no agent `helpdesk-1/writer` is on record"),
    (("user", "local:mari"), "did you mean `local:maria`"),
    (("task", "nobody"), "no task `nobody`"),
    (("token", "nobody"), "no token `nobody` is on record"),
    (("block", "nobody"), "--unseen"),
    (("all", "helpdesk-1"), "it takes no name"),
    (("agent",), "it takes a name"),
    (("zone", "mail"), "frozen, not revoked"),
    (("block", "\udcff"), "text that can be read"),
    (("agent", "helpdesk-1\x1b[2J"), "text that can be read"),
]
NOT_FROZEN = [
    (("source", "shopp"), "did you mean `shop`"),
    (("zone", "nowhere"), "no zone `nowhere`"),
    (("agent", "helpdesk-2"), "did you mean `helpdesk-1`"),
    (("user", "maria"), "revoked, not frozen"),
    (("all", "x"), "it takes no name"),
]


@pytest.mark.requirement("acts-named")
def test_what_exists_nowhere_is_not_revoked_and_the_way_out_is_said(task, at):
    for words, part in NOWHERE:
        done = at("revoke", *words, "--why", "a drill")
        assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1), words
        assert part in done.stderr
    assert at.state(task) == "active"


@pytest.mark.requirement("acts-named")
def test_what_exists_nowhere_is_not_frozen(task, at):
    for words, part in NOT_FROZEN:
        done = at("freeze", *words, "--why", "a drill", "--yes")
        assert done.exit_code == 2, words
        assert part in done.stderr
    assert at("freeze").stdout == "nothing is frozen\n"
    assert task


@pytest.mark.requirement("acts-named")
def test_a_reason_is_asked_for(task, at):
    acts = [("revoke", "task", task), ("freeze", "agent", "helpdesk-1", "--yes"), ("thaw", "all")]
    for words in [*acts, *((*words, "--why", " ") for words in acts)]:
        done = at(*words)
        assert done.exit_code == 2
        assert "--why" in done.stderr
    assert at.state(task) == "active"


@pytest.mark.requirement("acts-named")
@pytest.mark.parametrize("words", [("agent", "helpdesk-1"), ("user", "maria"), ("all",)])
def test_what_is_revoked_ends_and_the_record_says_who_and_why(task, at, words):
    done = at("revoke", *words, "--why", "its key leaked", "--by", "the night shift", "--json")
    said = json.loads(done.stdout)
    assert (done.exit_code, said["running"]) == (0, 0)
    assert task in said["ended"]
    assert at.state(task) == "ended"
    acts = [one for one in at.records("tail", "-n", "20") if one["kind"] == "authority.revoked"]
    assert (acts[-1]["what"], acts[-1]["why"]) == (words[0], "its key leaked")
    assert acts[-1]["by"].startswith("the night shift, by operator ")
    end = at.records("show", task)[-1]
    assert (end["kind"], end["by"]) == ("task.ended", acts[-1]["by"])
    assert at("audit", "verify").exit_code == 0


def test_a_task_is_revoked_by_the_beginning_of_its_id_and_its_own_page_says_so(task, at):
    assert "ended" in at("revoke", "task", task[:8], "--why", "a drill").stdout
    assert "revoked" in at("audit", "show", task).stdout


@pytest.mark.requirement("acts-named")
def test_a_token_is_revoked_by_the_name_that_the_task_s_opening_has_on_record(task, at):
    jti = at.records("show", task)[-1]["token"]["jti"]
    said = json.loads(at("revoke", "token", jti, "--why", "it was in a mail", "--json").stdout)
    assert (said["name"], said["task"], said["ended"]) == (jti, task, [])
    assert at.state(task) == "active"


def test_an_agent_that_has_no_task_yet_can_be_frozen_where_it_is_said_to_be_so(at):
    assert at("freeze", "agent", "helpdesk-9", "--why", "a drill", "--yes").exit_code == 2
    assert at("freeze", "agent", "helpdesk-9", "--why", "a drill", "--yes", "--unseen").exit_code == 0
    assert at("thaw", "agent", "helpdesk-9", "--why", "found").exit_code == 0


def test_a_user_is_named_as_one_says_it_and_as_the_log_spells_it(at):
    issuer = "https://id.example"
    who = ("--user", "maria", "--role", "analyst", "--agent", "analyst-1", "--purpose", "reporting")
    words = ("sales-analysis", *who, "--issuer", issuer)
    for name in (f"{issuer}:maria", "https%3A//id.example:maria"):
        at("grant", *words)
        said = json.loads(at("revoke", "user", name, "--why", "a drill", "--json").stdout)
        assert said["name"] == "https%3A//id.example:maria"


def test_a_name_that_nobody_has_used_yet_is_taken_where_it_is_said_to_be_so(at, task):
    assert at("revoke", "block", "b1", "--why", "a drill", "--unseen").exit_code == 0
    act = at.records("tail", "-n", "1")[0]
    assert (act["what"], act["name"]) == ("block", "b1")
    assert at.state(task) == "active"


@pytest.mark.requirement("acts-named")
def test_a_freeze_shows_what_it_stops_and_asks(task, at):
    at("revoke", "all", "--why", "what others left")
    task = json.loads(at.grant().stdout)["task"]
    words = ("freeze", "zone", "payments", "--why", "a drill")
    done = at(*words, fed="n\n")
    assert done.exit_code == 130
    assert task in done.stdout
    assert "pay.refund" in done.stdout
    assert at("freeze").stdout == "nothing is frozen\n"
    assert at(*words, fed="y\n").exit_code == 0
    assert "zone `payments`" in at("freeze").stdout
    assert at(*words).exit_code == 1  # it stands
    assert at("thaw", "zone", "payments", "--why", "found").exit_code == 0


def test_a_program_must_say_that_it_is_sure(task, at):
    assert at("freeze", "all", "--why", "a drill", "--json").exit_code == 2
    said = json.loads(at("freeze", "all", "--why", "a drill", "--json", "--yes").stdout)
    assert (said["frozen"], said["calls"], said["done"]) == ("all", [], True)
    assert task in said["tasks"]
    assert "pay.refund" in said["tools"]
    assert at("thaw", "all", "--why", "found").exit_code == 0


@pytest.mark.requirement("frozen")
def test_no_task_is_granted_past_a_freeze_until_it_is_thawed(at):
    at("freeze", "source", "shop", "--why", "a drill", "--yes")
    refused = at.grant()
    assert (refused.exit_code, json.loads(refused.stdout)["refused"]) == (1, "context_not_met")
    found = [json.loads(line) for line in at("doctor", "--json").stdout.splitlines()]
    assert [one["said"] for one in found if one["name"] == "frozen"] == ["on hold: source `shop`"]
    assert at("thaw", "source", "shops", "--why", "found").exit_code == 2
    assert at("thaw", "source", "shop", "--why", "found").exit_code == 0
    assert at("thaw", "source", "shop", "--why", "found").exit_code == 2
    assert at.grant().exit_code == 0


def test_it_can_be_frozen_and_revoked_while_a_scope_file_is_broken(task, at):
    scope = at.folder / "scopes" / "support-refund.yaml"
    sound = scope.read_text(encoding="utf-8")
    scope.write_text("scope: [", encoding="utf-8")
    done = at("freeze", "source", "shop", "--why", "a drill", "--yes")
    assert done.exit_code == 0
    assert "cannot be read" in done.stderr
    assert at("revoke", "all", "--why", "a drill").exit_code == 0
    assert at.state(task) == "ended"
    scope.write_text(sound, encoding="utf-8")
    assert at("thaw", "source", "shop", "--why", "found").exit_code == 0


@pytest.mark.requirement("escaped")
def test_a_reason_cannot_act_on_the_terminal(task, at):
    evil = "\x1b]0;owned\x07\u202e[red]"
    done = at("freeze", "agent", "helpdesk-1", "--why", evil, "--by", evil, "--yes")
    told = done.stdout + at("freeze").stdout + at("audit", "tail").stdout
    assert not {"\x1b", "\x07", "\u202e"} & set(told)
    assert at("thaw", "agent", "helpdesk-1", "--why", "found").exit_code == 0
    assert at.state(task) == "active"
