"""What a scope grants of resources and prompts: which, and wherever a template leads or only to some places."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from broker.catalog.faces import URI
from broker.catalog.glob import glob
from broker.catalog.grammar import yes
from broker.catalog.grants import media
from broker.catalog.keys import PROMPT_GRANT, RESOURCE_GRANT
from broker.catalog.report import At, Wrong
from broker.catalog.shelf import Shelf
from broker.catalog.tree import Text
from broker.model.constraint import Anything, Constraint, Field, Like
from broker.model.scope import Budget, ToolGrant
from broker.model.tool import Face, ToolSpec


def resources(at: At, shelf: Shelf) -> dict[str, ToolGrant]:
    """`{source.name: {any: true}}` or `{source.name: {uri: glob}}`; what is wrong is reported and left out."""
    return _granted(at, shelf, Face.RESOURCE, _resource)


def prompts(at: At, shelf: Shelf) -> dict[str, ToolGrant]:
    """`{source.name: {any: true}}`."""
    return _granted(at, shelf, Face.PROMPT, _prompt)


def _granted(at: At, shelf: Shelf, face: Face, one: Callable[[At, ToolSpec], ToolGrant | None]) -> dict[str, ToolGrant]:
    found: dict[str, ToolGrant] = {}
    for entry in at.entries("expected `{source.name: {any: true}}`") or ():
        match shelf.named(entry.word):
            case Wrong(expected=expected, mend=mend):
                entry.wrong_key(expected, mend)
                continue
            case _:
                pass
        spec = shelf.specs.get(entry.word)
        if spec is None:
            continue
        if spec.face is not face:
            entry.wrong_key(f"`{entry.word}` is a {spec.face}", f"grant it under `{spec.face}s`")
            continue
        grant = one(entry, spec)
        if grant is not None:
            found[entry.word] = grant
    return found


def _resource(at: At, _spec: ToolSpec) -> ToolGrant | None:
    keys = at.keyed(RESOURCE_GRANT, "expected `{any: true}` or `{uri: glob}`")
    if keys is None:
        return None
    if ("any" in keys) == ("uri" in keys):
        at.wrong("expected `any` or `uri`, one of them", "`any: true` is wherever its template leads")
        return None
    where = _like(keys["uri"]) if "uri" in keys else _any(keys["any"])
    return None if where is None else _grant({URI: Field(where)}, keys)


def _prompt(at: At, spec: ToolSpec) -> ToolGrant | None:
    keys = at.keyed(PROMPT_GRANT, "expected `{any: true}`")
    if keys is None or "any" not in keys or _any(keys["any"]) is None:
        return None
    arguments = {word: Field(Anything(), optional=not one.required) for word, one in spec.arguments.items()}
    return _grant(arguments, keys)


def _grant(arguments: Mapping[str, Field], keys: Mapping[str, At]) -> ToolGrant:
    return ToolGrant(arguments=arguments, rows=None, budget=Budget(), media=media(keys))


def _any(at: At) -> Anything | None:
    return None if at.read(yes) is None else Anything()


def _like(at: At) -> Constraint | None:
    globs = (at.read(glob),) if isinstance(at.node, Text) else at.reads(glob, "expected a glob or a list of them")
    return None if globs is None or None in globs else Like(tuple(one for one in globs if one is not None))
