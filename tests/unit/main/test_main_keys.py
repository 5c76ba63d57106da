"""The broker's keys are whole, of their own user alone, and never replaced."""

import stat

import pytest

from broker.main.keys import DIGEST, LOG, TOKEN, VAULT, VKEY, make, read
from broker.model.faults import ConfigError
from broker.store.system import SystemIds

PRIVATE = [TOKEN, LOG, VAULT, DIGEST]


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "keys"
    made.mkdir(mode=0o755)
    make(made, "test/log", SystemIds())
    return made


@pytest.mark.requirement("replaces-nothing")
def test_they_are_for_their_own_user_alone_whatever_the_folder_was(folder):
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in PRIVATE} == {0o600}
    assert read(folder).signer.vkey == (folder / VKEY).read_text(encoding="utf-8").strip()


@pytest.mark.requirement("replaces-nothing")
def test_no_key_is_ever_replaced(folder):
    before = {name: (folder / name).read_bytes() for name in PRIVATE}
    with pytest.raises(FileExistsError):
        make(folder, "test/log", SystemIds())
    assert {name: (folder / name).read_bytes() for name in PRIVATE} == before


@pytest.mark.requirement("whole-or-not")
@pytest.mark.parametrize("name", PRIVATE)
@pytest.mark.parametrize("mode", [0o640, 0o620, 0o604, 0o602], ids=oct)
def test_a_key_that_others_may_touch_is_not_used(folder, name, mode):
    (folder / name).chmod(mode)
    with pytest.raises(ConfigError) as failed:
        read(folder)
    assert [(one.file, one.expected) for one in failed.value.problems] == [
        (str(folder / name), "others may read this key")
    ]


@pytest.mark.requirement("whole-or-not")
@pytest.mark.parametrize("name", PRIVATE)
def test_a_key_that_is_missing_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(ConfigError) as failed:
        read(folder)
    assert [one.file for one in failed.value.problems] == [str(folder / name)]


@pytest.mark.requirement("whole-or-not")
@pytest.mark.parametrize("name", [VAULT, DIGEST])
@pytest.mark.parametrize("spoil", [lambda text: "!" + text, lambda text: text[4:], lambda text: "QUJD" + text])
def test_a_damaged_key_is_not_used(folder, name, spoil):
    (folder / name).write_text(spoil((folder / name).read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(ConfigError, match="damaged"):
        read(folder)
