"""A folder to start from: keys for its user alone, nothing replaced, every setting in its place."""

import json
import re
import stat
import tomllib

import pytest

from broker.cli.template import TOML
from broker.settings import Agent, Issuer, Settings, read


@pytest.mark.requirement("replaces-nothing")
def test_keys_and_data_are_for_their_own_user_alone(home):
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (home / "keys").iterdir()}
    assert modes.pop("log.vkey") & 0o111 == 0
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((home / "keys").stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "data").stat().st_mode) == 0o700


@pytest.mark.requirement("replaces-nothing")
def test_nothing_is_replaced_and_everything_in_the_way_is_named(home, run):
    before = (home / "keys" / "token.jwk").read_bytes()
    again = run("init", home)
    assert again.exit_code == 2
    assert [line.rpartition(":")[0].rpartition("/")[2] for line in again.stderr.splitlines()] == [
        "broker.toml",
        "tools",
        "scopes",
        "keys",
        "data",
    ]
    assert (home / "keys" / "token.jwk").read_bytes() == before


def test_a_gitignore_that_was_there_stays_as_it_was(tmp_path, run):
    (tmp_path / ".gitignore").write_text("mine\n", encoding="utf-8")
    done = run("init", tmp_path)
    assert done.exit_code == 0
    assert "names data/ and keys/" in done.stderr
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == "mine\n"


def test_keys_and_data_are_kept_out_of_git(home):
    assert {"data/", "keys/"} <= set((home / ".gitignore").read_text(encoding="utf-8").splitlines())


def test_a_file_where_the_folder_should_be_is_said_in_one_line(tmp_path, run):
    (tmp_path / "file").touch()
    done = run("init", tmp_path / "file")
    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)


def test_the_settings_it_writes_are_the_defaults(made):
    assert read(made / "broker.toml") == Settings(root=made)


def test_every_setting_stands_in_the_file_with_its_default():
    example = re.sub(r"^# (?=\w+ = |\w+-\w+ = |\[classes\]|\[\[identity)", "", TOML, flags=re.MULTILINE)
    said = tomllib.loads(example)
    assert set(said) == set(Settings.model_fields) - {"root"}
    plain = Settings(root=".").model_dump(mode="json")
    for section in ("server", "store", "log", "custody", "tasks", "governance"):
        assert set(said[section]) == set(plain[section])
        own = {name for name, value in plain[section].items() if value is not None}
        assert {name: said[section][name] for name in own} == {name: plain[section][name] for name in own}
    for part, model in (("issuers", Issuer), ("agents", Agent)):
        (one,) = said["identity"][part]
        assert set(one) == set(model.model_fields)
        model.model_validate(one)


def test_the_shipped_scopes_and_tools_load_and_keep_what_their_cases_say(at):
    assert at("scopes", "test").exit_code == 0


def test_json_names_what_was_made(tmp_path, run):
    made = json.loads(run("init", tmp_path / "x", "--json").stdout)
    assert set(made) == {"broker", "tools", "scopes", "keys", "data"}
