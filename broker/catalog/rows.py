"""Whose rows a tool may touch, from its written form (FORMATS 4)."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from broker.catalog.grammar import integer, param, yes
from broker.catalog.keys import ROWS_ANY
from broker.catalog.report import At, Wrong, nearest
from broker.catalog.tree import Map, Text
from broker.model.scope import Condition, Rows, RowsAny, RowsSubject, RowsWhere

_COLUMN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_TABLE: Final = _COLUMN
_LITERAL: Final = re.compile(r"(-?[0-9]{1,16})|'((?:[^']|'')*)'")
_SHAPE: Final = "expected `column = $parameter`, joined by `and`"


def rows(at: At, parameters: Collection[str]) -> Rows | None:
    """`$param`, `{any: true, why: text}` or `{table: "column = $param and ..."}`; None where it was reported."""
    if isinstance(at.node, Text):
        if at.node.value == "any":
            at.wrong("expected a reason for every row", "write `{any: true, why: ...}`")
            return None
        found = at.read(param)
        return RowsSubject(found) if found is not None and _is_known(at, found, parameters) else None
    if isinstance(at.node, Map) and at.node.get("any") is not None:
        keys = at.keyed(ROWS_ANY)
        if not keys or "why" not in keys or "any" not in keys:
            return None
        why = keys["why"].text("expected a reason")
        return RowsAny(why) if keys["any"].read(yes) and why is not None else None
    tables: list[tuple[str, tuple[Condition, ...]]] = []
    for entry in at.entries("expected `$parameter`, `{any: true, why: ...}` or `{table: condition}`") or ():
        if not _TABLE.fullmatch(entry.word):
            entry.wrong_key("expected a table's name")
            continue
        conditions = entry.read(_conditions)
        if conditions is not None and all(
            one.param is None or _is_known(entry, one.param, parameters) for one in conditions
        ):
            tables.append((entry.word, conditions))
    return RowsWhere(tuple(tables)) if tables else None


def _is_known(at: At, word: str, parameters: Collection[str]) -> bool:
    if word in parameters:
        return True
    at.wrong(f"the task has no parameter `${word}`", nearest(word, parameters) or "name it under `task`")
    return False


def _conditions(text: str) -> tuple[Condition, ...] | Wrong:
    found: list[Condition] = []
    if text.count("'") % 2:
        return Wrong(_SHAPE, "a quote does not end")
    for part in _split(text):
        one = _condition(part.strip())
        if isinstance(one, Wrong):
            return one
        found.append(one)
    return tuple(found)


def _split(text: str) -> list[str]:
    """At each `and` that does not stand in quotes."""
    parts = [""]
    for place, piece in enumerate(text.split("'")):
        if place % 2:
            parts[-1] += f"'{piece}'"
            continue
        first, *others = re.split(r" and ", piece)
        parts[-1] += first
        parts.extend(others)
    return parts


def _condition(text: str) -> Condition | Wrong:
    column, sign, value = text.partition(" = ")
    if not sign or not _COLUMN.fullmatch(column):
        return Wrong(_SHAPE, "as in `customer_id = $customer and open = 1`")
    if value.startswith("$"):
        word = param(value)
        return word if isinstance(word, Wrong) else Condition(column, word, None)
    literal = _LITERAL.fullmatch(value)
    if literal is None:
        return Wrong(_SHAPE, "a literal is a whole number, or a text in single quotes")
    if literal[1] is None:
        return Condition(column, None, literal[2].replace("''", "'"))
    number = integer(literal[1])
    return number if isinstance(number, Wrong) else Condition(column, None, number)
