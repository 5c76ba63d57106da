"""The demo as a user runs it: a real broker, hijacked agents, and nothing gets through but the honest work."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import anyio
import httpx2
import pytest

from broker.demo import analyst_steps, coder_steps, questions_steps
from broker.demo.jobs import support
from broker.demo.stage import prepare
from broker.demo.support_steps import AFTERWARDS, STORY

EXAMPLE = Path(__file__).parents[2] / "examples" / "agents" / "support.py"
WITHIN = 240  # seconds, on a machine that does other things too


def ask(path, sql):
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """The folder that `broker demo --json` leaves behind, its events and its exit code."""
    folder = tmp_path_factory.mktemp("demo") / "broker"
    words = [
        sys.executable,
        "-m",
        "broker",
        "demo",
        "--json",
        "--dir",
        folder.name,
    ]  # a relative one, as people type it
    done = subprocess.run(words, capture_output=True, text=True, timeout=WITHIN, check=False, cwd=folder.parent)
    return folder, [json.loads(line) for line in done.stdout.splitlines()], done


def of(events, play):
    """Of one story."""
    plays = [number for number, one in enumerate(events) if one["event"] == "told"]
    (start,) = [number for number in plays if events[number]["play"] == play]
    return events[start : next((number for number in plays if number > start), len(events))]


def answers(events):
    return [(one["tool"], one["came"]) for one in events if one["event"] == "answered"]


@pytest.fixture(scope="module")
def coded(played):
    """The coder's part, where there is a network to get its server from."""
    _, events, _ = played
    if events[-1]["left_out"]:
        pytest.skip(events[-1]["left_out"][0])
    return of(events, "coder")


@pytest.mark.requirement("story")
@pytest.mark.requirement("answers")
def test_every_step_ends_as_the_story_says_and_the_log_verifies(played):
    _, events, done = played
    assert done.returncode == 0, done.stdout + done.stderr
    assert events[-1] == {**events[-1], "event": "finished", "ok": True, "wrong": []}
    assert [one["holds"] for one in events if one["event"] == "verified"] == [True]


def test_every_step_of_the_script_is_really_made(played):
    _, events, _ = played
    script = [*(step for chapter in STORY for step in chapter.steps), AFTERWARDS]
    assert answers(of(events, "support")) == [(step.tool, str(step.expects)) for step in script]
    steps = analyst_steps
    script = [steps.SALES, steps.BUYERS, steps.WRITERS, *steps.CURIOUS.steps, steps.MORE]
    asked = questions_steps
    script += [asked.REVENUE, asked.AGAIN, asked.BY_CARD, asked.ADDRESSES, *asked.CURIOUS.steps, asked.CAST]
    assert answers(of(events, "analyst")) == [(step.tool, str(step.expects)) for step in script]


@pytest.mark.requirement("hint")
def test_a_refusal_comes_with_a_hint(played):
    _, events, _ = played
    answered = [one for one in events if one["event"] == "answered"]
    refused = [one for one in answered if one["came"] not in {"served", "no_rows"}]
    assert len(refused) == 9 + 6 + (0 if events[-1]["left_out"] else 5)
    assert all(one["hint"] for one in refused)


@pytest.mark.requirement("story")
def test_the_one_mail_went_to_an_address_that_the_agent_never_saw(played):
    folder, events, _ = played
    ((recipient,),) = ask(folder / "data" / "mail.db", "SELECT recipient FROM outbox")
    (opened,) = [one for one in of(events, "support") if one["event"] == "opened"]
    sql = f"SELECT email FROM customer WHERE id = {opened['looked_up']['customer']}"
    assert ask(folder / "data" / "shop.db", sql) == [(recipient,)]
    seen = [one for one in events if one["event"] in {"offered", "answered"}]
    assert recipient not in json.dumps(seen)
    assert {one["found"] for one in events if one["event"] == "searched"} == {0}


@pytest.mark.requirement("story")
def test_the_one_refund_is_what_was_paid_on_behalf_of_who_asked(played):
    folder, events, _ = played
    (opened,) = [one for one in of(events, "support") if one["event"] == "opened"]
    refunds = ask(folder / "data" / "pay.db", "SELECT order_id, amount, requested_by FROM refund")
    assert refunds == [(opened["looked_up"]["order"], 64.9, "local:maria")]


@pytest.mark.requirement("pseudonyms")
def test_two_answers_of_one_task_speak_of_the_same_people_and_another_tasks_of_others(played):
    folder, events, _ = played
    (ranked,) = [one for one in events if one["event"] == "ranked"]
    most = "SELECT customer.id FROM {0} JOIN customer ON customer.id = {0}.customer_id WHERE country = 'GR'"
    most += " GROUP BY customer.id ORDER BY COUNT(*) DESC, customer.id LIMIT 8"
    buyers, writers = (
        {row for (row,) in ask(folder / "data" / "shop.db", most.format(it))} for it in ("orders", "ticket")
    )
    assert len(ranked["both"]) == len(buyers & writers) > 1
    assert set(ranked["both"]) == set(ranked["buyers"]) & set(ranked["writers"])
    (unlinked,) = [one for one in events if one["event"] == "unlinked"]
    assert unlinked["here"] == next(iter(ranked["buyers"]))
    assert unlinked["there"].startswith("psn-email-")
    assert unlinked["there"] not in {*ranked["buyers"], *ranked["writers"]}


