"""`[custody]` for an operator: keys leave the folder by one command, and every other command goes on."""

import json

import pytest

WORDS = '[custody]\nlog = "kms"\nvault = "kms"\ndigest = "kms"\nkms = "tests.kms_kit:make"\n'


def says(home, text):
    """`text` in the section that is there already."""
    path = home / "broker.toml"
    path.write_text(path.read_text().replace("[custody]", text, 1))


def keys_of(at):
    said = [json.loads(line) for line in at("doctor", "--json").stdout.splitlines()]
    return [(one["state"], one["said"]) for one in said if one["name"] == "keys"]


@pytest.mark.requirement("custody")
def test_keys_go_to_a_kms_by_one_command_and_the_log_goes_on(granted, at, home):
    assert granted().exit_code == 0
    clear = (home / "keys" / "vault.key").read_text().strip()
    says(home, WORDS)
    ((state, said),) = keys_of(at)
    assert (state, "lies there in clear" in said) == ("fail", True)
    assert granted().exit_code == 2
    wrapped = at("keys", "wrap")
    assert wrapped.stdout == "wrapped: log.key, vault.key, digest.key\n"
    assert "in every backup" in wrapped.stderr
    assert clear not in wrapped.stdout + (home / "keys" / "vault.key").read_text()
    assert json.loads(at("keys", "wrap", "--json").stdout) == {"wrapped": ["log.key", "vault.key", "digest.key"]}
    assert granted().exit_code == 0
    assert json.loads(at("audit", "verify", "--json").stdout)["ok"] is True
    assert at("audit", "tail").stdout.count("log.key, vault.key, digest.key, by ") == 2
    ((state, said),) = keys_of(at)
    assert (state, said.partition("; ")[2]) == ("ok", "log from kms; vault from kms; digest from kms")


def test_without_a_kms_nothing_is_wrapped(at, home):
    done = at("keys", "wrap")
    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)
    says(home, '[custody]\ntoken = "kms"\n')
    assert "needs `kms`" in at("keys", "wrap").stderr
    says(home, '[custody]\nkms = "tests.kms_kit:make"\n')
    done = at("keys", "wrap")
    assert (done.stdout, done.stderr) == ("wrapped: none, for `[custody]` gives no file to the KMS\n", "")


@pytest.mark.requirement("custody")
def test_a_key_from_the_environment_is_rotated_there(granted, at, home, monkeypatch):
    key = home / "keys" / "token.jwk"
    monkeypatch.setenv("TOKEN_KEY", key.read_text())
    key.unlink()
    says(home, '[custody]\ntoken = "env:TOKEN_KEY"\n')
    assert granted().exit_code == 0
    (before,) = [json.loads(line) for line in at("keys", "list", "--json").stdout.splitlines()]
    assert before["from"] == "env:TOKEN_KEY"
    told = at("keys", "rotate").stdout
    assert told.startswith("now let env:TOKEN_KEY give another key")
    assert json.loads(still_verifying(at))["kid"] == before["kid"]
    assert not key.exists()
    told = at("keys", "rotate", "--drop-old", "--why", "it leaked").stdout
    assert told.splitlines()[0] == "now let env:TOKEN_KEY give another key, and start each broker anew"
    assert "until then none is given" in told
    (dropped,) = [json.loads(line) for line in at("keys", "list", "--json").stdout.splitlines()]
    assert (dropped["kid"], dropped["state"]) == (before["kid"], "dropped")
    assert "let env:TOKEN_KEY give another key" in granted().stderr
    assert json.loads(at("audit", "verify", "--json").stdout)["ok"] is True


def still_verifying(at):
    """The line of the key that verifies yet."""
    (one,) = [line for line in at("keys", "list", "--json").stdout.splitlines() if '"verifies"' in line]
    return one
