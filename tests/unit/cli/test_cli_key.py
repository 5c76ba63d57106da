"""`broker key`: an agent's key is made once, and its public half is what an operator binds a token to."""

import hashlib
import json
import stat

import pytest

from broker.agent.held import Held
from broker.agent.key import Key


@pytest.mark.requirement("key-file")
def test_a_key_is_made_once_for_its_user_alone_and_its_public_half_is_printed(run, tmp_path):
    path = tmp_path / "agent.key"
    first, again = run("key", path), run("key", path)
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(first.stdout) == json.loads(again.stdout) == dict(Key.load(path).public)
    assert ("a new key lies in" in first.stderr, again.stderr) == (True, "")
    assert json.loads(path.read_text())["d"] not in first.stdout + first.stderr


@pytest.mark.requirement("calm")
@pytest.mark.parametrize(
    ("name", "says"), [("open.key", "chmod 600"), ("other", "no Ed25519 key"), ("no/where", "no such")]
)
def test_what_is_no_key_of_this_users_is_one_clear_line(run, tmp_path, name, says):
    Key.make().save(tmp_path / "open.key")
    (tmp_path / "open.key").chmod(0o644)
    (tmp_path / "other").touch(0o600)
    done = run("key", tmp_path / name)
    assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert says in done.stderr


def test_what_it_prints_is_what_a_grant_takes(run, tmp_path, granted):
    (tmp_path / "agent.pub").write_text(run("key", tmp_path / "agent.key").stdout)
    done = granted("--holder", tmp_path / "agent.pub")
    assert done.exit_code == 0
    held = Held(token=done.stdout.splitlines()[-1], key=Key.load(tmp_path / "agent.key"))
    assert (held.said.actor, held.said.blocks, held.said.is_sealed) == ("helpdesk-1", 0, False)


@pytest.mark.requirement("agent-secret")
def test_a_secret_is_made_once_for_its_user_alone_and_its_digest_is_printed(run, tmp_path):
    path = tmp_path / "agent.secret"
    first, again = run("key", "--secret", path), run("key", "--secret", path)
    secret = path.read_text().strip()
    assert (stat.S_IMODE(path.stat().st_mode), len(secret)) == (0o600, 43)
    line = f'secret_sha256 = "{hashlib.sha256(secret.encode()).hexdigest()}"'
    assert first.stdout.splitlines() == again.stdout.splitlines() == [line]
    assert secret not in first.stdout + first.stderr


@pytest.mark.parametrize(("text", "mode", "says"), [("short", 0o600, "no secret of"), ("x" * 43, 0o644, "chmod 600")])
def test_a_secret_that_others_know_or_guess_is_none(run, tmp_path, text, mode, says):
    path = tmp_path / "agent.secret"
    path.write_text(text)
    path.chmod(mode)
    done = run("key", "--secret", path)
    assert (done.exit_code, done.stdout, says in done.stderr) == (2, "", True)
