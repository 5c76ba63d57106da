"""What an admin has approved of a server: each definition whole, and what runs. `pins.json` beside the source file."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import orjson

from broker.leaves import strict_json
from broker.leaves.forms import Unparsable
from broker.model.label import Json

FILE: Final = "pins.json"
LISTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "tools": ("name", "title", "description", "inputSchema", "outputSchema", "annotations"),
        "resources": ("uri", "name", "title", "description", "mimeType", "annotations"),
        "templates": ("uriTemplate", "name", "title", "description", "mimeType", "annotations"),
        "prompts": ("name", "title", "description", "arguments"),
    }
)
"""Each list of a server, and what of an entry can reach an agent or decide what runs. The rest is never used."""

NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {"tools": "name", "resources": "uri", "templates": "uriTemplate", "prompts": "name"}
)
"""By which of its keys an entry of each list is called."""
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_DEEPEST: Final = 128  # levels of a definition; servers that nest schemas deeper are not met
_AROUND: Final = 4  # levels of the file around a definition

Definition = Mapping[str, Json]
Held = Mapping[str, Mapping[str, Definition]]
"""list -> own name or URI -> definition."""


class Standing(StrEnum):
    """How what a server says now stands to what was approved."""

    APPROVED = "approved"
    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    runs: str | None  # hex SHA-256 of what runs; None: a server on the network, whose code nobody here sees
    held: Held = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One entry of one list, then and now."""

    kind: str  # a list of LISTS
    name: str
    standing: Standing
    before: Definition | None
    after: Definition | None


def essence(kind: str, wire: Mapping[str, Json]) -> Definition:
    """Of a listed entry what is pinned."""
    return {key: wire[key] for key in LISTS[kind] if wire.get(key) is not None}


def unfit(definition: Definition) -> str | None:
    """Why it cannot be pinned: it holds what two readers could read differently, so nobody could say what it means."""
    try:
        found = strict_json.read(json.dumps(definition), max_depth=_DEEPEST)
    except (ValueError, RecursionError):  # an integer of thousands of digits; endless depth
        return "it is no JSON that can be read twice"
    return found.why if isinstance(found, Unparsable) else None


def digest(definition: Definition) -> str:
    """Hex SHA-256 over its canonical JSON; another spelling of the same definition is the same.

    Of one that is `unfit` none that a fit one has: a server must not be able to make this raise.
    """
    if unfit(definition) is not None:
        return "unfit"
    return hashlib.sha256(orjson.dumps(definition, option=orjson.OPT_SORT_KEYS)).hexdigest()


def sights(pinned: Held, live: Held) -> tuple[Sight, ...]:
    """Every entry of both, list by list, by name."""
    found: list[Sight] = []
    for kind in LISTS:
        then, now = pinned.get(kind, {}), live.get(kind, {})
        for name in sorted({*then, *now}):
            before, after = then.get(name), now.get(name)
            found.append(Sight(kind=kind, name=name, standing=_standing(before, after), before=before, after=after))
    return tuple(found)


def _standing(before: Definition | None, after: Definition | None) -> Standing:
    if before is None:
        return Standing.NEW
    if after is None:
        return Standing.GONE
    return Standing.APPROVED if digest(before) == digest(after) else Standing.CHANGED


def written(source: str, pins: Pins) -> bytes:
    """The file. It holds every definition whole, so that a change can be shown and not only told."""
    lists = {
        kind: {name: {"sha256": digest(one), "definition": dict(one)} for name, one in sorted(entries.items())}
        for kind, entries in pins.held.items()
        if entries
    }
    whole = {"source": source, "runs": pins.runs, **lists}
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


def read(raw: bytes, source: str) -> Pins | str:
    """The pins; a text where the file cannot be trusted to say what was approved, with its mend."""
    mend = f"approve it anew with `broker pins approve {source}`"
    try:
        found = strict_json.read(raw.decode("utf-8"), max_depth=_DEEPEST + _AROUND)
    except UnicodeDecodeError:
        return f"`{FILE}` is not UTF-8; {mend}"
    if isinstance(found, Unparsable) or not isinstance(found, dict):
        return f"`{FILE}` cannot be read; {mend}"
    if found.get("source") != source or not set(found) <= {"source", "runs", *LISTS}:
        return f"`{FILE}` is not of this source; {mend}"
    runs = found.get("runs")
    if not (runs is None or (isinstance(runs, str) and _DIGEST.fullmatch(runs))):
        return f"in `{FILE}` `runs` was edited by hand; {mend}"
    held: dict[str, dict[str, Definition]] = {}
    for kind in LISTS:
        entries = found.get(kind, {})
        if not isinstance(entries, dict):
            return f"`{FILE}` cannot be read; {mend}"
        held[kind] = {}
        for name, entry in entries.items():
            one = _entry(kind, name, entry)
            if one is None:
                return f"in `{FILE}` `{name}` was edited by hand; {mend}"
            held[kind][name] = one
    return Pins(runs=runs, held=held)


def _entry(kind: str, name: str, entry: Json) -> Definition | None:
    """What was approved under this name: whole, of these keys alone, and of itself under no other name."""
    one = entry.get("definition") if isinstance(entry, dict) else None
    if not isinstance(one, dict) or one.get(NAMES[kind]) != name or not set(one) <= set(LISTS[kind]):
        return None
    return one if entry == {"sha256": digest(one), "definition": one} else None
