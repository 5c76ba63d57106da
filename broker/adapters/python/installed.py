"""What of a package is installed: its version, its files and their digest, found without running any of it."""

from __future__ import annotations

import hashlib
import re
import site
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Final

_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
# Written or changed by whoever installs, loads or compiles: no part of what runs.
_BESIDE: Final = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})
_COMPILED: Final = frozenset({".pyc", ".pyo"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    name: str  # as it calls itself
    version: str
    digest: str  # hex SHA-256 over the paths and digests of its files, those that an installer writes left out
    files: Mapping[str, Path] = field(repr=False)  # as the package names them, from the folder it is installed in

    def module(self, name: str) -> Path | None:
        """The file of a module written in Python; None where the package has none of this name."""
        path = name.replace(".", "/")
        return self.files.get(f"{path}.py") or self.files.get(f"{path}/__init__.py")


def folders(more: tuple[str, ...]) -> tuple[str, ...]:
    """Where a worker looks, and so where we do: not the current folder, nor what the environment names."""
    return (*more, *site.getsitepackages())


def find(name: str, where: tuple[str, ...]) -> Package | None:
    """The package as it lies there now; None where it is not, or is not whole. Blocking; reads every file of it."""
    if not _NAME.fullmatch(name):
        return None
    found = next(iter(metadata.distributions(name=name, path=list(where))), None)
    if found is None or not found.files:
        return None
    files = {
        one.as_posix(): Path(str(found.locate_file(one)))
        for one in found.files
        if ".." not in one.parts and one.name not in _BESIDE and one.suffix not in _COMPILED
    }
    digest = _digest(files)
    return None if digest is None else Package(name=found.name, version=found.version, digest=digest, files=files)


def _digest(files: Mapping[str, Path]) -> str | None:
    whole = hashlib.sha256()
    try:
        for name, path in sorted(files.items()):
            with path.open("rb") as file:
                # A name holds no line break that a list of installed files could carry (RECORD is CSV, line by line).
                whole.update(f"{name}\n{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    except OSError:
        return None
    return whole.hexdigest()
