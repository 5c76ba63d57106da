"""`scopes/<name>.yaml`: readable in thirty seconds; what is not written is denied (FORMATS 4)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import Final

from broker.catalog import face_grants, limits, scope_checks
from broker.catalog.classes import action, class_in
from broker.catalog.glob import glob
from broker.catalog.grammar import depth, duration, hours, slug, yes
from broker.catalog.grants import grant
from broker.catalog.keys import FOR, SCOPE, WHEN
from broker.catalog.report import At, Wrong, nearest
from broker.catalog.shelf import Shelf
from broker.catalog.task_params import Parameters, parameters, types
from broker.catalog.tree import Map
from broker.model.label import MEDIA
from broker.model.scope import Budget, Hours, Lookup, Scope, ToolGrant
from broker.model.tool import Face

LIFETIME: Final = 8 * 3600.0


def scope(at: At, stem: str, raw: bytes, shelf: Shelf) -> Scope | None:
    """The scope of one file; None, reported, where anything is wrong with it."""
    before = len(at.report.problems)
    keys = at.keyed(SCOPE, "expected the keys of a scope")
    if keys is None:
        return None
    title = keys["scope"].read(slug) if "scope" in keys else None
    if title is not None and title != stem:
        keys["scope"].wrong(f"expected the file's name, `{stem}`", "rename one of them")
    why = keys["why"].text() if "why" in keys else None
    roles, agents, purposes = _for(keys["for"]) if "for" in keys else ((), (), ())
    task = parameters(keys["task"], shelf) if "task" in keys else {}
    expires = keys["expires"].read(duration) if "expires" in keys else None
    lifetime = keys["lifetime"].read(duration) if "lifetime" in keys else LIFETIME
    if expires is not None and lifetime is not None and expires > lifetime:
        keys["expires"].wrong("expected no more than `lifetime`", "a token ends with its task")
    tools, skipped = _tools(keys["tools"], shelf, task, keys.get("task")) if "tools" in keys else ({}, frozenset())
    if "resources" in keys:
        tools |= face_grants.resources(keys["resources"], shelf)
    if "prompts" in keys:
        tools |= face_grants.prompts(keys["prompts"], shelf)
    named = limits.of_scope(shelf.specs, tools, skipped)
    budget = limits.budget(keys["budget"], named, whole=True) if "budget" in keys else Budget()
    ceiling = limits.ceiling(keys["ceiling"], named, tools) if "ceiling" in keys else None
    zones = frozenset(keys["zones"].reads(slug, "expected a list of zones") or ()) if "zones" in keys else None
    found = Scope(
        name=title or stem,
        why=why or "",
        roles=frozenset(roles),
        agents=agents,
        purposes=frozenset(purposes),
        parameters=task,
        hours=_when(keys["when"]) if "when" in keys else None,
        expires=expires or 0.0,
        lifetime=lifetime or 0.0,
        zones=frozenset(shelf.specs[tool].zone for tool in tools) if zones is None else zones,
        seal="seal" in keys and bool(keys["seal"].read(yes)),
        delegate=(keys["delegate"].read(depth) or 0) if "delegate" in keys else 0,
        tools=tools,
        mask=_mask(keys["mask"], purposes, shelf) if "mask" in keys else {},
        budget=budget,
        ceiling=ceiling,
        revision=_revision(raw, tools, task, shelf),
    )
    scope_checks.misfits(at, keys, found, shelf)
    if "task" in keys and len(task) != len(keys["task"].entries(empty=True) or ()):
        return None  # a lookup's source is left out: without its value nothing here could be decided
    return found if len(at.report.problems) == before else None


def _for(at: At) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    keys = at.keyed(FOR, "expected `{roles, agents, purposes}`") or {}
    roles = keys["roles"].reads(slug, "expected a list of roles") if "roles" in keys else None
    agents = keys["agents"].reads(glob, "expected a list of agents") if "agents" in keys else None
    purposes = keys["purposes"].reads(_purpose, "expected a list of purposes") if "purposes" in keys else None
    return roles or (), agents or (), purposes or ()


def _purpose(text: str) -> str | Wrong:
    return Wrong("`else` is no purpose", "it is a word of `mask`") if text == "else" else slug(text)


def _when(at: At) -> Hours | None:
    keys = at.keyed(WHEN, "expected `{hours: ...}`")
    if isinstance(at.node, Map) and not at.node.entries:
        at.wrong("expected `{hours: ...}`", "leave `when` out where any time will do")
    return keys["hours"].read(hours) if keys and "hours" in keys else None


def _tools(at: At, shelf: Shelf, task: Parameters, params: At | None) -> tuple[dict[str, ToolGrant], frozenset[str]]:
    """Grants by toolref, and the toolrefs that are named but cannot be granted for another file's reason."""
    known = types(task, params)
    found: dict[str, ToolGrant] = {}
    skipped: set[str] = set()
    for entry in at.entries("expected `{source.tool: {args: {...}}}`", empty=True) or ():
        match shelf.named(entry.word):
            case Wrong(expected=expected, mend=mend):
                entry.wrong_key(expected, mend)
                skipped.add(entry.word)
                continue
            case _:
                pass
        spec = shelf.specs.get(entry.word)
        if spec is not None and spec.face is not Face.TOOL:
            entry.wrong_key(f"`{entry.word}` is a {spec.face}", f"grant it under `{spec.face}s`")
            spec = None
        one = None if spec is None else grant(entry, spec, shelf, known)
        if one is None:
            skipped.add(entry.word)
        else:
            found[entry.word] = one
    return found, frozenset(skipped)


def _mask(at: At, purposes: Collection[str], shelf: Shelf) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in at.entries("expected `{class: {purpose: action, else: action}}`", empty=True) or ():
        match class_in(shelf.classes, row.word):
            case Wrong(expected=expected, mend=mend):
                row.wrong_key(expected, mend)
            case _:
                pass
        if row.word in MEDIA:
            row.wrong_key(f"no mask can read `{row.word}`", "a grant's `media` shows it whole, or it is left out")
        cells = row.entries("expected `{purpose: action, else: action}`") or ()
        if cells and all(cell.word != "else" for cell in cells):
            row.wrong("expected `else`", "say what every other purpose sees, as in `else: redact`")
        for cell in cells:
            if cell.word != "else" and cell.word not in purposes:
                mend = nearest(cell.word, purposes) or "name it under `for.purposes`"
                cell.wrong_key(f"the scope has no purpose `{cell.word}`", mend)
        actions = {cell.word: cell.read(action) for cell in cells}
        found[row.word] = {purpose: one for purpose, one in actions.items() if one is not None}
    return found


def _revision(raw: bytes, tools: Mapping[str, ToolGrant], task: Parameters, shelf: Shelf) -> str:
    """The file's bytes and the pins of every tool it names, lookups too."""
    named = {*tools, *(one.tool for one in task.values() if isinstance(one, Lookup))}
    parts = [hashlib.sha256(raw).hexdigest(), *(f"{name} {shelf.specs[name].pin}" for name in sorted(named))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
