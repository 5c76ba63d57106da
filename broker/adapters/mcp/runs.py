"""What a command runs, as one digest: so that another program under the same name is not started."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_CODE: Final = frozenset(
    {".py", ".pyz", ".whl", ".js", ".mjs", ".cjs", ".ts", ".rb", ".sh", ".jar", ".zip", ".tgz", ".gz", ".lock"}
)
_LOCKS: Final = frozenset({"package-lock.json", "npm-shrinkwrap.json"})
_FETCHERS: Final = frozenset({"npx", "uvx", "pipx", "bunx", "pnpx"})
_CACHED: Final = "__pycache__"
_SHEBANG: Final = re.compile(rb"#!\s*(\S+)(?:\s+(?:-S\s+)?(\S+))?")
_SETTINGS: Final = "pyvenv.cfg"  # of a virtual environment, in its folder
_CHUNK: Final = 1 << 20

CACHE: Final = "PYTHONPYCACHEPREFIX"
"""Python believes the bytecode that it finds beside the code, which no digest covers, for each start writes there; so a
command is started with this variable, and finds none but what lies in a folder of the broker's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    digest: str  # hex SHA-256
    files: int  # that it covers


def fetcher(command: Sequence[str]) -> str | None:
    """The command's name, where it decides by itself, at each start, what it fetches and runs."""
    name = Path(command[0]).name.removesuffix(".cmd").removesuffix(".exe")
    return name if name in _FETCHERS else None


def digest(command: Sequence[str], cwd: Path) -> Runs | None:
    """Over the program, what its first line names, the code and lock files among its words, and the packages around.

    Packages: all of a virtual environment that the program lies in, all of the `node_modules` that a file lies in.
    Folders and other files among the words are what it works on. None where there is no such program. Blocking.
    Raises OSError where one of the files cannot be read.
    """
    found = program(command[0], cwd)
    if found is None:
        return None
    total, count = hashlib.sha256(), 0
    for label, file in _covered(found, command[1:], cwd):
        _add(total, label, file)
        count += 1
    return Runs(digest=total.hexdigest(), files=count)


def program(word: str, cwd: Path) -> Path | None:
    """Where the program of a command lies; None: nowhere."""
    if os.sep in word:
        path = cwd / word
        return path if path.is_file() else None
    found = shutil.which(word)
    return None if found is None else Path(found)


def _covered(found: Path, words: Sequence[str], cwd: Path) -> Iterator[tuple[str, Path]]:
    """(label, file), each file once, in an order that the files alone decide."""
    files = {found.resolve(): None}  # a dict for its order
    for word in words:
        path = cwd / word
        if path.is_file() and (path.suffix in _CODE or path.name in _LOCKS):
            files[path.resolve()] = None
    reader, home = _reader(found), _environment(found)
    if reader is not None:
        files[reader] = None
    if home is not None:  # it says which other libraries are looked into
        files[(home / _SETTINGS).resolve()] = None
    yield from ((one.name, one) for one in files)
    trees = dict.fromkeys(tree.resolve() for one in (found, *files) for tree in _packages(one))
    for tree in trees:
        yield from ((file.relative_to(tree).as_posix(), file) for file in _walk(tree))


def _reader(found: Path) -> Path | None:
    """What its first line says that reads it, as in `#!/usr/bin/env node`."""
    with found.open("rb") as content:
        said = _SHEBANG.match(content.readline(_CHUNK))
    if said is None:
        return None
    first = os.fsdecode(said[1])
    named = os.fsdecode(said[2]) if said[2] is not None and Path(first).name == "env" else first
    reader = program(named, found.parent)
    return None if reader is None else reader.resolve()


def _packages(file: Path) -> list[Path]:
    """The outermost `node_modules`, or the libraries of the environment, that a file lies in."""
    modules = [one for one in file.parents if one.name == "node_modules"]
    if modules:
        return [modules[-1]]
    home = _environment(file)
    return [] if home is None else sorted(home.glob("lib*/**/site-packages"))


def _environment(file: Path) -> Path | None:
    return next((one for one in file.parents if (one / _SETTINGS).is_file()), None)


def _walk(tree: Path) -> Iterator[Path]:
    """Its files, and its links to folders: where these lead is not gone into, but that they lead there counts."""
    for folder, folders, names in os.walk(tree):
        links = [one for one in folders if (Path(folder) / one).is_symlink()]
        folders[:] = sorted(one for one in folders if one != _CACHED)
        yield from (Path(folder) / name for name in sorted([*names, *links]))


def _add(total: hashlib._Hash, name: str, file: Path) -> None:
    """Name and content, each behind its length: two trees cannot read alike."""
    label = os.fsencode(name)
    total.update(len(label).to_bytes(8, "big") + label)
    if not file.is_file():  # a link to a folder or to nothing, whose target counts; a pipe, which is never opened
        target = os.fsencode(file.readlink()) if file.is_symlink() else b""
        total.update(len(target).to_bytes(8, "big") + target)
        return
    total.update(file.stat().st_size.to_bytes(8, "big"))
    with file.open("rb") as content:
        while part := content.read(_CHUNK):
            total.update(part)
