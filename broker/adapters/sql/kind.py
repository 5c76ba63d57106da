"""Compiles `kind: sql`: a named query is read, checked and labelled once, when its source is loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import anyio
from sqlglot import exp

from broker.adapters.sql.lineage import Lineage, UnresolvedError
from broker.adapters.sql.lists import lists, misused
from broker.adapters.sql.plan import plan
from broker.adapters.sql.probe import probed
from broker.adapters.sql.resolve import resolve
from broker.adapters.sql.resolved import Resolved
from broker.adapters.sql.result import leaves, spilled
from broker.adapters.sql.select_kind import compile_select
from broker.adapters.sql.source import Tables, read_tables
from broker.adapters.sql.statement import parse
from broker.adapters.sql.tool import SqlTool
from broker.model.label import Json
from broker.model.tool import Compiled, Effect, Misfit
from broker.ports import Tool

_MAX_ROWS: Final = 500
_MAX_AFFECTED: Final = 1
_AT_ONCE: Final = 8  # statements of one source: a slow one must not keep the others waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Sql:
    """`root`: where a relative database path starts."""

    root: Path
    limiters: dict[str, anyio.CapacityLimiter] = field(default_factory=dict, repr=False)  # url -> its own

    def meet(self, source: Mapping[str, Json], folder: Path) -> tuple[Misfit, ...]:  # noqa: ARG002 - the port's
        """See the port. What is wrong with its tables is told with the tool that meets it."""
        return ()

    def compile(
        self, source: Mapping[str, Json], name: str, tool: Mapping[str, Json], folder: Path
    ) -> tuple[Compiled, Tool] | tuple[Misfit, ...]:
        """See the port. `source`: url, tables, subject, owner_key; `tool`: select, or sql with max_rows, max_affected,
        probe, returns, arguments, bind, effects, max_bytes, idempotency; and its timeout.
        """
        del name  # a statement is what it is under any name
        tables = read_tables(source, self.root)
        if isinstance(tables, tuple):
            return tables
        if tool.get("select") is not None:
            return compile_select(tables, tool, self._limiter(tables))
        text = _text(tool.get("sql"), folder)
        if isinstance(text, Misfit):
            return (text,)
        statement = parse(text, tables.engine.dialect)
        resolved = statement if isinstance(statement, str) else resolve(statement, tables)
        if isinstance(resolved, str):
            return (Misfit(path=("sql",), expected=resolved),)
        try:
            return self._compiled(resolved, tables, tool)
        except UnresolvedError as error:
            return (Misfit(path=("sql",), expected=str(error)),)

    def _compiled(
        self, resolved: Resolved, tables: Tables, tool: Mapping[str, Json]
    ) -> tuple[Compiled, Tool] | tuple[Misfit, ...]:
        lineage = Lineage(resolved.queries)
        reads = _reads(resolved, lineage)
        whole = plan(resolved, None, tables, reads, lists(tool["arguments"]))
        if isinstance(whole, str):
            return (Misfit(path=("sql",), expected=whole),)
        beyond = sorted(set(reads) - set(tables.tables))
        if beyond:
            # SQLite found a WITH of this name where the other reader did not: what they disagree on does not run.
            return (Misfit(path=("sql",), expected=f"`{beyond[0]}` is read where its WITH may not be seen"),)
        found = leaves(resolved, lineage, tables, tool.get("returns") or {}, tool["arguments"])
        wrong = [*_parameters(resolved, tool), *_limits(resolved, tool)]
        wrong += spilled(resolved, lineage, tables, tool["arguments"])
        if isinstance(found, tuple):
            wrong += found
        handle_only = (
            probed(resolved, lineage, tables, tool["arguments"]) if tool.get("probe") is None else frozenset[str]()
        )
        if isinstance(handle_only, tuple):
            wrong += handle_only
        if wrong or isinstance(found, tuple) or isinstance(handle_only, tuple):
            return tuple(wrong)
        reading = resolved.effect is Effect.READ
        max_affected = None if reading else _said(tool, "max_affected", _MAX_AFFECTED)
        max_rows = _said(tool, "max_rows", _MAX_ROWS) if max_affected is None else max_affected
        owned = frozenset(table for table in reads if tables.owned(table))
        compiled = Compiled(
            arguments=resolved.parameters,
            leaves=found,
            effects=frozenset({resolved.effect}),
            owned=owned,
            max_rows=max_rows,
            definition=_definition(whole.text(0).sql, tables, max_affected, tool),
        )
        return compiled, SqlTool(
            resolved=resolved,
            tables=tables,
            reads=reads,
            leaves=found,
            owned=owned,
            handle_only=handle_only,
            lists=lists(tool["arguments"]),
            idempotency=tool.get("idempotency"),
            max_rows=max_rows,
            max_affected=max_affected,
            timeout=tool["timeout"],
            limiter=self._limiter(tables),
            plans={None: whole},
        )

    def _limiter(self, tables: Tables) -> anyio.CapacityLimiter:
        return self.limiters.setdefault(tables.url, anyio.CapacityLimiter(_AT_ONCE))


def _text(file: str | None, folder: Path) -> str | Misfit:
    if file is None:
        return Misfit(path=("sql",), expected="the name of an `.sql` file", mend="write `sql: query.sql`")
    path = folder / file
    if Path(file).name != file or path.suffix != ".sql":
        return Misfit(path=("sql",), expected="the name of an `.sql` file beside the source file")
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Misfit(path=("sql",), expected=f"`{file}` beside the source file; there is none")
    except (OSError, UnicodeDecodeError):
        return Misfit(path=("sql",), expected=f"`{file}` as UTF-8 text that can be read")


def _reads(resolved: Resolved, lineage: Lineage) -> Mapping[str, frozenset[str]]:
    """table -> columns that are read of it, of every table that stands in the statement."""
    read = lineage.reads()
    named = {table.name.lower() for table in resolved.statement.find_all(exp.Table)}
    withs = {with_.alias.lower() for with_ in resolved.statement.find_all(exp.CTE)}
    tables = (named - withs) | {home for home, _ in read}
    return {table: frozenset(column for home, column in read if home == table) for table in tables}


def _parameters(resolved: Resolved, tool: Mapping[str, Json]) -> list[Misfit]:
    """What the statement takes is what the arguments, the bindings and the broker's key give, no more and no less."""
    key = tool.get("idempotency")
    said = {**dict.fromkeys(tool["arguments"], "args"), **dict.fromkeys(tool["bind"], "bind")}
    if key is not None:
        said[key] = "idempotency"
    wrong = [
        Misfit(path=(home, name) if home != "idempotency" else (home,), expected=f"`:{name}` in the statement")
        for name, home in said.items()
        if name not in resolved.parameters
    ]
    wrong += [
        Misfit(path=("sql",), expected=f"`:{name}` among `args` or `bind`")
        for name in sorted(resolved.parameters - set(said))
    ]
    twice = sorted(set(tool["arguments"]) & ({*tool["bind"]} | {key}))
    wrong += [Misfit(path=("args", name), expected="an argument that the broker does not fill") for name in twice]
    return wrong + misused(resolved.statement, tool["arguments"])


