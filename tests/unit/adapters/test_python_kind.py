"""A function is found, read and pinned before anything of its package has run."""

import sys

import orjson
import pytest

from broker.adapters.python.kind import Python
from broker.model.scope import RowsAny, RowsSubject
from broker.model.tool import Compiled
from tests import kit
from tests.python_kit import MAYBE, NUMBER, TEXT, compiled, found, install, kind_of


@pytest.fixture
def kind(tmp_path):
    return kind_of(tmp_path)


def test_what_a_function_takes_and_gives(kind):
    made, tool = found(kind, "add", {"a": NUMBER, "b": MAYBE})
    assert made.arguments == {"a", "b"}
    assert (made.leaves, made.effects, made.owned, made.max_rows) == ({"sum": kit.leaf()}, set(), set(), 1)
    assert tool.admit(None) is tool.admit(RowsAny("all")) is None
    assert tool.missing() is tool.changed() is None


@pytest.mark.requirement("keyless-worker")
def test_nothing_of_the_package_runs_in_the_broker(kind, tmp_path):
    made = compiled(kind, "rates.loaded:add", {"a": NUMBER})
    assert isinstance(made[0], Compiled)
    assert not (tmp_path / "rates" / "loaded").exists()
    assert made[1].missing() is None
    assert (tmp_path / "rates" / "loaded").exists()  # a worker has loaded it
    assert not any(name.startswith("rates") for name in sys.modules)


def test_a_package_is_a_module_too(kind):
    assert isinstance(compiled(kind, "rates.sub:one", {"a": NUMBER})[0], Compiled)


WRONG = {
    "no call": ({"call": None}, "call"),
    "no colon": ({"call": "rates.calls.add"}, "call"),
    "a path": ({"call": "rates/calls:add"}, "call"),
    "a path that climbs": ({"call": "rates...calls:add"}, "call"),
    "a method": ({"call": "rates.calls:Rates.add"}, "call"),
    "a module of another package": ({"call": "os:system"}, "call"),
    "a module that is not there": ({"call": "rates.nope:add"}, "call"),
    "a function that is not there": ({"call": "rates.calls:nope"}, "call"),
    "a function that came from elsewhere": ({"call": "rates.calls:anyio"}, "call"),
    "a function of two definitions": ({"call": "rates.calls:twice", "arguments": {}}, "call"),
    "a module that is no Python": ({"call": "rates.torn:add"}, "call"),
    "arguments by place alone": ({"call": "rates.calls:by_place"}, "call"),
    "an argument that it does not take": ({"arguments": {"a": NUMBER, "z": NUMBER}}, "args.z"),
    "a binding that it does not take": ({"bind": {"z": "customer"}}, "bind.z"),
    "a key that it does not take": ({"idempotency": "z"}, "idempotency"),
    "an argument that the broker fills": ({"bind": {"a": "customer"}}, "args.a"),
    "a parameter that nobody fills": ({"arguments": {}}, "call"),
    "an optional one that it needs": ({"arguments": {"a": MAYBE}}, "args.a"),
    "progress as an argument": (
        {"call": "rates.calls:steps", "arguments": {"a": NUMBER, "progress": TEXT}},
        "args.progress",
    ),
    "nothing returned": ({"returns": {}}, ""),
    "a path with a hole": ({"returns": {"a..b": kit.leaf()}}, "returns.a..b"),
}


@pytest.mark.parametrize(("more", "place"), WRONG.values(), ids=WRONG)
def test_what_does_not_fit_is_told_with_its_place(kind, more, place):
    wrong = compiled(kind, **{"call": "rates.calls:add", "arguments": {"a": NUMBER}, **more})
    assert place in [".".join(one.path) for one in wrong]


@pytest.mark.parametrize("package", ["nope", "", "../rates", "rates\n", "rates; import os"])
def test_a_package_that_is_not_installed_is_told(tmp_path, package):
    [wrong] = compiled(Python(more=(str(tmp_path),)), "rates.calls:add", package=package)
    assert (wrong.path, wrong.of_source) == (("package",), True)


def test_a_link_to_a_folder_is_no_install(kind, tmp_path):
    (tmp_path / "rates.pth").write_text(str(tmp_path), encoding="utf-8")
    (tmp_path / "rates-1.0.dist-info" / "RECORD").write_text("rates.pth,,\n", encoding="utf-8")
    [wrong] = compiled(kind, "rates.calls:add")
    assert (wrong.path, wrong.mend) == (("call",), "a link to a folder is not taken for an install")


def test_a_package_with_a_file_missing_is_no_install(kind, tmp_path):
    (tmp_path / "rates" / "broken.py").unlink()
    [wrong] = compiled(kind, "rates.calls:add")
    assert wrong.path == ("package",)


def pin(kind, **more):
    return orjson.loads(found(kind, "add", {"a": NUMBER}, **more)[0].definition)


CHANGED = {
    "a byte of the function": {"files": {"calls.py": "def add(a):\n    return a\n"}},
    "a byte of another module": {"files": {"broken.py": "x = 1\n"}},
    "a file more": {"files": {"more.py": ""}},
    "the version": {"version": "1.1"},
}


@pytest.mark.parametrize("more", CHANGED.values(), ids=CHANGED)
def test_an_upgrade_changes_the_pin(tmp_path, more):
    before = pin(kind_of(tmp_path / "before"))
    assert pin(kind_of(tmp_path / "same")) == before  # wherever it lies
    assert pin(kind_of(tmp_path / "after", **more)) != before


def test_what_installers_and_compilers_write_is_no_part_of_the_pin(tmp_path):
    before = pin(kind_of(tmp_path))
    with (tmp_path / "rates-1.0.dist-info" / "RECORD").open("a") as record:
        record.write("rates/__pycache__/calls.cpython-311.pyc,,\nrates-1.0.dist-info/INSTALLER,,\n")
    assert pin(Python(more=(str(tmp_path),))) == before


def test_how_it_is_called_is_part_of_the_pin(kind):
    assert pin(kind) != pin(kind, idempotency="b") != pin(kind, bind={"b": "customer"})


def test_no_row_filter_can_be_placed_in_a_function(kind):
    _, tool = found(kind, "add", {"a": NUMBER})
    assert tool.admit(RowsSubject("customer")) is not None


def test_a_function_that_cannot_be_loaded_is_told_to_the_operator(kind):
    _, tool = compiled(kind, "rates.broken:add", {"a": NUMBER})
    said = tool.missing()
    assert "RuntimeError" in said
    assert "words" not in said


def test_a_package_that_changed_is_told(kind, tmp_path):
    _, tool = found(kind, "add", {"a": NUMBER})
    install(tmp_path, {"calls.py": "def add(a):\n    return 666\n"})
    assert tool.changed() is None  # nobody has looked yet
    assert "not what it was" in tool.missing()
    assert "not what it was" in tool.changed()
