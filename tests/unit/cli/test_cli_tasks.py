"""A task from `grant` to its end, and what the log says of it."""

import json
import sqlite3

import pytest
from rich.cells import cell_len

from broker.cli.named import shortest


@pytest.mark.requirement("grant-token")
def test_the_last_line_of_a_grant_is_the_token_alone(granted):
    done = granted()
    assert done.exit_code == 0
    token = done.stdout.splitlines()[-1]
    assert token.count(".") >= 2
    assert " " not in token


def test_json_says_who_said_each_parameter(granted, shop):
    said = json.loads(granted("--json").stdout)
    assert set(said) == {"token", "task", "scope", "said_by", "holder", "expires", "ends", "parameters"}
    assert said["parameters"] == {
        "ticket": {"value": shop.own.ticket, "said_by": "principal"},
        "customer": {"value": shop.own.customer, "said_by": "lookup"},
        "order": {"value": shop.own.order, "said_by": "lookup"},
    }


@pytest.mark.requirement("grant-token")
@pytest.mark.parametrize(
    ("more", "scope", "part"),
    [
        (("--task", "customer=1"), "support-refund", "looked up by the broker"),
        (("--task", "poem=1"), "support-refund", "no parameter `poem`"),
        ((), "support-refunds", "no scope"),
        ((), "support-readonly", "purposes"),
    ],
)
def test_a_task_that_is_not_opened_is_a_no_with_its_reason(granted, more, scope, part):
    done = granted(*more, scope=scope)
    assert done.exit_code == 1
    assert part in done.stderr
    assert done.stdout == ""


@pytest.mark.requirement("lookup-proves")
def test_a_colleagues_ticket_opens_no_task(granted, shop):
    done = granted("--json", ticket=shop.other.ticket)
    assert done.exit_code == 1
    assert json.loads(done.stdout)["refused"] == "row_out_of_reach"


def test_a_task_is_found_by_the_beginning_of_its_id_and_ends_once(granted, at):
    task = json.loads(granted("--json").stdout)["task"]
    assert json.loads(at("task", "show", task[:6], "--json").stdout)["state"] == "active"
    assert at("task", "end", task[:6]).exit_code == 0
    assert at("task", "end", task[:6]).exit_code == 1
    assert at("task", "list", "--json").stdout == ""
    assert json.loads(at("task", "list", "--all", "--json").stdout)["state"] == "ended"


def test_an_unknown_task_is_no_task(granted, at):
    granted()
    done = at("task", "show", "nobody")
    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)


def test_a_task_can_be_ended_while_a_scope_file_is_broken(granted, at, home):
    task = json.loads(granted("--json").stdout)["task"]
    (home / "scopes" / "support-refund.yaml").write_text("scope: [", encoding="utf-8")
    assert at("task", "end", task).exit_code == 0


@pytest.mark.requirement("escaped")
def test_what_an_agent_is_called_cannot_act_on_the_terminal(at, shop):
    evil = "helpdesk-\x1b]0;owned\x07\u202e[red]"
    words = ("--user", "maria", "--role", "support", "--purpose", "refund", "--task", f"ticket={shop.own.ticket}")
    at("grant", "support-refund", *words, "--agent", evil)
    told = at("audit", "tail").stdout
    assert "helpdesk-" in told
    assert "[red]" in told
    assert not {"\x1b", "\x07", "\u202e"} & set(told)


def test_the_log_verifies_and_says_what_that_does_not_prove(granted, at):
    granted()
    assert json.loads(at("audit", "verify", "--json").stdout)["ok"] is True
    assert "does not prove" in at("audit", "verify").stdout.replace("\n", " ")


@pytest.mark.requirement("checked-log")
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entry SET body = CAST(replace(body, 'maria', 'marta') AS BLOB) WHERE seq = 0",
        "UPDATE entry SET body = replace(body, 'maria', 'marta') WHERE seq = 0",  # text where bytes were
        "UPDATE entry SET body = 7 WHERE seq = 0",
        "DELETE FROM entry WHERE seq = 1",
        "DELETE FROM entry WHERE seq = (SELECT max(seq) FROM entry)",
        "DELETE FROM checkpoint",
    ],
)
def test_a_changed_log_does_not_verify_and_the_doctor_says_so(granted, at, home, change):
    granted()
    with sqlite3.connect(home / "data" / "broker.db") as log:
        log.execute(change)
    done = at("audit", "verify")
    assert done.exit_code in {1, 2}
    assert done.stderr.startswith("error: ")
    found = [json.loads(line) for line in at("doctor", "--json").stdout.splitlines()]
    assert {"log"} == {one["name"] for one in found if one["state"] == "fail"}


def test_everything_of_a_task_is_shown_by_its_id_and_one_record_by_its_number(granted, at):
    task = json.loads(granted("--json").stdout)["task"]
    kinds = [json.loads(line)["record"]["kind"] for line in at("audit", "show", task, "--json").stdout.splitlines()]
    assert kinds[0] == "task.requested"
    assert kinds[-1] == "task.opened"
    assert json.loads(at("audit", "show", "0", "--json").stdout)["index"] == 0
    assert at("audit", "show", "999").exit_code == 2


@pytest.mark.requirement("checked-log")
def test_an_export_is_checked_by_the_file_that_lies_in_it_and_never_mixed(granted, at, tmp_path):
    granted()
    out = tmp_path / "out"
    assert at("audit", "export", out).exit_code == 0
    assert {path.name for path in out.iterdir()} == {"records.jsonl", "checkpoints.txt", "log.vkey", "verify.py"}
    assert at("audit", "export", out).exit_code == 2


PAGES = [
    ("task", "list"),
    ("tools", "list"),
    ("scopes", "list"),
    ("scopes", "show", "support-refund"),
    ("scopes", "test"),
    ("audit", "verify"),
    ("audit", "show", "3"),
    ("doctor",),
]


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("words", PAGES, ids=" ".join)
def test_pages_fit_the_terminal(granted, at, monkeypatch, words, width):
    granted()
    monkeypatch.setenv("COLUMNS", str(width))
    told = at(*words).stdout
    assert told
    assert [line for line in told.splitlines() if cell_len(line.rstrip()) > width] == []


def test_a_list_shows_as_much_of_an_id_as_says_which_it_is():
    assert shortest(["abcdefghij", "zyxwvutsrq"]) == {"abcdefghij": "abcdefgh", "zyxwvutsrq": "zyxwvuts"}
    assert shortest(["abcdefghij", "abcdefghik"]) == {name: name for name in ("abcdefghij", "abcdefghik")}
    assert shortest([]) == {}
