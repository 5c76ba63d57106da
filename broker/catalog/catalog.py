"""Every source and scope file, checked together: all of them can be used, or none is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from typing import Final, TypeVar

from broker.catalog import classes as known_classes
from broker.catalog.compiled import compile_grant, granted
from broker.catalog.load import Files, Loaded
from broker.catalog.narrowing import narrow
from broker.catalog.uris import lies_at
from broker.model.chain import Chain
from broker.model.constraint import Anything, Field
from broker.model.faults import ConfigError
from broker.model.grant import Grant, GrantedTool
from broker.model.scope import Budget, Scope, ToolGrant
from broker.model.task import Task
from broker.model.tool import ToolSpec
from broker.ports import Kind, Tool
from broker.settings import Settings

K = TypeVar("K")
V = TypeVar("V")
_KEPT: Final = 256
"""Grants kept compiled. They hold nothing that a revision and a task do not fix, so another replica has the same."""


class Shelved:
    """The catalog (PAP) as the rest of the house reads it."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self._grants: dict[tuple[str, float], Grant] = {}
        self._narrowed: dict[str, tuple[Grant, Grant | str]] = {}  # digest of a chain -> from what, and to what

    def spec(self, name: str) -> ToolSpec | None:
        return self._loaded.specs.get(name)

    def specs(self) -> tuple[ToolSpec, ...]:
        return tuple(self._loaded.specs.values())

    def tool(self, name: str) -> Tool:
        return self._loaded.tools[name]

    def lookup(self, name: str) -> GrantedTool:
        spec = self._loaded.specs[name]
        whole = ToolGrant(arguments=dict.fromkeys(spec.arguments, Field(Anything())), rows=None, budget=Budget())
        return granted(spec, whole, {})

    def at(self, source: str, uri: str) -> str | None:
        """What is named whole before what a template covers; of two templates the first of the file."""
        places = {one.name: one.uri for one in self._loaded.specs.values() if one.source == source and one.uri}
        whole = (name for name, place in places.items() if place == uri)
        covered = (name for name, place in places.items() if lies_at(place, uri))
        return next(whole, next(covered, None))

    def scope(self, name: str) -> Scope | None:
        return self._loaded.scopes.get(name)

    def scopes(self) -> tuple[Scope, ...]:
        return tuple(self._loaded.scopes.values())

    def grant(self, task: Task, expires: float) -> Grant | None:
        scope = self.scope(task.scope)
        if scope is None or scope.revision != task.revision:
            return None
        key = (task.id, expires)
        kept = self._grants.pop(key, None)
        if kept is None or kept.task != task:
            kept = compile_grant(scope, task, expires, self._loaded.specs)
        _keep(self._grants, key, kept)
        return kept

    def narrow(self, grant: Grant, chain: Chain) -> Grant | str:
        """A chain's digest fixes all that it says, and the grant that it was narrowed from must still be the same."""
        kept = self._narrowed.pop(chain.digest, None)
        if kept is None or kept[0] is not grant:
            kept = (grant, narrow(grant, chain, self._loaded.classes))
        _keep(self._narrowed, chain.digest, kept)
        return kept[1]


def _keep(among: dict[K, V], key: K, value: V) -> None:
    """The youngest last; the oldest go."""
    among[key] = value
    while len(among) > _KEPT:
        among.pop(next(iter(among)), None)


def load(
    settings: Settings, kinds: Mapping[str, Kind], today: date, environ: Mapping[str, str] | None = None
) -> tuple[Shelved, tuple[str, ...]]:
    """The catalog, and what does not keep it from serving. Raises ConfigError with every problem of every file."""
    files = Files(
        root=settings.root,
        kinds=kinds,
        classes=known_classes.known(settings.classes),
        environ=os.environ if environ is None else environ,
        today=today,
        denies_overdue=settings.governance.overdue == "deny",
    )
    files.own_classes(settings.classes)
    files.read_sources(settings.at(settings.tools))
    files.read_scopes(settings.at(settings.scopes))
    if files.problems:
        raise ConfigError(files.problems)
    return Shelved(files.loaded()), tuple(files.warnings)
