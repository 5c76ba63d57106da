"""The tools and scopes that ship with the broker: package data in a wheel, the repository's own in a checkout."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from broker.model.faults import ConfigError, Problem


def shipped(name: str) -> Traversable:
    """The folder `tools` or `scopes` as it ships. Raises ConfigError where the installation has none."""
    package = files("broker")
    packed = package.joinpath("content", name)
    if packed.is_dir():
        return packed
    beside = Path(str(package)).parent / name
    if beside.is_dir():
        return beside
    raise ConfigError(
        [Problem(file=str(package), expected=f"no `{name}` ship with it", mend="install the broker again")]
    )


def inside(folder: Traversable, at: Path = Path()) -> Iterator[tuple[Path, bytes]]:
    """Every file below a folder, by its relative path."""
    for one in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if one.name.startswith((".", "__")):
            continue
        if one.is_dir():
            yield from inside(one, at / one.name)
        else:
            yield at / one.name, one.read_bytes()
