"""What a command runs, as one digest: so that another program under the same name is not started."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

_CODE: Final = frozenset(
    {".py", ".pyz", ".whl", ".js", ".mjs", ".cjs", ".ts", ".rb", ".sh", ".jar", ".zip", ".tgz", ".gz", ".lock"}
)
_LOCKS: Final = frozenset({"package-lock.json", "npm-shrinkwrap.json"})
_FETCHERS: Final = frozenset({"npx", "uvx", "pipx", "bunx", "pnpx"})
_CHUNK: Final = 1 << 20


def fetcher(command: Sequence[str]) -> str | None:
    """The command's name, where it decides by itself, at each start, what it fetches and runs."""
    name = Path(command[0]).name.removesuffix(".cmd").removesuffix(".exe")
    return name if name in _FETCHERS else None


def digest(command: Sequence[str], cwd: Path) -> str | None:
    """Hex SHA-256 over the program, the code and lock files among its words, and the packages around them.

    Packages: all of a virtual environment that the program lies in, all of the `node_modules` that a file lies in.
    Folders and other files among the words are what it works on. None where there is no such program. Blocking.
    """
    found = program(command[0], cwd)
    if found is None:
        return None
    files = {found.resolve(): None}  # a dict for its order
    for word in command[1:]:
        path = cwd / word
        if path.is_file() and (path.suffix in _CODE or path.name in _LOCKS):
            files[path.resolve()] = None
    trees = [tree for one in (found, *files) for tree in _packages(one)]
    total = hashlib.sha256()
    for one in files:
        _add(total, one.name, one)
    for tree in dict.fromkeys(trees):
        for file in _walk(tree):
            _add(total, file.relative_to(tree).as_posix(), file)
    return total.hexdigest()


def program(word: str, cwd: Path) -> Path | None:
    """Where the program of a command lies; None: nowhere."""
    if os.sep in word:
        path = cwd / word
        return path if path.is_file() else None
    found = shutil.which(word)
    return None if found is None else Path(found)


def _packages(file: Path) -> list[Path]:
    """The outermost `node_modules`, or the libraries of the environment, that a file lies in."""
    modules = [one for one in file.parents if one.name == "node_modules"]
    if modules:
        return [modules[-1]]
    home = next((one for one in file.parents if (one / "pyvenv.cfg").is_file()), None)
    return [] if home is None else sorted(home.glob("lib*/**/site-packages"))


def _walk(tree: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(tree):
        folders[:] = sorted(one for one in folders if one != "__pycache__")
        yield from (Path(folder) / name for name in sorted(names) if not name.endswith(".pyc"))


def _add(total: hashlib._Hash, name: str, file: Path) -> None:
    """Name and content, each behind its length: two trees cannot read alike."""
    label = os.fsencode(name)
    total.update(len(label).to_bytes(8, "big") + label)
    if file.is_symlink() and not file.is_file():  # a link to a folder, or to nothing: where it leads counts
        target = os.fsencode(file.readlink())
        total.update(len(target).to_bytes(8, "big") + target)
        return
    total.update(file.stat().st_size.to_bytes(8, "big"))
    with file.open("rb") as content:
        while part := content.read(_CHUNK):
            total.update(part)
