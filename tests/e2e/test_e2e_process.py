"""The process itself: it starts whole or not at all, ends well, and shuts when its log is gone."""

import shutil
import signal
import socket
import subprocess
import sys

import anyio
import pytest

from broker.main.doors import tcp
from broker.settings import Server
from tests.served import asking, until
from tests.talk import call, http, one_call, post, true_soon

READ, SLOW = "bank__account_read", "bank__count_slowly"


@pytest.mark.requirement("whole-or-not")
async def test_told_to_end_it_ends_with_0_and_every_call_has_its_end(fresh_bank):
    (task,) = fresh_bank.grants([asking()])
    with fresh_bank.serving() as broker:
        async with http(task.token) as client, anyio.create_task_group() as tasks:
            assert (await post(client, broker.url, *call(READ, {"account_id": 1}))).status_code == 200
            assert (await one_call(broker.url, "forged", READ, {})).status_code == 401
            tasks.start_soon(_given_up, client, broker.url)
            await true_soon(lambda: fresh_bank.of(task.task.id).count("call.intent") == 2)
            assert await anyio.to_thread.run_sync(broker.terminate) == 0
    assert fresh_bank.say("err").read_text() == ""
    ends = [(one["status"], one["effect"]) for one in fresh_bank.log if one["kind"] == "call.outcome"]
    assert ends == [("served", "done"), ("failed", "none")]
    (counted,) = [one for one in fresh_bank.log if one["kind"] == "strangers.counted"]
    assert counted["counts"] == {"bad_token": 1}


async def _given_up(client, url):
    try:
        await post(client, url, *call(SLOW, {"base": 0}))
    except Exception:  # noqa: BLE001 - however a connection ends when the other side goes
        return


def test_a_process_of_its_own_starts_serves_and_ends(fresh_bank):
    """The others start by fork from one that has imported everything: this one starts as a user's does."""
    words = [sys.executable, "-m", "broker", "serve", "--config", str(fresh_bank.config), "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert "Serving http://127.0.0.1:" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        said, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")
    assert "stop" in said


@pytest.mark.requirement("loopback")
@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "broker.example"])
def test_without_a_certificate_it_listens_on_loopback_alone(fresh_bank, host):
    fresh_bank.config.write_text(f'[server]\nhost = "{host}"\n')
    code, out, errors = fresh_bank.run("serve", "--config", str(fresh_bank.config), "--port", "0")
    assert (code, out) == (2, "")
    assert errors.startswith("error: ")
    assert "loopback only" in errors
    assert len(errors.splitlines()) == 1


def test_an_answer_does_not_wait_for_the_other_sides_acknowledgement(tmp_path):
    with tcp(Server(), 0, tmp_path) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_in_use_is_one_clear_line(fresh_bank):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, out, errors = fresh_bank.run("serve", "--config", str(fresh_bank.config), "--port", str(port))
    assert (code, out, len(errors.splitlines())) == (2, "", 1)
    assert f"cannot listen on 127.0.0.1:{port}" in errors


@pytest.mark.requirement("whole-or-not")
@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda home: (home.folder / "keys" / "token.jwk").unlink(), "no such key file"),
        (lambda home: (home.folder / "keys" / "log.key").chmod(0o644), "others may read this key"),
        (lambda home: (home.folder / "keys" / "vault.key").write_text("x\n"), "a key file is damaged"),
        (lambda home: (home.folder / "data" / "broker.db").write_bytes(b"x" * 5_000), "not a database of this broker"),
        (lambda home: shutil.rmtree(home.folder / "scopes"), "scopes"),
        (lambda home: (home.folder / "scopes" / "teller.yaml").write_text("scope: other\n"), "teller.yaml"),
        (lambda home: home.config.write_text("[server]\nhots = 1\n"), "hots"),
        (lambda home: home.config.write_text("[server\n"), "not TOML"),
    ],
    ids=["no key", "open key", "damaged key", "no database", "no scopes", "a bad scope", "a bad setting", "no TOML"],
)
def test_it_does_not_start_half_configured(fresh_bank, spoil, says):
    spoil(fresh_bank)
    code, out, errors = fresh_bank.run("serve", "--config", str(fresh_bank.config), "--port", "0")
    assert (code, out) == (2, "")
    assert says in errors
    assert all(line.startswith("error: ") for line in errors.splitlines())
    assert "Traceback" not in errors


@pytest.mark.requirement("ready")
async def test_when_the_database_is_gone_nothing_is_served_and_watchers_hear_why(fresh_bank):
    one, two = fresh_bank.grants([asking(), asking(user="jonas")])
    database = fresh_bank.folder / "data" / "broker.db"
    with fresh_bank.serving() as broker:
        assert (await one_call(broker.url, one.token, READ, {"account_id": 1})).status_code == 200
        database.rename(database.with_suffix(".gone"))
        for task in (one, two):
            response = await one_call(broker.url, task.token, READ, {"account_id": 1})
            assert response.status_code == 503
            assert response.json()["error"]["data"]["refused"] == "broker_unavailable"
        async with http() as client:
            ready = await client.get(f"{broker.base}/readyz")
            assert (ready.status_code, ready.json()["ready"]) == (503, False)
            assert ready.json()["why"] == "unreadable"
            assert "is gone" in fresh_bank.say("err").read_text()
            assert (await client.get(f"{broker.base}/healthz")).status_code == 200
        shutil.copyfile(database.with_suffix(".gone"), database)  # another file under the old name is another log
        assert (await one_call(broker.url, one.token, READ, {"account_id": 1})).status_code == 503
        assert await anyio.to_thread.run_sync(broker.terminate) == 0
    assert fresh_bank.kinds("call.") == ["call.intent", "call.outcome"]


def test_two_processes_may_share_a_folder(fresh_bank):
    with fresh_bank.serving() as one, fresh_bank.serving() as two:
        tasks = fresh_bank.grants([asking() for _ in range(2)])
        for broker, task in ((one, tasks[0]), (two, tasks[1]), (one, tasks[1]), (two, tasks[0])):
            response = anyio.run(one_call, broker.url, task.token, READ, {"account_id": 1})
            assert len(response.json()["result"]["structuredContent"]["rows"]) == 1
    until(lambda: fresh_bank.kinds("call.").count("call.outcome") == 4)
