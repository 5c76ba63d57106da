"""Static tokens as an operator gives them out: shown once, for what they could open, and taken back by name."""

import json

import pytest

WHO = ("--user", "maria", "--role", "analyst", "--agent", "analyst-1")
MADE = (*WHO, "--scope", "sales-questions", "--days", "90", "--why", "a client without keys")


@pytest.mark.requirement("static-at-rest")
def test_it_is_printed_once_listed_without_it_and_revoked_by_its_name(at):
    made = at("bearer", "new", "ci", *MADE)
    assert made.exit_code == 0
    token = made.stdout.splitlines()[-1]
    assert token.startswith("tb_")
    listed = at("bearer", "list", "--json")
    (one,) = map(json.loads, listed.stdout.splitlines())
    assert (one["bearer"], one["state"], one["scopes"], one["agent"]) == (
        "ci",
        "active",
        ["sales-questions"],
        "analyst-1",
    )
    assert token not in listed.stdout + at("bearer", "list").stdout + at("audit", "tail").stdout
    assert at("revoke", "bearer", "ci", "--why", "it leaked").exit_code == 0
    assert json.loads(at("bearer", "list", "--json").stdout)["state"] == "revoked"
    kinds = [json.loads(line)["record"] for line in at("audit", "tail", "--json").stdout.splitlines()]
    given, revoked = kinds
    assert (given["kind"], given["name"], given["why"]) == ("bearer.given", "ci", "a client without keys")
    assert (revoked["kind"], revoked["what"], revoked["name"]) == ("authority.revoked", "bearer", "ci")
    again = at("bearer", "new", "ci", *MADE)
    assert (again.exit_code, "its name stays its own" in again.stderr) == (1, True)


WRONG = [
    (("bearer", "new", "CI", *MADE), "small letters"),
    (("bearer", "new", "ci", *MADE[:-2], "--why", " "), "--why"),
    (("bearer", "new", "ci", *WHO, "--scope", "gone", "--days", "9", "--why", "x"), "no scope `gone`"),
    (("bearer", "new", "ci", *WHO, "--scope", "support-refund", "--days", "9", "--why", "x"), "is for the roles"),
    (("bearer", "new", "ci", *WHO, "--scope", "sales-questions", "--days", "999", "--why", "x"), "366"),
    (("revoke", "bearer", "nobody", "--why", "x"), "no bearer `nobody`"),
]


def test_what_could_open_nothing_is_not_made(at):
    assert at("bearer", "new", "first", *MADE).exit_code == 0
    for words, said in WRONG:
        found = at(*words)
        assert found.exit_code == 2
        assert said in " ".join(found.stderr.split())
    assert [json.loads(line)["bearer"] for line in at("bearer", "list", "--json").stdout.splitlines()] == ["first"]
