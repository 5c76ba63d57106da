"""Every way in which a command can fail is one line a problem and a code, never a traceback."""

import json
import socket
import subprocess
import sys

import pytest


def said(done, code):
    """The lines of stderr, after it ended with this code and without a traceback."""
    assert (done.exit_code, isinstance(done.exception, SystemExit)) == (code, True), done.exception
    assert "Traceback" not in done.output
    return done.stderr.splitlines()


EVERY = [
    ("serve",),
    ("task", "list"),
    ("task", "show", "x"),
    ("task", "end", "x"),
    ("tools", "list"),
    ("scopes", "list"),
    ("scopes", "show", "x"),
    ("scopes", "test"),
    ("audit", "tail"),
    ("audit", "show", "1"),
    ("audit", "verify"),
    ("audit", "export", "out"),
    ("grant", "s", "--user", "u", "--role", "r", "--agent", "a", "--purpose", "p"),
]


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_without_a_configuration_every_command_says_how_to_make_one(run, tmp_path, words):
    (line,) = said(run(*words, "--config", tmp_path / "broker.toml"), 2)
    assert line.startswith("error: ")
    assert "broker init" in line


@pytest.mark.requirement("calm")
@pytest.mark.parametrize("words", [("serve",), ("task", "list"), ("audit", "verify")], ids=" ".join)
def test_a_missing_key_file_is_named(at, home, words):
    (home / "keys" / "vault.key").unlink()
    (line,) = said(at(*words), 2)
    assert "vault.key" in line


def test_a_key_that_others_may_read_is_not_used(at, home):
    (home / "keys" / "token.jwk").chmod(0o644)
    (line,) = said(at("serve"), 2)
    assert "chmod 600" in line


@pytest.mark.requirement("calm")
def test_a_port_in_use_is_named_with_the_way_out(at):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        (line,) = said(at("serve", "--port", taken.getsockname()[1]), 2)
    assert "--port" in line


@pytest.mark.requirement("calm")
@pytest.mark.parametrize("words", [("serve",), ("audit", "tail")], ids=" ".join)
def test_a_file_that_is_no_database_is_said_so(at, home, words):
    (home / "data" / "broker.db").write_bytes(b"no database, but long enough to be looked at" * 100)
    (line,) = said(at(*words), 2)
    assert "database" in line


HOLD = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.mark.requirement("calm")
def test_a_database_that_another_process_holds_is_said_so(granted, at, home):
    # A process of its own: two SQLites in one process do not see each other's locks.
    task = json.loads(granted("--json").stdout)["task"]
    words = [sys.executable, "-c", HOLD, str(home / "data" / "broker.db")]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as held:
        assert held.stdout.readline() == b"held\n"
        (line,) = said(at("task", "end", task), 2)
        held.stdin.close()
    assert "locked" in line
    assert at("task", "end", task).exit_code == 0


def test_before_anything_is_on_record_reading_commands_make_no_database(at, home):
    (line,) = said(at("audit", "verify"), 2)
    assert "broker serve" in line
    assert not (home / "data" / "broker.db").exists()


def test_every_problem_of_a_file_is_a_line_with_its_place(at, home):
    path = home / "scopes" / "support-refund.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("seal:", "seel:").replace("15m", "15 parsecs"), "utf-8")
    lines = said(at("serve"), 2)
    assert len(lines) >= 2
    assert all(line.startswith("error: ") and "support-refund.yaml:" in line for line in lines)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("nope",), "no such command"),
        (("grant", "s"), "missing option"),
        (("grant", "s", "--user", "u", "--role", "r", "--agent", "a", "--purpose", "p", "--task", "x"), "name=value"),
        (("serve", "--port", "70000"), "65535"),
        (("schema", "poem"), "poem"),
    ],
)
def test_wrong_use_is_one_line_that_names_the_help(run, words, part):
    (line,) = said(run(*words), 2)
    assert part in line
    assert "--help" in line


@pytest.mark.parametrize("words", [("scopes", "show", "support-refunds"), ("scopes", "test", "support-refunds")])
def test_an_unknown_scope_is_answered_with_the_nearest(at, words):
    (line,) = said(at(*words), 2)
    assert "did you mean `support-refund`?" in line


def test_an_unwritable_place_is_one_line(run):
    (line,) = said(run("init", "/proc/broker"), 2)
    assert line.startswith("error: ")


def test_a_reader_that_goes_away_gets_no_traceback():
    words = [sys.executable, "-m", "broker", "schema", "scope"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(60) != 0


HELP = [*EVERY, ("init", "d"), ("demo",), ("doctor",), ("schema", "scope")]


@pytest.mark.requirement("help")
@pytest.mark.parametrize("words", HELP, ids=lambda words: words[0])
def test_every_help_shows_an_example(run, words):
    path = [word for word in words[:2] if word.isalpha()]
    told = run(*(path if path[0] in {"task", "tools", "scopes", "audit"} else path[:1]), "--help")
    assert told.exit_code == 0
    assert "Example: broker " in told.stdout
