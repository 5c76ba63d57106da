"""Compiles a tool that runs an agent's own SELECT: which tables it may read, and how much."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

import anyio

from broker.adapters.sql.reaching import Selection
from broker.adapters.sql.select_tool import ARGUMENT, SQL, TRUNCATED, SelectTool
from broker.adapters.sql.source import Tables
from broker.model.label import Json
from broker.model.tool import Compiled, Effect, Misfit

_MAX_ROWS: Final = 500


def compile_select(
    tables: Tables, tool: Mapping[str, Json], limiter: anyio.CapacityLimiter
) -> tuple[Compiled, SelectTool] | tuple[Misfit, ...]:
    """`tool`: select (tables, max_rows), timeout (seconds)."""
    said: Mapping[str, Json] = tool["select"]
    listed = tuple(dict.fromkeys(str(name).lower() for name in said["tables"]))
    wrong = [
        Misfit(path=("select", "tables"), expected=f"`{name}` among the source's `tables`")
        for name in listed
        if name not in tables.tables
    ]
    max_rows = _MAX_ROWS if said.get("max_rows") is None else int(said["max_rows"])
    if not listed:
        wrong.append(Misfit(path=("select", "tables"), expected="at least one table"))
    if max_rows < 1:
        wrong.append(Misfit(path=("select", "max_rows"), expected="a whole number from 1 up"))
    if wrong:
        return tuple(wrong)
    selection = Selection(tables=tables, listed=listed, max_rows=max_rows)
    compiled = Compiled(
        arguments=frozenset({SQL}),
        derived={SQL: ARGUMENT},
        leaves={"truncated": TRUNCATED},
        effects=frozenset({Effect.READ}),
        owned=selection.owned(),
        max_rows=max_rows,
        definition=_definition(selection),
        free=True,
    )
    return compiled, SelectTool(
        selection=selection,
        kinds=selection.kinds(),
        owned=selection.owned(),
        timeout=tool["timeout"],
        limiter=limiter,
    )


def _definition(selection: Selection) -> str:
    tables = selection.tables
    keys = {table: [key.column, key.to] for table, key in tables.keys.items()}
    facts = {"select": sorted(selection.listed), "url": tables.url, "subject": tables.subject, "keys": keys}
    return json.dumps(facts, sort_keys=True)
