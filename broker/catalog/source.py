"""`tools/<source>/source.yaml` as far as it is about the whole source (FORMATS 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from broker.catalog import mcp_source, sql_source
from broker.catalog.classes import ClassRule
from broker.catalog.grammar import count, day, duration, name, slug
from broker.catalog.report import At, Wrong, listed, nearest, one_of
from broker.catalog.source_keys import of_source
from broker.model.label import Json, Writer
from broker.model.tool import State

KINDS: Final = ("sql", "openapi", "mcp", "python")
TIMEOUT: Final = 10.0  # seconds
MAX_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the whole house says that files are read by. `kinds`: those that have a compiler."""

    classes: Mapping[str, ClassRule]
    environ: Mapping[str, str]
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    at: At
    sound: bool  # nothing is wrong with it, so its tools can be compiled
    name: str
    kind: str
    owner: str
    risk: str
    review_by: date
    state: State
    zone: str
    region: str | None
    external: bool
    writer: Writer  # who writes what no leaf says otherwise of
    timeout: float
    max_bytes: int
    own: Mapping[str, Json]  # the keys of its kind, for the compiler
    tools: tuple[At, ...]
    resources: tuple[At, ...]
    prompts: tuple[At, ...]


def overdue(review_by: date, today: date) -> bool:
    """Whether somebody should have looked at it again by now."""
    return today > review_by


def source(at: At, folder: str, house: House) -> Source | None:
    """What the file says, with what is wrong reported; None where there is nothing to read tools by."""
    before = len(at.report.problems)
    if not _has_kind(at, house):
        return None
    kind = at.follow(("kind",)).text() or ""
    keys = at.keyed(of_source(kind), "expected the keys of a source")
    if keys is None:
        return None
    title = keys["source"].read(name) if "source" in keys else None
    if title is not None and title != folder:
        keys["source"].wrong(f"expected the folder's name, `{folder}`", "rename one of them")
    if "description" in keys:
        keys["description"].text()
    owner = keys["owner"].read(slug) if "owner" in keys else None
    risk = keys["risk"].read(one_of("low", "medium", "high")) if "risk" in keys else None
    state = keys["state"].read(one_of(*State)) if "state" in keys else None
    zone = keys["zone"].read(slug) if "zone" in keys else "default"
    boundary = keys["boundary"].read(one_of("internal", "external")) if "boundary" in keys else _boundary(keys)
    trust = keys["trust"].read(one_of("internal", "untrusted")) if "trust" in keys else "untrusted"
    review_by = keys["review_by"].read(day) if "review_by" in keys else None
    timeout = keys["timeout"].read(duration) if "timeout" in keys else TIMEOUT
    max_bytes = keys["max_bytes"].read(count) if "max_bytes" in keys else MAX_BYTES
    region = keys["region"].read(slug) if "region" in keys else None
    writer = Writer.SYSTEM if trust == "internal" else Writer.ANYONE
    own = {"name": folder, **_own(kind, keys, house, writer)}
    tools = keys["tools"].entries("expected `{name: tool}`", empty=kind == "mcp") if "tools" in keys else None
    return Source(
        at=at,
        sound=len(at.report.problems) == before,
        name=folder,
        kind=kind,
        owner=owner or "",
        risk=risk or "high",
        review_by=review_by or date.max,
        state=State(state or State.DRAFT),
        zone=zone or "default",
        region=region,
        external=boundary != "internal",
        writer=writer,
        timeout=timeout or TIMEOUT,
        max_bytes=max_bytes or MAX_BYTES,
        own=own,
        tools=tools or (),
        resources=_listed(keys, "resources"),
        prompts=_listed(keys, "prompts"),
    )


def _has_kind(at: At, house: House) -> bool:
    """A file of a kind that is not here yet gets one error, not one for each of its keys."""
    kind = at.follow(("kind",))
    if kind is at:
        return True  # said by `keyed`, with all else

    def rule(text: str) -> str | Wrong:
        if text in house.kinds:
            return text
        if text in KINDS:
            return Wrong(f"`{text}` is not available yet", f"write {listed(house.kinds)}")
        return Wrong(f"unknown kind `{text}`", nearest(text, KINDS) or f"write {listed(house.kinds)}")

    return kind.read(rule) is not None


def _boundary(keys: Mapping[str, At]) -> str:
    """A server on the network is somebody else's until the file says that it is not."""
    return "external" if "url" in keys and "vendor" in keys else "internal"


def _listed(keys: Mapping[str, At], word: str) -> tuple[At, ...]:
    return keys[word].entries("expected `{name: {upstream, class}}`") or () if word in keys else ()


def _own(kind: str, keys: Mapping[str, At], house: House, writer: Writer) -> Mapping[str, Json]:
    match kind:
        case "mcp":
            return mcp_source.own(keys, house.environ)
        case "python":
            return {"package": keys["package"].text() if "package" in keys else None}
        case _:
            return sql_source.own(keys, house.environ, house.classes, writer)
