"""One tool of a source file, checked against what its definition shows, pinned."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import orjson

from broker.catalog.arguments import arguments
from broker.catalog.classes import ClassRule
from broker.catalog.grammar import count, duration, name, param, toolref, yes
from broker.catalog.leaf import leaves
from broker.catalog.report import At, Wrong, listed, nearest, one_of
from broker.catalog.select_tool import select
from broker.catalog.source import Source
from broker.catalog.source_keys import of_tool
from broker.catalog.tree import Text
from broker.model.label import Json
from broker.model.tool import Argument, Compiled, Effect, Face, Misfit, ToolSpec, Unpinned
from broker.ports import Kind, Tool

_FORMATS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({"mcp": ("json", "yaml", "csv", "table", "text")})
"""Of the other kinds a result is JSON already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A tool, a resource or a prompt as its keys say it, before its definition was looked at."""

    face: Face
    description: str
    effects: frozenset[Effect]
    why: str | None
    arguments: Mapping[str, Argument] | None  # None: its own definition says them
    authority: frozenset[str]
    bind: Mapping[str, str]
    idempotency: str | None
    open_why: str | None
    canary: bool
    guesses: int | None
    timeout: float
    max_bytes: int


def tool(
    at: At, source: Source, kind: Kind, folder: Path, classes: Mapping[str, ClassRule]
) -> tuple[ToolSpec, Tool] | Unpinned | None:
    """The compiled tool; None where it was reported."""
    before = len(at.report.problems)
    match name(at.word) if isinstance(name(at.word), Wrong) else toolref(f"{source.name}.{at.word}"):
        case Wrong(expected=expected, mend=mend):
            at.wrong_key(expected, mend)
        case _:
            pass
    keys = at.keyed(of_tool(source.kind), "expected the keys of a tool")
    if keys is None:
        return None
    query = select(keys, source.own.get("tables") or ())
    said = _declared(keys, source, classes, query)
    own = {**_own(keys, said, source, classes), "select": query}
    if len(at.report.problems) > before or not source.sound:
        return None

    def agreed(found: Compiled) -> ToolSpec:
        spec = pinned(at.word, said, source, found)
        _agree(at, keys, said, found, spec)
        return spec

    compiled = kind.compile(source.own, at.word, own, folder)
    return settled(at, source.at, compiled, agreed)


def settled(
    at: At,
    root: At,
    compiled: tuple[Compiled, Tool] | tuple[Misfit, ...] | Unpinned,
    agreed: Callable[[Compiled], ToolSpec],
) -> tuple[ToolSpec, Tool] | Unpinned | None:
    """What the compiler found, as a spec; None where something was reported. `root`: the whole file."""
    before = len(at.report.problems)
    if isinstance(compiled, Unpinned):
        return compiled
    if isinstance(compiled[0], Compiled):
        found, runs = compiled
        spec = agreed(found)
        return (spec, runs) if len(at.report.problems) == before else None
    for misfit in compiled:
        home = root if misfit.of_source else at
        home.follow(misfit.path).wrong(misfit.expected, misfit.mend)
    return None


def _declared(
    keys: Mapping[str, At], source: Source, classes: Mapping[str, ClassRule], query: Mapping[str, Json] | None
) -> Declared:
    effects = _effects(keys["effect"]) if "effect" in keys else frozenset()
    by_definition: Mapping[str, Argument] | None = None if source.kind == "mcp" or query is not None else {}
    said = arguments(keys["args"], classes) if "args" in keys else by_definition
    args = said or {}
    bind = _bind(keys["bind"], args) if "bind" in keys else {}
    timeout = keys["timeout"].read(duration) if "timeout" in keys else source.timeout
    max_bytes = keys["max_bytes"].read(count) if "max_bytes" in keys else source.max_bytes
    return Declared(
        face=Face.TOOL,
        description=(keys["description"].text() if "description" in keys else None) or "",
        effects=effects,
        why=keys["why"].text("expected a reason") if "why" in keys else None,
        arguments=said,
        authority=_authority(keys["authority"], said) if "authority" in keys else frozenset(),
        bind=bind,
        idempotency=_idempotency(keys["idempotency"], {*args, *bind}) if "idempotency" in keys else None,
        open_why=keys["open"].text("expected a reason") if "open" in keys else None,
        canary="canary" in keys and bool(keys["canary"].read(yes)),
        guesses=keys["probe"].read(count) if "probe" in keys else None,
        timeout=(query or {}).get("timeout") or timeout or source.timeout,
        max_bytes=max_bytes or source.max_bytes,
    )


def _own(
    keys: Mapping[str, At], said: Declared, source: Source, classes: Mapping[str, ClassRule]
) -> Mapping[str, Json]:
    """The keys of its kind and what a compiler may want beside them, as plain values."""
    return {
        "face": Face.TOOL,
        "upstream": keys["upstream"].text() if "upstream" in keys else None,
        "call": keys["call"].text() if "call" in keys else None,
        "format": keys["format"].read(one_of(*_FORMATS.get(source.kind, ("json",)))) if "format" in keys else None,
        "sql": keys["sql"].text("expected a file name") if "sql" in keys else None,
        "max_rows": keys["max_rows"].read(count) if "max_rows" in keys else None,
        "max_affected": keys["max_affected"].read(count) if "max_affected" in keys else None,
        "probe": said.guesses,
        "returns": leaves(keys["returns"], classes, source.writer) if "returns" in keys else {},
        "arguments": said.arguments,
        "bind": said.bind,
        "effects": said.effects,
        "timeout": said.timeout,
        "max_bytes": said.max_bytes,
        "idempotency": said.idempotency,
    }


def _effects(at: At) -> frozenset[Effect]:
    rule = one_of(*Effect)
    if isinstance(at.node, Text):
        one = at.read(rule)
        return frozenset() if one is None else frozenset({Effect(one)})
    return frozenset(Effect(one) for one in at.reads(rule, "expected an effect or a list of them") or ())


def _authority(at: At, args: Mapping[str, Argument] | None) -> frozenset[str]:
    if isinstance(at.node, Text):
        at.read(one_of("none"))
        return frozenset()

    def rule(text: str) -> str | Wrong:
        if args is None or text in args:  # where the definition says them, `_agree` looks again
            return text
        return Wrong(f"the tool has no argument `{text}`", nearest(text, args) or "name it under `args`")

    return frozenset(at.reads(rule, "expected a list of arguments, or `none`") or ())


def _bind(at: At, args: Mapping[str, Argument]) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in at.entries("expected `{parameter: $name}`") or ():
        if entry.word in args:
            entry.wrong_key(f"`{entry.word}` is an argument of the agent already", "take it out of `args` or of `bind`")
        value = entry.read(param)
        if value is not None:
            found[entry.word] = value
    return found


def _idempotency(at: At, filled: Collection[str]) -> str | None:
    """A parameter of its own: one that an agent sets could make two calls look like one."""
    word = at.read(name)
    if word in filled:
        at.wrong(f"`{word}` is filled already", "name a parameter that is neither in `args` nor in `bind`")
    return word


def _agree(at: At, keys: Mapping[str, At], said: Declared, found: Compiled, spec: ToolSpec) -> None:
    """What the file says and what the definition shows."""
    for key, words in (("args", said.arguments or {}), ("bind", said.bind), ("authority", said.authority)):
        for word in words:
            if word not in found.arguments:
                if key == "authority" and said.arguments is not None:
                    continue  # it was held against `args` already
                keys[key].follow((word,)).wrong_key(
                    f"the definition does not use `{word}`", nearest(word, found.arguments) or "take it out"
                )
    if said.idempotency is not None and said.idempotency not in found.arguments:
        keys["idempotency"].wrong(
            f"the definition has no parameter `{said.idempotency}`", nearest(said.idempotency, found.arguments)
        )
    harder = {effect for effect in found.effects if not _covers(said.effects, effect)}
    if harder and said.why is None:
        keys["effect"].wrong(f"the definition shows {listed(harder)}", "say so, or why it is softer under `why`")
    if spec.is_sink and "authority" not in keys:
        at.wrong_key("expected the key `authority`", "name the arguments that decide who or what is reached, or `none`")


def _covers(said: frozenset[Effect], shown: Effect) -> bool:
    """A write may be said as what it does to the world, as in `money`; nothing else stands for another thing."""
    return shown in said or shown is Effect.READ or (shown is Effect.WRITE and bool(said - {Effect.READ}))


def pinned(word: str, said: Declared, source: Source, found: Compiled) -> ToolSpec:
    """The whole of it under one digest."""
    return ToolSpec(
        name=f"{source.name}.{word}",
        description=said.description or found.about,
        effects=said.effects,
        arguments=_arguments(said, found),
        authority=said.authority,
        bind=said.bind,
        leaves=found.leaves,
        owned=found.owned,
        zone=source.zone,
        region=source.region,
        external=source.external,
        risk=source.risk,
        owner=source.owner,
        review_by=source.review_by,
        state=source.state,
        timeout=said.timeout,
        max_bytes=said.max_bytes,
        max_rows=found.max_rows,
        open_why=said.open_why,
        canary=said.canary,
        guesses=said.guesses,
        pin=_pin(said, source, found),
        face=said.face,
        dialect=found.dialect,
        blocks=found.blocks,
        uri=found.uri,
        mime=found.mime,
        free=found.free,
    )


def _arguments(said: Declared, found: Compiled) -> Mapping[str, Argument]:
    """What the file names, or else what the approved definition takes and the broker does not fill itself."""
    if said.arguments is not None:
        return said.arguments
    return {word: one for word, one in (found.derived or {}).items() if word not in said.bind}


def _pin(said: Declared, source: Source, found: Compiled) -> str:
    """All that decides what runs and what of it is shown; not who answers for it or when it is looked at again."""
    facts = {
        "tool": said,
        "source": [source.name, source.kind, source.zone, source.region, source.external, source.risk],
    }
    whole = {**facts, "own": source.own, "leaves": found.leaves, "owned": found.owned, "definition": found.definition}
    return hashlib.sha256(
        orjson.dumps({**whole, "rows": found.max_rows}, default=_plain, option=orjson.OPT_SORT_KEYS)
    ).hexdigest()


def _plain(value: Json) -> Json:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError
