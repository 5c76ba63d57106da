"""The MCP servers that source files speak of, whether or not their tools can be used yet."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from broker.catalog import classes, pins
from broker.catalog.pins import Pins
from broker.catalog.report import At, Report, nearest
from broker.catalog.source import House, Source, source
from broker.catalog.tree import Map, Node, Text
from broker.catalog.yaml_text import read
from broker.model.faults import ConfigError, Problem
from broker.model.label import Json
from broker.settings import Settings

FACES: Final = {"tools": "tools", "resources": "resources", "templates": "resources", "prompts": "prompts"}
"""Under which key of a source file the entries of each of a server's lists stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One source of kind mcp, as far as it is about the whole server."""

    name: str
    folder: Path
    root: Path  # where relative paths start
    own: Mapping[str, Json] = field(repr=False)
    named: Mapping[str, Mapping[str, str]]  # key of FACES -> the server's own name -> the name here
    others: frozenset[str]  # tools of other sources
    pins: Pins | None  # None: nothing is approved, or nobody can tell what
    raw: bytes | None = field(repr=False)  # the file of pins as it was read
    spoilt: str | None  # why the file of pins cannot be trusted

    def word(self, kind: str, name: str) -> str | None:
        """What the source file calls an entry of one of its lists; None: it does not name it."""
        return self.named.get(FACES[kind], {}).get(name)


def places(settings: Settings, only: str | None = None) -> tuple[Place, ...]:
    """Every source of kind mcp, or this one. Raises ConfigError where a file cannot be read, or there is no such one.

    What is wrong with single tools is none of it: it may be just what an admin is about to mend by approving.
    """
    house = House(classes=classes.known(settings.classes), environ=os.environ, kinds=frozenset({"mcp"}))
    trees = dict(_trees(settings))
    _known(only, trees)
    found: list[Place] = []
    problems: list[Problem] = []
    for name, (path, report, node) in trees.items():
        wanted = only in {None, name}
        if node is not None and wanted and _text(node, "kind") == "mcp":
            said = source(At(node, "", report), name, house)
            if said is not None and said.sound:
                others = frozenset(_names({other: one[2] for other, one in trees.items() if other != name}))
                found.append(_place(said, path.parent, settings.root, others))
                continue
        if wanted:
            problems.extend(report.in_order())
    if problems:
        raise ConfigError(problems)
    return tuple(found)


def _trees(settings: Settings) -> Iterator[tuple[str, tuple[Path, Report, Node | None]]]:
    for path in sorted(settings.at(settings.tools).glob("*/source.yaml")):
        if path.parent.name.startswith((".", "__")):  # no source, as the catalog has it
            continue
        shown = path.relative_to(settings.root).as_posix() if path.is_relative_to(settings.root) else str(path)
        report = Report(shown)
        yield path.parent.name, (path, report, read(path, report)[1])


def _known(only: str | None, trees: Mapping[str, tuple[Path, Report, Node | None]]) -> None:
    if only is None:
        return
    servers = [name for name, one in trees.items() if one[2] is not None and _text(one[2], "kind") == "mcp"]
    if only not in trees:
        mend = nearest(only, servers) or "`broker pins list` names those there are"
        raise ConfigError([Problem(file="source", expected=f"no source `{only}`", mend=mend)])
    _, report, node = trees[only]
    kind = None if node is None else _text(node, "kind")
    if not report.problems and kind != "mcp":
        expected = f"`{only}` is of kind `{kind}`, and only `mcp` has definitions to approve"
        raise ConfigError([Problem(file=report.file, expected=expected)])


def _place(said: Source, folder: Path, root: Path, others: frozenset[str]) -> Place:
    path = folder / pins.FILE
    raw = path.read_bytes() if path.exists() else None
    held = None if raw is None else pins.read(raw, said.name)
    entries = {"tools": said.tools, "resources": said.resources, "prompts": said.prompts}
    return Place(
        name=said.name,
        folder=folder,
        root=root,
        own=said.own,
        named={key: {_text(at.node, "upstream") or "": at.word for at in below} for key, below in entries.items()},
        others=others,
        pins=None if isinstance(held, str) else held,
        raw=raw,
        spoilt=held if isinstance(held, str) else None,
    )


def _names(trees: Mapping[str, Node | None]) -> Iterator[str]:
    """What tools are called, here and by their own servers."""
    for node in trees.values():
        tools = node.get("tools") if isinstance(node, Map) else None
        for key, tool in tools.entries if isinstance(tools, Map) else ():
            yield key.value
            upstream = _text(tool, "upstream")
            if upstream is not None:
                yield upstream


def _text(node: Node, key: str) -> str | None:
    found = node.get(key) if isinstance(node, Map) else None
    return found.value if isinstance(found, Text) else None