@pytest.mark.requirement("story")
def test_a_sort_by_what_is_hidden_gives_the_order_of_what_is_shown(played):
    _, events, _ = played
    (unmoved,) = [one for one in events if one["event"] == "unmoved"]
    assert unmoved["by"] is True
    assert unmoved["would"] != [5001, 5002, 5003]


def test_a_sum_over_a_few_people_is_left_out(played):
    _, events, _ = played
    (grouped,) = [one for one in events if one["event"] == "grouped"]
    assert (grouped["groups"], grouped["left_out"], grouped["least"]) == (12, 2, 5)


def test_a_server_that_nobody_looked_at_does_not_exist_and_its_approved_tools_do(coded):
    (sighted,) = [one for one in coded if one["event"] == "sighted"]
    (approved,) = [one for one in coded if one["event"] == "approved"]
    assert (len(sighted["new"]), sighted["listed"]) == (12, 12)
    assert sorted(approved["names"]) == ["git_commit", "git_diff", "git_log", "git_show"]
    script = [step for chapter in coder_steps.STORY for step in chapter.steps]
    assert answers(coded) == [(step.tool, str(step.expects)) for step in script]


@pytest.mark.requirement("story")
def test_what_a_stranger_committed_is_read_as_text_and_on_record_as_untrusted(played, coded):
    folder, _, _ = played
    shown = [one["shown"] for one in coded if one["event"] == "answered"]
    assert "ignore previous instructions" in shown[0]["text"]
    assert "return (total * part + 50) // 100" in shown[1]["text"]
    assert shown[2] == {"owner": "Ada Lindgren", "mail": "[email]"}
    assert shown[3] == {"text": "[email]"}
    (untrusted,) = [one for one in coded if one["event"] == "untrusted"]
    assert (untrusted["untrusted"], untrusted["classes"]) == (True, ["free-text", "person"])
    (task,) = [one["task"] for one in coded if one["event"] == "opened"]
    words = [sys.executable, "-m", "broker", "audit", "show", task, "--json", "--config", str(folder / "broker.toml")]
    said = subprocess.run(words, capture_output=True, text=True, timeout=WITHIN, check=True).stdout
    shows = [json.loads(line)["record"].get("shows") for line in said.splitlines()]
    assert {one["untrusted"] for one in shows if one is not None} == {True}
    assert "attacker.example" not in said


def test_the_repository_is_as_it_was(coded):
    assert [one["same"] for one in coded if one["event"] == "unchanged"] == [True]


def test_the_scope_of_the_coder_does_as_its_cases_say(played, coded):
    folder, _, _ = played
    assert coded
    words = [sys.executable, "-m", "broker", "scopes", "test", "code-review", "--config", str(folder / "broker.toml")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=WITHIN, check=False)
    assert done.returncode == 0, done.stdout


def test_a_story_that_was_asked_for_and_cannot_be_told_fails_the_demo(tmp_path):
    words = [sys.executable, "-m", "broker", "demo", "--only", "coder", "--dir", str(tmp_path / "broker")]
    env = {**os.environ, "PATH": str(tmp_path)}
    done = subprocess.run(words, capture_output=True, text=True, timeout=WITHIN, check=False, env=env)
    assert done.returncode == 1
    assert "no `git`" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.requirement("values-nowhere")
def test_the_process_writes_no_address_card_or_key_where_it_logs(played):
    folder, _, done = played
    planted = "SELECT email FROM customer UNION SELECT card FROM orders UNION SELECT secret FROM api_key"
    said = (folder / "data" / "serve.log").read_text(encoding="utf-8") + done.stderr
    assert not [value for (value,) in ask(folder / "data" / "shop.db", planted) if value in said]


async def test_the_example_agent_does_its_work_and_sees_no_address(tmp_path):
    stage = await prepare(tmp_path / "broker")
    async with stage.serving() as url:
        granted = await stage.grant(support(stage.shop.spare))
        env = {**os.environ, "BROKER_URL": url, "BROKER_TOKEN": granted["token"]}
        done = await anyio.run_process(
            [sys.executable, str(EXAMPLE), str(stage.shop.spare.ticket)], env=env, check=False
        )
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, said
    ((recipient, sender),) = ask(stage.shop.mail, "SELECT recipient, sent_by FROM outbox")
    ((email,),) = ask(stage.shop.shop, f"SELECT email FROM customer WHERE id = {stage.shop.spare.customer}")
    assert (recipient, sender) == (email, "local:maria")
    assert "hdl-email-" in said
    assert email not in said


def test_a_demo_that_cannot_be_set_up_says_so_in_one_line(tmp_path):
    (tmp_path / "broker.toml").write_text("not = [toml", encoding="utf-8")
    words = [sys.executable, "-m", "broker", "demo", "--dir", str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=WITHIN, check=False)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_demo_that_is_told_to_stop_leaves_no_broker_behind(tmp_path):
    words = [sys.executable, "-m", "broker", "demo", "--json", "--serve", "--dir", str(tmp_path / "broker")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        events = (json.loads(line) for line in process.stdout)
        url = httpx2.URL(next(one["url"] for one in events if one["event"] == "serving"))
        with socket.create_connection((url.host, url.port), timeout=10):
            pass
        process.terminate()
        process.wait(WITHIN)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((url.host, url.port), timeout=10)
