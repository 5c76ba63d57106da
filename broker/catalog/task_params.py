"""The parameters of a task: said when it opens, or looked up by the broker."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Final

from broker.catalog.constraints import Terms, constraint
from broker.catalog.grammar import is_span, name, param
from broker.catalog.keys import LOOKUP
from broker.catalog.report import At, Wrong, nearest, one_of
from broker.catalog.shelf import Shelf
from broker.catalog.tree import Map, Text
from broker.model.constraint import Anything
from broker.model.scope import Given, Lookup
from broker.model.tool import Argument, Policy, ToolSpec

_TYPES: Final = {"integer": "integer", "number": "number", "text": "string"}

Parameters = dict[str, Given | Lookup]


def parameters(at: At, shelf: Shelf) -> Parameters:
    """Every parameter, each lookup after what it needs; what is wrong is reported and left out."""
    found: Parameters = {}
    entries = at.entries("expected `{name: constraint}`", empty=True) or ()
    names = frozenset(entry.word for entry in entries)
    places = {entry.word: entry for entry in entries}
    for entry in entries:
        match name(entry.word):
            case Wrong(expected=expected, mend=mend):
                entry.wrong_key(expected, mend)
                continue
            case "principal":
                entry.wrong_key("`principal` is reserved", "take another name")
                continue
            case _:
                pass
        is_lookup = isinstance(entry.node, Map) and entry.node.get("lookup") is not None
        one = _lookup(entry, names, shelf) if is_lookup else _given(entry, shelf)
        if one is not None:
            found[entry.word] = one
    return _ordered(found, places, shelf)


def types(found: Parameters, at: At | None) -> dict[str, str | None]:
    """name -> type, for constraints that refer to it. A parameter that was itself wrong counts as of unknown type."""
    known: dict[str, str | None] = {} if at is None else {entry.word: None for entry in at.entries(empty=True) or ()}
    for word, one in found.items():
        known[word] = one.type if isinstance(one, Given) else None
    return known


def _given(at: At, shelf: Shelf) -> Given | None:
    kind: str | None = None
    node = at.node
    alone = False
    if isinstance(node, Text) and is_span(node.value):
        kind = "integer"
    elif isinstance(node, Map) and node.get("type") is not None:
        kind = at.follow(("type",)).read(one_of(*_TYPES))
        rest = tuple((key, value) for key, value in node.entries if key.value != "type")
        alone = not rest
        node = Map(entries=rest, line=node.line, column=node.column)
        if kind is None:
            return None
    if kind is None:
        at.wrong("expected a range or a constraint with `type`", "as in `1..` or `{type: text, maxlen: 40}`")
        return None
    if alone:
        return Given(type=kind, constraint=Anything())
    argument = Argument(
        schema={"type": _TYPES[kind]},
        required=True,
        policy=Policy.IDENTIFIER if kind == "text" else None,
        handles=frozenset(),
    )
    read = constraint(At(node, at.field, at.report, at.key), argument, Terms(parameters={}, classes=shelf.classes))
    if read is not None and read.optional:
        at.wrong("`optional` is of arguments", "every parameter is said when the task opens")
        return None
    return None if read is None else Given(type=kind, constraint=read.constraint)


def _lookup(at: At, names: frozenset[str], shelf: Shelf) -> Lookup | None:
    keys = at.keyed(LOOKUP, "expected `{lookup: tool, key: $parameter}`")
    if keys is None or "lookup" not in keys or "key" not in keys:
        return None
    tool = keys["lookup"].read(shelf.named)
    key = keys["key"].read(param)
    if key is not None and key not in names:
        keys["key"].wrong(f"the task has no parameter `${key}`", nearest(key, names) or "name it under `task`")
        return None
    spec = shelf.specs.get(tool or "")
    if spec is None or key is None:
        return None
    unfit = _unfit(spec)
    if unfit is not None:
        keys["lookup"].wrong(unfit.expected, unfit.mend)
        return None
    for value in spec.bind.values():
        if value != "principal" and value not in names:
            keys["lookup"].wrong(f"the tool binds `${value}`, which the task does not have", "name it under `task`")
            return None
    cannot = shelf.tools[spec.name].admit(None)
    if cannot is not None:
        keys["lookup"].wrong(cannot)
        return None
    return Lookup(tool=spec.name, argument=next(iter(spec.arguments)), key=key)


def _unfit(spec: ToolSpec) -> Wrong | None:
    """Why the tool cannot fill a parameter: it must give one value, for one key, to one who may have it."""
    columns = [path for path in spec.leaves if path.startswith("rows.*.")]
    if len(spec.arguments) != 1:
        return Wrong("expected a tool with one argument", f"`{spec.name}` has {len(spec.arguments)}")
    if len(columns) != 1:
        return Wrong("expected a tool that returns one column", f"`{spec.name}` returns {len(columns)}")
    if spec.max_rows != 1:
        return Wrong("expected a tool that returns one row", "say `max_rows: 1` in the source")
    if spec.has_effect:
        return Wrong("expected a tool that only reads", "a lookup happens before anybody decides")
    if "principal" not in spec.bind.values() and spec.open_why is None:
        return Wrong("expected a tool that binds `$principal`", "or say in the source why it need not: `open: why`")
    return None


def _ordered(found: Parameters, places: Mapping[str, At], shelf: Shelf) -> Parameters:
    needs: dict[str, set[str]] = {}
    for word, one in found.items():
        match one:
            case Given():
                needs[word] = set()
            case Lookup(tool=tool, key=key):
                needs[word] = {key, *(value for value in shelf.specs[tool].bind.values() if value != "principal")}
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        word = next(word for word in error.args[1] if word in places)
        places[word].wrong("expected lookups that do not wait for each other", "one of them must be said")
        return {}
    return {word: found[word] for word in order if word in found}
