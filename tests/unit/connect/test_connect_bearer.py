"""The token: where it comes from, what it must be, and where it does not show."""

import os

import pytest

from broker.connect.bearer import FILE, TOKEN, taken
from broker.model.faults import ConfigError


def put(path, text="abc", mode=0o600):
    path.touch()
    path.chmod(mode)
    path.write_text(text)
    return path


def test_a_token_from_the_environment_is_taken_out_of_it():
    environ = {TOKEN: "abc.d~e-f_g+h/i==", "PATH": "x"}
    assert taken(environ, print).token == "abc.d~e-f_g+h/i=="
    assert environ == {"PATH": "x"}


def test_a_token_from_a_file_is_its_one_word(tmp_path):
    environ = {FILE: str(put(tmp_path / "t", "  abc\n\n"))}
    assert taken(environ, print).token == "abc"
    assert environ == {}


@pytest.mark.parametrize(
    "text", ["", " ", "a b", "a\r\nX-Evil: 1", "a\x00", "ä", "a\nb", "=", "a=b", "x" * 70_000 + " y"], ids=repr
)
def test_what_could_not_stand_in_a_header_is_no_token(tmp_path, text):
    for environ in ({TOKEN: text}, {FILE: str(put(tmp_path / "t", text))}):
        with pytest.raises(ConfigError) as wrong:
            taken(environ, print)
        assert text.strip() == "" or text not in str(wrong.value)
        assert environ == {}


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o620, 0o602, 0o644, 0o610])
def test_a_file_that_others_may_touch_is_refused_with_its_mend(tmp_path, mode):
    path = put(tmp_path / "t", mode=mode)
    with pytest.raises(ConfigError) as wrong:
        taken({FILE: str(path)}, print)
    assert f"chmod 600 {path}" in str(wrong.value)


def test_a_pipe_that_nobody_writes_is_refused_at_once(tmp_path):
    path = tmp_path / "t"
    os.mkfifo(path, 0o600)
    with pytest.raises(ConfigError, match="not a regular file"):
        taken({FILE: str(path)}, print)


def test_what_a_name_leads_to_is_what_counts(tmp_path):
    link = tmp_path / "link"
    link.symlink_to(put(tmp_path / "t", mode=0o644))
    with pytest.raises(ConfigError, match="others may read"):
        taken({FILE: str(link)}, print)
    (tmp_path / "t").chmod(0o600)
    assert taken({FILE: str(link)}, print).token == "abc"


def test_both_are_one_too_many_and_none_is_one_too_few(tmp_path):
    for environ in ({TOKEN: "a", FILE: str(put(tmp_path / "t"))}, {}, {TOKEN: "", FILE: ""}):
        with pytest.raises(ConfigError):
            taken(environ, print)
        assert environ == {}


def test_a_token_does_not_show():
    bearer = taken({TOKEN: "secret"}, print)
    assert "secret" not in repr(bearer) + str(bearer)


async def test_whoever_comes_second_finds_the_token_that_the_first_one_read(tmp_path):
    path = put(tmp_path / "t", "old")
    bearer = taken({FILE: str(path)}, print)
    put(path, "new")
    assert await bearer.renewed("old")
    path.unlink()
    assert await bearer.renewed("old")
    assert bearer.token == "new"
    said = []
    bearer.tell = said.append
    assert not await bearer.renewed("new")
    assert (bearer.token, len(said)) == ("new", 1)
