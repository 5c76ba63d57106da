"""The file of pins is replaced whole or not at all, and nobody's approval is lost to another's."""

import os

import pytest

from broker.catalog.pins import Pins, read, written
from broker.main.pinning import keep
from broker.main.places import places
from broker.model.faults import ConfigError
from broker.settings import Settings
from tests.mcp_kit import LOOK, Files

NOW = Pins(
    runs=None,
    held={"tools": {"look": {**LOOK, "description": "Other."}}, "resources": {}, "templates": {}, "prompts": {}},
)


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path)


@pytest.fixture
def place(files):
    (found,) = places(Settings(root=files.root))
    return found


def test_what_is_kept_is_what_was_said(files, place):
    keep(place, NOW)
    assert read(files.pins.read_bytes(), "far") == NOW
    assert [one.name for one in files.pins.parent.iterdir() if one.name.startswith(".")] == []


def test_what_somebody_else_approved_meanwhile_is_not_overwritten(files, place):
    theirs = written("far", Pins(runs="b" * 64, held=NOW.held))
    files.pins.write_bytes(theirs)
    with pytest.raises(ConfigError, match="somebody approved something meanwhile"):
        keep(place, NOW)
    assert files.pins.read_bytes() == theirs


@pytest.mark.parametrize("step", ["fsync", "fchmod"])
def test_a_disk_that_fails_leaves_what_was_there(files, place, monkeypatch, step):
    before = files.pins.read_bytes()

    def fails(*_):
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(os, step, fails)
    with pytest.raises(OSError, match="no space"):
        keep(place, NOW)
    assert files.pins.read_bytes() == before
    assert [one.name for one in files.pins.parent.iterdir() if one.name.startswith(".")] == []


def test_it_is_on_the_disk_before_it_has_its_name_and_its_name_after(files, place, monkeypatch):
    order = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda number: (order.append(files.pins.read_bytes() == place.raw), real(number)))
    keep(place, NOW)
    assert order == [True, False]
