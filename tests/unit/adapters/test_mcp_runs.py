"""Another program under the same name has another digest; what a program works on has none."""

import os
from pathlib import Path

import pytest

from broker.adapters.mcp import runs


class Machine:
    """Programs in a folder, in every arrangement that packages come in."""

    def __init__(self, root):
        self.root = root

    def write(self, name, text="x"):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def digest(self, *command):
        found = runs.digest(command, self.root)
        return None if found is None else found.digest


@pytest.fixture
def machine(tmp_path):
    one = Machine(tmp_path)
    one.write("env/pyvenv.cfg", "include-system-site-packages = false")
    one.write("env/bin/server", f"#!{tmp_path}/env/bin/python\nimport server\n")
    one.write("interpreter", "python itself")
    (tmp_path / "env/bin/python").symlink_to(tmp_path / "interpreter")
    one.write("env/lib/python3.11/site-packages/server/__init__.py")
    one.write("env/lib/python3.11/site-packages/server/deep/rules.json")
    one.write("env/lib/python3.11/site-packages/server/__pycache__/__init__.cpython-311.pyc")
    one.write("pkgs/node_modules/server/index.js", "#!/usr/bin/env sh\n")
    one.write("pkgs/node_modules/other/index.js")
    (tmp_path / "pkgs/node_modules/.bin").mkdir()
    (tmp_path / "pkgs/node_modules/.bin/server").symlink_to("../server/index.js")
    (tmp_path / "pkgs/node_modules/linked").symlink_to("other")
    one.write("own.py", "print()")
    one.write("work/file.txt")
    return one


PYTHON = ("env/bin/server", "--repository", "work")
NODE = ("pkgs/node_modules/.bin/server", "work")
CHANGES = {
    "the program": (PYTHON, "env/bin/server"),
    "its package": (PYTHON, "env/lib/python3.11/site-packages/server/__init__.py"),
    "what is no code in it": (PYTHON, "env/lib/python3.11/site-packages/server/deep/rules.json"),
    "a new file": (PYTHON, "env/lib/python3.11/site-packages/sitecustomize.py"),
    "bytecode without a source": (PYTHON, "env/lib/python3.11/site-packages/sitecustomize.pyc"),
    "what says where libraries lie": (PYTHON, "env/pyvenv.cfg"),
    "the interpreter of its first line": (PYTHON, "interpreter"),
    "a script's package": (NODE, "pkgs/node_modules/server/index.js"),
    "a package beside it": (NODE, "pkgs/node_modules/other/index.js"),
    "a package that was not there": (NODE, "pkgs/node_modules/new/index.js"),
    "code among the words": (("env/bin/server", "own.py"), "own.py"),
}


@pytest.mark.parametrize(("command", "name"), CHANGES.values(), ids=CHANGES)
def test_another_program_has_another_digest(machine, command, name):
    before = machine.digest(*command)
    machine.write(name, "something else")
    assert machine.digest(*command) != before


SAME = {
    "a file that it works on": (PYTHON, "work/file.txt"),
    "a new file that it works on": (PYTHON, "work/more.py"),
    "a cache that each start writes": (
        PYTHON,
        "env/lib/python3.11/site-packages/server/__pycache__/__init__.cpython-311.pyc",
    ),
    "another package's tree": (PYTHON, "pkgs/node_modules/server/index.js"),
}


@pytest.mark.parametrize(("command", "name"), SAME.values(), ids=SAME)
def test_what_it_works_on_is_none_of_it(machine, command, name):
    before = machine.digest(*command)
    machine.write(name, "something else")
    assert machine.digest(*command) == before


def test_a_link_that_leads_elsewhere_is_another_program(machine):
    before = machine.digest(*NODE)
    link = machine.root / "pkgs/node_modules/linked"
    link.unlink()
    link.symlink_to("server")
    assert machine.digest(*NODE) != before


def test_two_trees_cannot_read_alike(machine):
    packages = "env/lib/python3.11/site-packages"
    machine.write(f"{packages}/a", "bc")
    before = machine.digest(*PYTHON)
    machine.write(f"{packages}/a", "b")
    assert machine.digest(*PYTHON) != before
    (machine.root / packages / "a").rename(machine.root / packages / "ab")
    machine.write(f"{packages}/ab", "c")
    assert machine.digest(*PYTHON) != before


def test_the_same_files_elsewhere_are_the_same(machine):
    packages = machine.root / "env/lib/python3.11/site-packages"
    before = machine.digest(*PYTHON)
    (packages / "server").rename(packages / "away")
    (packages / "away").rename(packages / "server")
    os.utime(packages / "server/__init__.py", (0, 0))
    assert machine.digest(*PYTHON) == before


def test_a_pipe_in_the_tree_is_not_waited_for(machine):
    before = machine.digest(*PYTHON)
    os.mkfifo(machine.root / "env/lib/python3.11/site-packages/pipe")
    assert machine.digest(*PYTHON) not in {None, before}


def test_how_many_files_are_covered_is_told(machine):
    assert runs.digest(("env/bin/server",), machine.root).files == 5  # its settings and its interpreter too


@pytest.mark.parametrize("word", ["env/bin/nothing", "no-such-program-anywhere", "work", ""])
def test_there_is_no_digest_of_no_program(machine, word):
    assert machine.digest(word) is None


@pytest.mark.parametrize("word", ["npx", "uvx", "/usr/bin/npx", "pipx", "bunx", "pnpx", "npx.cmd", "uvx.exe"])
def test_what_decides_by_itself_what_it_runs_is_known(word):
    assert runs.fetcher([word, "-y", "server"]) == Path(word).stem


@pytest.mark.parametrize("word", ["node", "python", "env/bin/server", "npx-like"])
def test_other_programs_fetch_nothing(word):
    assert runs.fetcher([word]) is None
