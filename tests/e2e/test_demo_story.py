"""The demo as a user runs it: a real broker, a hijacked agent, and nothing gets through but the honest work."""

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

from broker.demo.stage import prepare
from broker.demo.steps import AFTERWARDS, STORY

EXAMPLE = Path(__file__).parents[2] / "examples" / "agents" / "support.py"
WITHIN = 240  # seconds, on a machine that does other things too


def ask(path, sql):
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """The folder that `broker demo --json` leaves behind, its events and its exit code."""
    folder = tmp_path_factory.mktemp("demo") / "broker"
    words = [sys.executable, "-m", "broker", "demo", "--json", "--dir", str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=WITHIN, check=False)
    return folder, [json.loads(line) for line in done.stdout.splitlines()], done


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
    made = [(one["tool"], one["came"]) for one in events if one["event"] == "answered"]
    assert made == [(step.tool, str(step.expects)) for step in script]


@pytest.mark.requirement("hint")
def test_a_refusal_comes_with_a_hint(played):
    _, events, _ = played
    answered = [one for one in events if one["event"] == "answered"]
    refused = [one for one in answered if one["came"] not in {"served", "no_rows"}]
    assert len(refused) == 9
    assert all(one["hint"] for one in refused)


@pytest.mark.requirement("story")
def test_the_one_mail_went_to_an_address_that_the_agent_never_saw(played):
    folder, events, _ = played
    ((recipient,),) = ask(folder / "data" / "mail.db", "SELECT recipient FROM outbox")
    (opened,) = [one for one in events if one["event"] == "opened"]
    sql = f"SELECT email FROM customer WHERE id = {opened['customer']}"
    assert ask(folder / "data" / "shop.db", sql) == [(recipient,)]
    seen = [one for one in events if one["event"] in {"offered", "answered"}]
    assert recipient not in json.dumps(seen)
    assert [one["found"] for one in events if one["event"] == "searched"] == [0]


@pytest.mark.requirement("story")
def test_the_one_refund_is_what_was_paid_on_behalf_of_who_asked(played):
    folder, events, _ = played
    (opened,) = [one for one in events if one["event"] == "opened"]
    refunds = ask(folder / "data" / "pay.db", "SELECT order_id, amount, requested_by FROM refund")
    assert refunds == [(opened["order"], 64.9, "local:maria")]


@pytest.mark.requirement("values-nowhere")
def test_the_process_writes_no_address_card_or_key_where_it_logs(played):
    folder, _, done = played
    planted = "SELECT email FROM customer UNION SELECT card FROM orders UNION SELECT secret FROM api_key"
    said = (folder / "data" / "serve.log").read_text(encoding="utf-8") + done.stderr
    assert not [value for (value,) in ask(folder / "data" / "shop.db", planted) if value in said]


async def test_the_example_agent_does_its_work_and_sees_no_address(tmp_path):
    stage = await prepare(tmp_path / "broker")
    async with stage.serving() as url:
        granted = await stage.grant(stage.shop.spare)
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
