"""What a scope grants of one tool: its arguments, whose rows, how much."""

from __future__ import annotations

from collections.abc import Mapping

from broker.catalog import limits
from broker.catalog.constraints import Terms, constraint
from broker.catalog.keys import GRANT
from broker.catalog.report import At, listed, nearest, one_of
from broker.catalog.rows import rows
from broker.catalog.shelf import Shelf
from broker.model.constraint import Field
from broker.model.label import MEDIA
from broker.model.scope import Budget, Rows, ToolGrant
from broker.model.tool import ToolSpec


def grant(at: At, spec: ToolSpec, shelf: Shelf, types: Mapping[str, str | None]) -> ToolGrant | None:
    """The grant; None where it is not even a map. What is wrong in it is reported."""
    keys = at.keyed(GRANT, "expected `{args: {...}}`")
    if keys is None:
        return None
    terms = Terms(parameters=types, classes=shelf.classes)
    arguments = _arguments(keys["args"], spec, terms) if "args" in keys else {}
    _required(at, keys, spec)
    for word, value in spec.bind.items():
        if value != "principal" and value not in types:
            at.wrong_key(
                f"the tool fills `{word}` from `${value}`, which the task does not have", "name it under `task`"
            )
    return ToolGrant(
        arguments=arguments,
        rows=_rows(at, keys, spec, shelf, types),
        budget=limits.budget(keys["budget"], limits.of_tool(spec, _words(keys)), whole=False)
        if "budget" in keys
        else Budget(),
        media=media(keys),
    )


def media(keys: Mapping[str, At]) -> frozenset[str]:
    """What of a result may pass whole, for no mask can read it."""
    if "media" not in keys:
        return frozenset()
    return frozenset(keys["media"].reads(one_of(*MEDIA), "expected a list of `image`, `audio`, `blob`") or ())


def _arguments(at: At, spec: ToolSpec, terms: Terms) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for entry in at.entries("expected `{argument: constraint}`", empty=True) or ():
        if entry.word in spec.bind:
            entry.wrong_key(f"`{entry.word}` is filled by the broker", "take it out")
            continue
        known = spec.arguments.get(entry.word)
        if known is None:
            mend = nearest(entry.word, spec.arguments) or f"it has {listed(spec.arguments) or 'none'}"
            entry.wrong_key(f"the tool has no argument `{entry.word}`", mend)
            continue
        one = constraint(entry, known, terms)
        if one is None:
            continue
        if one.optional and known.required:
            entry.wrong(f"the tool requires `{entry.word}`", "take `optional` out")
        found[entry.word] = one
    return found


def _words(keys: Mapping[str, At]) -> frozenset[str]:
    """The arguments that are named, those with a mistake too."""
    return frozenset(entry.word for entry in keys["args"].entries(empty=True) or ()) if "args" in keys else frozenset()


def _required(at: At, keys: Mapping[str, At], spec: ToolSpec) -> None:
    named = _words(keys)
    for word, argument in spec.arguments.items():
        if argument.required and word not in named:
            mend = f"name it, as in `{word}: {{any: true}}`"
            keys.get("args", at).wrong(f"the tool requires the argument `{word}`", mend)


def _rows(at: At, keys: Mapping[str, At], spec: ToolSpec, shelf: Shelf, types: Mapping[str, str | None]) -> Rows | None:
    said = rows(keys["rows"], types) if "rows" in keys else None
    if "rows" not in keys and spec.owned:
        mend = "as in `rows: $customer`, or `rows: {any: true, why: ...}`"
        at.wrong(f"expected `rows`: the tool reads {listed(spec.owned)}, which belongs to somebody", mend)
        return None
    if "rows" in keys and said is None:
        return None
    cannot = shelf.tools[spec.name].admit(said)
    if cannot is not None:
        keys.get("rows", at).wrong(cannot)
    return said
