"""`broker keys`: what an operator sees of the keys, and what another key changes."""

import json

import pytest


def lines(done):
    assert done.exit_code == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.requirement("keys-rotate")
def test_a_key_that_was_rotated_is_listed_until_its_last_token_has_run_out(granted, at):
    (before,) = lines(at("keys", "list", "--json"))
    granted()
    (done,) = lines(at("keys", "rotate", "--why", "every year", "--json"))
    assert [one["kid"] for one in done["verify"]] == [before["kid"]]
    assert [one["state"] for one in lines(at("keys", "list", "--json"))] == ["signs", "verifies"]
    told = at("keys", "list").stdout
    assert before["kid"] in told
    assert "until" in told
    assert granted().exit_code == 0


@pytest.mark.requirement("keys-dropped")
def test_a_leaked_key_is_dropped_with_its_reason_and_nothing_verifies_beside_the_new_one(granted, at):
    granted()
    at("keys", "rotate")
    assert at("keys", "rotate", "--drop-old").exit_code == 2
    told = at("keys", "rotate", "--drop-old", "--why", "the backup was stolen")
    assert "`broker task refresh`" in told.stdout
    assert len(lines(at("keys", "list", "--json"))) == 1
    tail = at("audit", "tail").stdout
    assert "the backup was stolen" in tail
    assert json.loads(at("audit", "verify", "--json").stdout)["ok"] is True


def test_a_damaged_list_of_old_keys_is_said_in_one_line(granted, at, home):
    granted()
    at("keys", "rotate")
    (home / "keys" / "token.old.jwks").write_text("{")
    for words in (("keys", "list"), ("keys", "rotate"), ("task", "list")):
        done = at(*words)
        assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1), words


def test_nothing_private_is_printed(granted, at, home):
    granted()
    secret = json.loads((home / "keys" / "token.jwk").read_text())["d"]
    all_of = (("list",), ("list", "--json"), ("rotate",), ("rotate", "--json"))
    done = [at("keys", *words) for words in all_of]
    assert [one.exit_code for one in done] == [0] * 4
    printed = "".join(one.stdout for one in done)
    assert secret not in printed
    assert json.loads((home / "keys" / "token.jwk").read_text())["d"] not in printed
