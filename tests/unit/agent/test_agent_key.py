"""A holder's key: for its user alone, whole or refused, and shown to nobody."""

import os
import stat

import pytest

from broker.agent.key import Key
from broker.model.faults import TokenError
from broker.tokens.keys import new_key, private_text


def put(path, text, mode=0o600):
    path.touch()
    path.chmod(mode)
    path.write_text(text)
    return path


@pytest.mark.requirement("key-file")
def test_a_key_survives_its_file_which_is_for_its_user_alone(tmp_path):
    key, path = Key.make(), tmp_path / "agent.key"
    key.save(path)
    again = Key.load(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (again.name, again.public) == (key.name, key.public)
    assert set(key.public) == {"kty", "crv", "x"}


@pytest.mark.requirement("key-file")
def test_a_key_replaces_no_file(tmp_path):
    path = put(tmp_path / "agent.key", "mine")
    with pytest.raises(FileExistsError):
        Key.make().save(path)
    assert path.read_text() == "mine"


def test_a_key_does_not_show_itself():
    key = Key.make()
    assert key.clear_key.as_dict(private=True)["d"] not in f"{key} {key!r} {key.public} {key.name}"


@pytest.mark.requirement("key-file")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_that_others_may_read_is_refused_with_its_mend(tmp_path, mode):
    path = put(tmp_path / "agent.key", private_text(new_key()), mode)
    with pytest.raises(TokenError, match="chmod 600"):
        Key.load(path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "nonsense",
        "\xff",
        '{"kty":"oct","k":"AA","d":"AA"}',
        '{"kty":"OKP","crv":"X25519","x":"AA","d":"AA"}',
        '{"kty":"OKP","kty":"OKP"}',
        "x" * 9999,
    ],
    ids=repr,
)
def test_what_is_no_key_is_refused_without_being_repeated(tmp_path, text):
    path = put(tmp_path / "agent.key", text)
    with pytest.raises(TokenError) as wrong:
        Key.load(path)
    assert not text or text not in str(wrong.value)


def test_a_public_key_proves_nothing(tmp_path):
    path = put(tmp_path / "agent.pub", str(dict(Key.make().public)).replace("'", '"'))
    with pytest.raises(TokenError, match="no private key"):
        Key.load(path)


def test_a_file_that_is_not_there_or_a_pipe_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe", 0o600)
    for path, why in ((tmp_path / "none", "no such file"), (tmp_path / "pipe", "not a regular file")):
        with pytest.raises(TokenError, match=why):
            Key.load(path)