def _limits(resolved: Resolved, tool: Mapping[str, Json]) -> list[Misfit]:
    wrong = [
        Misfit(path=(name,), expected="a whole number from 1 up")
        for name in ("max_rows", "max_affected", "probe")
        if tool.get(name) is not None and tool[name] < 1
    ]
    if resolved.effect is Effect.READ and tool.get("max_affected") is not None:
        wrong.append(Misfit(path=("max_affected",), expected="a statement that writes"))
    if resolved.effect is not Effect.READ and tool.get("max_rows") is not None:
        wrong.append(Misfit(path=("max_rows",), expected="a SELECT", mend="say `max_affected`"))
    return wrong


def _said(tool: Mapping[str, Json], name: str, default: int) -> int:
    value = tool.get(name)
    return default if value is None else int(value)


def _definition(sql: str, tables: Tables, max_affected: int | None, tool: Mapping[str, Json]) -> str:
    return json.dumps(
        {
            "sql": sql,
            "url": tables.url,
            "subject": tables.subject,
            "keys": {table: [key.column, key.to] for table, key in tables.keys.items()},
            "bind": dict(tool["bind"]),
            "idempotency": tool.get("idempotency"),
            "max_affected": max_affected,
            "probe": tool.get("probe"),
        },
        sort_keys=True,
    )
