"""A tool that runs an agent's own SELECT, as a source file says it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from broker.catalog.grammar import count, duration
from broker.catalog.report import At, Wrong, listed, nearest
from broker.catalog.source_keys import SELECT
from broker.model.label import Json

_OF_A_STATEMENT: Final = ("sql", "args", "bind", "returns", "idempotency", "probe", "max_rows", "max_affected")


def select(keys: Mapping[str, At], tables: Collection[str]) -> Mapping[str, Json] | None:
    """tables, max_rows, timeout (seconds); None where the tool has a statement of its own. What is wrong is reported.

    `tables`: those that the source lists.
    """
    if "select" not in keys:
        return None
    for word in _OF_A_STATEMENT:
        if word in keys:
            keys[word].wrong_key(f"`{word}` is a key of a tool with a statement of its own", "take it out")
    own = keys["select"].keyed(SELECT, "expected `{tables: [table, ...]}`")
    if own is None:
        return None

    def table(text: str) -> str | Wrong:
        if text in tables:
            return text
        return Wrong(f"unknown table `{text}`", nearest(text, tables) or f"list it under `tables`: {listed(tables)}")

    named = own["tables"].reads(table, "expected a list of tables") if "tables" in own else None
    return {
        "tables": named or (),
        "max_rows": own["max_rows"].read(count) if "max_rows" in own else None,
        "timeout": own["timeout"].read(duration) if "timeout" in own else None,
    }
