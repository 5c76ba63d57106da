"""Resources and prompts of an MCP server: described as briefly as they are, checked and pinned as tools are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from broker.catalog.classes import ClassRule, class_in
from broker.catalog.grammar import toolref
from broker.catalog.manifest import Declared, pinned, settled
from broker.catalog.report import At, Wrong, one_of
from broker.catalog.source import Source
from broker.catalog.source_keys import FACE
from broker.catalog.uris import has_variables, pattern, template
from broker.model.label import Json, Leaf, Writer
from broker.model.tool import Argument, Effect, Face, Policy, ToolSpec, Unpinned
from broker.ports import Kind, Tool

URI: Final = "uri"
"""The one argument of every resource: which URI of its template, or its only one."""


def face(
    at: At, what: Face, source: Source, kind: Kind, *, folder: Path, classes: Mapping[str, ClassRule]
) -> tuple[ToolSpec, Tool] | Unpinned | None:
    """The compiled entry; None where it was reported."""
    before = len(at.report.problems)
    match toolref(f"{source.name}.{at.word}"):
        case Wrong(expected=expected, mend=mend):
            at.wrong_key(expected, mend)
        case _:
            pass
    keys = at.keyed(FACE, "expected `{upstream: ..., class: ...}`")
    if keys is None or "upstream" not in keys or "class" not in keys:
        return None
    upstream = keys["upstream"].read(template) if what is Face.RESOURCE else keys["upstream"].text()
    leaf = _leaf(keys, source, classes)
    if len(at.report.problems) > before or not source.sound or upstream is None or leaf is None:
        return None
    said = _declared(what, upstream, source)
    own: Mapping[str, Json] = {
        "face": what,
        "upstream": upstream,
        "format": None,
        "returns": {"text": leaf},
        "arguments": None if what is Face.PROMPT else said.arguments,
        "bind": {},
    }
    compiled = kind.compile(source.own, at.word, own, folder)
    return settled(at, source.at, compiled, lambda found: pinned(at.word, said, source, found))


def _leaf(keys: Mapping[str, At], source: Source, classes: Mapping[str, ClassRule]) -> Leaf | None:
    kind = keys["class"].read(lambda text: class_in(classes, text))
    writer = keys["writer"].read(one_of(*Writer)) if "writer" in keys else source.writer
    return None if kind is None or writer is None else Leaf(kind=kind, writer=Writer(writer))


def _declared(what: Face, upstream: str, source: Source) -> Declared:
    return Declared(
        face=what,
        description="",
        effects=frozenset({Effect.READ}),
        why=None,
        arguments={URI: _uri(upstream)} if what is Face.RESOURCE else None,
        authority=frozenset(),
        bind={},
        idempotency=None,
        open_why=None,
        canary=False,
        guesses=None,
        timeout=source.timeout,
        max_bytes=source.max_bytes,
    )


def _uri(upstream: str) -> Argument:
    only: Json = {"pattern": pattern(upstream)} if has_variables(upstream) else {"const": upstream}
    schema = {"type": "string", **only}
    return Argument(schema=schema, required=True, policy=Policy.IDENTIFIER, handles=frozenset())
