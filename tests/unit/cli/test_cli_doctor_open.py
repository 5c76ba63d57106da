"""The doctor is red where somebody else can read what makes the broker, or put something of his own in its place."""

import json
import os
import pwd
import tempfile
from pathlib import Path

import pytest

from broker.cli.check_open import User, openings
from broker.settings import read


def found(home, environ=None, agents=None):
    """What is said of others: state, what, mend."""
    return [(one.state, one.said, one.mend) for one in openings(read(home / "broker.toml"), environ or {}, agents)]


def listens(home, **server):
    said = "".join(f"{name} = {json.dumps(value)}\n" for name, value in server.items())
    (home / "broker.toml").write_text(f"[server]\n{said}")


def test_a_home_as_it_is_made_is_closed(home, granted):
    assert granted().exit_code == 0
    ((state, said, _),) = found(home)
    assert (state, said) == ("ok", "by owner and mode, keys and store are for one user alone")


OPEN = {
    "keys that others see": (lambda home: (home / "keys").chmod(0o750), "keys", "chmod 700"),
    "an open store": (lambda home: opened(home / "data" / "broker.db", 0o640, 0o710), "read the store", "chmod 600"),
    "what lies beside it": (lambda home: opened(home / "data" / "broker.db-x", 0o644, 0o711), "db-x", "chmod 600"),
    "a store to replace": (lambda home: (home / "data").chmod(0o770), "another store", "chmod 700"),
    "scopes for everybody": (lambda home: (home / "scopes").chmod(0o777), "scopes", "chmod o-w"),
    "settings for everybody": (lambda home: (home / "broker.toml").chmod(0o666), "broker.toml", "chmod o-w"),
    "a home for everybody": (lambda home: home.chmod(0o777), "everybody", "chmod o-w"),
    "a socket to replace": (lambda home: run(home, 0o770), "their own socket", "chmod go-w"),
    "no place for the socket": (lambda home: listens(home, socket="run/s"), "no such folder", "mkdir"),
}


def opened(path, mode, folder):
    path.touch()
    path.chmod(mode)
    path.parent.chmod(folder)


def run(home, mode):
    (home / "run").mkdir()
    (home / "run").chmod(mode)
    listens(home, socket="run/broker.sock")


@pytest.mark.requirement("others")
@pytest.mark.parametrize("name", OPEN)
def test_what_stands_open_is_red_with_its_mend(home, name):
    spoil, says, mend = OPEN[name]
    (home / "data" / "broker.db").touch(0o600)
    spoil(home)
    ((state, said, mended),) = found(home)
    assert state == "fail"
    assert says in said
    assert mended.startswith(mend)


def test_the_doctor_is_red_and_its_mend_mends(at, home):
    (home / "keys").chmod(0o755)
    assert at("doctor").exit_code == 1
    ((_, _, mend),) = found(home)
    assert os.system(mend) == 0
    assert at("doctor").exit_code == 0


def test_a_store_that_nobody_can_come_to_is_closed_whatever_its_own_mode(home):
    (home / "data" / "broker.db").touch(0o644)
    assert found(home)[0][0] == "ok"


def test_a_socket_for_a_group_that_cannot_come_to_it_is_said_so(home):
    run(home, 0o700)
    listens(home, socket="run/broker.sock", socket_mode="0660")
    assert [state for state, _, _ in found(home)] == ["warn", "ok"]
    (home / "run").chmod(0o2750)
    assert [state for state, _, _ in found(home)] == ["ok"]


def test_a_token_file_that_others_read_is_red(home, tmp_path):
    token = tmp_path / "token"
    token.write_text("x")
    token.chmod(0o640)
    named = {"BROKER_TOKEN_FILE": str(token)}
    ((state, _, mend),) = found(home, named)
    assert (state, mend) == ("fail", f"chmod 600 {token}")
    token.chmod(0o600)
    assert found(home, named)[0][0] == "ok"


@pytest.mark.requirement("others")
@pytest.mark.parametrize("name", ["root", pwd.getpwuid(os.getuid()).pw_name])
def test_agents_that_run_as_root_or_as_the_brokers_own_user_are_red(at, name):
    said = [json.loads(line) for line in at("doctor", "--json", "--agents", name).stdout.splitlines()]
    (one,) = [one for one in said if one["name"] == "others"]
    assert one["state"] == "fail"
    assert f"run as `{name}`" in one["said"]


def test_agents_that_are_somebody_else_read_nothing(home):
    nobody = User(name="robot", uid=os.getuid() + 1, groups=frozenset())
    ((state, said, _),) = found(home, agents=nobody)
    assert (state, said.rpartition("; ")[2]) == ("ok", "`robot` reads none of it")


def test_agents_that_read_a_key_or_the_store_are_red_one_line_a_file(place):
    for path in ("keys/token.jwk", "keys/log.vkey", "keys/log.key", "data/broker.db"):
        (place / path).parent.mkdir(exist_ok=True)
        (place / path).touch(0o644)
    (place / "broker.toml").touch()
    robot = User(name="robot", uid=os.getuid() + 1, groups=frozenset())
    said = [one for state, one, _ in found(place, agents=robot) if "`robot`" in one and state == "fail"]
    assert [Path(one.partition(":")[0]).name for one in said] == ["token.jwk", "log.key", "broker.db"]


def test_a_user_that_is_not_there_is_said_so(at):
    done = at("doctor", "--agents", "nobody-of-that-name")
    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)


@pytest.fixture
def place():
    """Every folder above it can be passed by all."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        path = Path(folder)
        path.chmod(0o755)
        (path / "inner").mkdir()
        (path / "inner" / "key").write_text("x")
        yield path


@pytest.mark.parametrize(
    ("mode", "folder", "who"),
    [
        (0o600, 0o755, {"owner", "root"}),
        (0o640, 0o755, {"owner", "root", "group"}),
        (0o644, 0o755, {"owner", "root", "group", "other"}),
        (0o644, 0o750, {"owner", "root", "group"}),
        (0o644, 0o700, {"owner", "root"}),
        (0o604, 0o755, {"owner", "root", "other"}),
        (0o044, 0o755, {"root", "group", "other"}),
        (0o000, 0o755, {"root"}),
        (0o644, 0o644, {"root"}),
    ],
    ids=lambda one: oct(one) if isinstance(one, int) else "",
)
def test_a_user_reads_what_the_modes_on_the_whole_way_let_him(place, mode, folder, who):
    key, owner, group = place / "inner" / "key", os.getuid() or 70_001, os.getgid() or 70_002
    for one in (place / "inner", key):
        os.chown(one, owner, group)
    key.chmod(mode)
    (place / "inner").chmod(folder)
    users = {
        "owner": User(name="o", uid=owner, groups=frozenset({group})),
        "group": User(name="g", uid=70_003, groups=frozenset({group})),
        "other": User(name="x", uid=70_004, groups=frozenset()),
        "root": User(name="r", uid=0, groups=frozenset()),
    }
    assert {name for name, user in users.items() if user.reads(key)} == who
