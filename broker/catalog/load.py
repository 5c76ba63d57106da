"""Folders of files into what they say, with every problem and warning on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from broker.catalog import classes as known_classes
from broker.catalog.classes import ClassRule
from broker.catalog.faces import face
from broker.catalog.manifest import tool
from broker.catalog.report import At, Report, listed
from broker.catalog.scopes import scope
from broker.catalog.shelf import Shelf
from broker.catalog.source import House, Source, overdue, source
from broker.catalog.yaml_text import read
from broker.model.faults import Problem
from broker.model.scope import Scope
from broker.model.tool import Face, State, ToolSpec, Unpinned
from broker.ports import Kind, Tool
from broker.settings import Class


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    specs: Mapping[str, ToolSpec]
    tools: Mapping[str, Tool]
    scopes: Mapping[str, Scope]
    classes: Mapping[str, ClassRule]


@dataclass(slots=True, kw_only=True)
class Files:
    """What has been read so far: sources first, for scopes name their tools."""

    root: Path
    kinds: Mapping[str, Kind]
    classes: Mapping[str, ClassRule]
    environ: Mapping[str, str]
    today: date
    denies_overdue: bool
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    specs: dict[str, ToolSpec] = field(default_factory=dict)
    tools: dict[str, Tool] = field(default_factory=dict)
    scopes: dict[str, Scope] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)
    unpinned: set[str] = field(default_factory=set)

    def loaded(self) -> Loaded:
        return Loaded(specs=dict(self.specs), tools=dict(self.tools), scopes=dict(self.scopes), classes=self.classes)

    def own_classes(self, own: Mapping[str, Class]) -> None:
        report = Report("broker.toml")
        known_classes.misfits(own, report)
        self.problems.extend(report.in_order())

    def read_sources(self, folder: Path) -> None:
        if not folder.is_dir():
            self.problems.append(Problem(file=self._name(folder), expected="no such folder", mend="run `broker init`"))
            return
        for place in sorted(folder.iterdir()):
            if not place.is_dir() or place.name.startswith((".", "__")):
                continue
            path = place / "source.yaml"
            if path.is_file():
                self._source(path)
            else:
                self.warnings.append(f"{self._name(place)}: no `source.yaml` in it, so it is no source")

    def read_scopes(self, folder: Path) -> None:
        if not folder.is_dir():
            self.problems.append(Problem(file=self._name(folder), expected="no such folder", mend="run `broker init`"))
            return
        shelf = Shelf(
            specs=self.specs,
            tools=self.tools,
            absent=self.absent,
            broken=frozenset(self.broken),
            left_out=frozenset(self.left_out),
            unpinned=frozenset(self.unpinned),
            classes=self.classes,
        )
        for path in sorted(folder.iterdir()):
            if path.suffix == ".yml":
                self.warnings.append(f"{self._name(path)}: not read; name it `{path.stem}.yaml`")
            elif path.suffix == ".yaml" and not path.name.endswith(".cases.yaml") and path.is_file():
                self._scope(path, shelf)

    def _source(self, path: Path) -> None:
        report = Report(self._name(path))
        _, node = read(path, report)
        house = House(classes=self.classes, environ=self.environ, kinds=frozenset(self.kinds))
        folder = path.parent
        found = None if node is None else source(At(node, "", report), folder.name, house)
        if found is not None:
            self._tools(found, folder)
        if report.problems:
            self.broken.add(folder.name)
        self.problems.extend(report.in_order())

    def _tools(self, found: Source, folder: Path) -> None:
        compiled = self._compiled(found, folder)
        if found.state in {State.DRAFT, State.RETIRED}:
            self.absent[found.name] = found.state
            return
        if overdue(found.review_by, self.today):
            place = f"{found.at.report.file}: `review_by` was {found.review_by.isoformat()}"
            owner = f"{found.owner} answers for it"
            if self.denies_overdue:
                self.left_out.add(found.name)
                self.warnings.append(f"{place}, so its tools are left out; {owner}")
                return
            self.warnings.append(f"{place}; {owner}")
        waiting: dict[str, list[str]] = {}
        for at, one in compiled:
            match one:
                case None:
                    pass
                case Unpinned(why=why):
                    self.unpinned.add(f"{found.name}.{at.word}")
                    waiting.setdefault(why, []).append(at.word)
                case (spec, runs):
                    self.specs[spec.name], self.tools[spec.name] = spec, runs

        for why, names in waiting.items():
            self.warnings.append(f"{found.at.report.file}: {listed(names)} left out: {why}")

    def _compiled(self, found: Source, folder: Path) -> list[tuple[At, tuple[ToolSpec, Tool] | Unpinned | None]]:
        kind = self.kinds[found.kind]
        if found.sound:
            for misfit in kind.meet(found.own, folder):
                found.at.follow(misfit.path).wrong(misfit.expected, misfit.mend)
        compiled = [(at, tool(at, found, kind, folder, self.classes)) for at in found.tools]
        for what, entries in ((Face.RESOURCE, found.resources), (Face.PROMPT, found.prompts)):
            compiled += [(at, face(at, what, found, kind, folder=folder, classes=self.classes)) for at in entries]
        _once([at for at, _ in compiled])
        return compiled

    def _scope(self, path: Path, shelf: Shelf) -> None:
        report = Report(self._name(path))
        raw, node = read(path, report)
        found = None if node is None else scope(At(node, "", report), path.stem, raw, shelf)
        self.problems.extend(report.in_order())
        if found is not None:
            self.scopes[found.name] = found
        elif not report.problems and self.left_out:
            self.warnings.append(f"{report.file}: left out, for a tool that its parameters need is")

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)


def _once(entries: Sequence[At]) -> None:
    """One name is one thing in records, budgets and masks, whichever way it is reached."""
    seen: set[str] = set()
    for at in entries:
        if at.word in seen:
            at.wrong_key(f"`{at.word}` is named already", "name each tool, resource and prompt of a source differently")
        seen.add(at.word)
