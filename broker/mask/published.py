"""The JSON Schema of a result after masking: what `tools/list` promises and every result is held to."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Final

from broker.actions.shapes import RANK, strictest
from broker.leaves.walk import Branch, tree
from broker.model.label import Json, Leaf

_STAND_INS: Final = frozenset({"handle", "pseudonym"})
_SYNTAX: Final = frozenset("\\^$.*+?()[]{}|/")  # ECMA 262: what a pattern must escape, and may


_SCALAR: Final = ("string", "number", "boolean", "null")


def output_schema(leaves: Mapping[str, Leaf], exposure: Mapping[str, str], *, free: bool = False) -> dict[str, Json]:
    """What a result of these leaves looks like once the mask is through with it.

    `exposure`: class -> action; `free`: its rows have the columns that the call itself names. Any result of `mask()`
    fits, whatever the tool answers, so nothing is required; a value that is not to be shown appears as the shape of its
    stand-in and nothing more.
    """
    whole = _object(tree(leaves), leaves, exposure)
    return {**whole, "properties": {**whole["properties"], "rows": _free_rows()}} if free else whole


def _free_rows() -> dict[str, Json]:
    """Rows whose columns the call itself names: each is a scalar that was masked where it comes from."""
    row = {"type": "object", "additionalProperties": {"type": list(_SCALAR)}}
    return {"type": "array", "items": row}


def action_for(leaf: Leaf, exposure: Mapping[str, str]) -> str:
    """What becomes of this leaf. A class without an action, and an action that nobody knows, redact.

    A value that was computed from several classes is shown as far as each of them may be. A stand-in of it would name
    one class and hold another, so it gets none.
    """
    actions = [exposure.get(kind, "redact") for kind in (leaf.kind, *sorted(leaf.beside))]
    action = functools.reduce(strictest, actions)
    if action not in RANK or (leaf.beside and action in _STAND_INS):
        return "redact"
    return action


def _node(at: Branch, leaves: Mapping[str, Leaf], exposure: Mapping[str, str]) -> dict[str, Json] | None:
    """None: nothing of it is ever shown."""
    shapes: list[dict[str, Json]] = []
    if at.keys:
        shapes.append(_object(at, leaves, exposure))
    if at.items is not None:
        items = _node(at.items, leaves, exposure)
        shapes.append({"type": "array", "maxItems": 0} if items is None else {"type": "array", "items": items})
    if at.path is not None:
        leaf = _leaf(leaves[at.path], exposure)
        shapes += [] if leaf is None else [leaf]
    match shapes:
        case []:
            return None
        case [only]:
            return only
        case _:
            return {"anyOf": shapes}


def _object(at: Branch, leaves: Mapping[str, Leaf], exposure: Mapping[str, str]) -> dict[str, Json]:
    nodes = {key: _node(below, leaves, exposure) for key, below in at.keys.items()}
    properties = {key: node for key, node in nodes.items() if node is not None}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _leaf(leaf: Leaf, exposure: Mapping[str, str]) -> dict[str, Json] | None:
    kind = leaf.kind
    redacted = f"\\[{_literal(kind)}\\]"
    match action_for(leaf, exposure):
        case "drop":
            return None
        case "hide":
            return {"type": "null"}
        case "handle":
            says = f"an opaque stand-in: pass it on, whole, to an argument that takes a handle of class {kind}"
            return {
                "type": ["string", "null"],
                "pattern": f"^hdl-{_literal(kind)}-[a-z2-7]{{26}}$",
                "description": says,
            }
        case "pseudonym":
            says = "a stand-in: equal values look equal within this task"
            pattern = f"^(psn-{_literal(kind)}-[a-p]{{32}}|{redacted})$"
            return {"type": ["string", "null"], "pattern": pattern, "description": says}
        case "last4":
            return {"type": ["string", "null"], "pattern": f"^(\\*{{4}}[0-9A-Za-z]{{4}}|{redacted})$"}
        case "domain":
            return {"type": ["string", "null"], "pattern": f"^(@[a-z0-9.-]{{1,253}}|{redacted})$"}
        case "show":
            return {"type": list(_SCALAR)}
        case _:
            return {"enum": [f"[{kind}]", None]}


def _literal(text: str) -> str:
    return "".join(f"\\{char}" if char in _SYNTAX else char for char in text)
