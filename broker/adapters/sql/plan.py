"""A statement as it runs under a row filter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlglot import exp

from broker.adapters.sql.engine import Footprint, Text
from broker.adapters.sql.filters import Filters, both, filters, select
from broker.adapters.sql.resolved import Resolved
from broker.adapters.sql.source import Tables
from broker.adapters.sql.table import Table
from broker.model.scope import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    text: Text
    parameters: Mapping[str, str]  # name in the SQL -> task parameter
    literals: Mapping[str, str | int]  # name in the SQL -> value
    footprint: Footprint


def plan(resolved: Resolved, rows: Rows | None, tables: Tables, reads: Mapping[str, frozenset[str]]) -> Plan | str:
    """For these rows; or why they cannot be placed, in one sentence. `reads`: table -> columns, of each table."""
    found = filters(rows, tables, reads)
    if isinstance(found, str):
        return found
    trouble = _loose_write(resolved, found, tables)
    if trouble is not None:
        return trouble
    placed = place(resolved.statement, resolved.target, found, reads)
    text = tables.engine.render(placed)
    # Without the tables' own: there a name inside which something is read is a view's.
    inner = frozenset(one.alias.lower() for one in placed.find_all(exp.CTE, exp.Subquery)) - set(tables.tables)
    footprint = tables.engine.rehearse(text, _keyed(resolved, tables), inner)
    if isinstance(footprint, str):
        return footprint
    return Plan(text=text, parameters=found.parameters, literals=found.literals, footprint=footprint)


def _keyed(resolved: Resolved, tables: Tables) -> Mapping[str, Table]:
    """With the key that the statement says there is: only the database knows whether it is one."""
    clash = resolved.statement.args.get("conflict")
    keys = () if clash is None else tuple(key.name for key in clash.args.get("conflict_keys") or ())
    if resolved.target is None or not keys:
        return tables.tables
    return {**tables.tables, resolved.target: replace(tables.tables[resolved.target], unique=keys)}


def place(statement: exp.Expr, target: str | None, found: Filters, reads: Mapping[str, frozenset[str]]) -> exp.Expr:
    """The statement as it runs, each table reduced to the rows that `found` reaches.

    A table becomes a derived table of the columns that are read, wherever it stands: a name is a table's or a WITH's,
    never both (`resolve`), so no scope can hide one. What is written is narrowed by its own WHERE.
    """
    placed = statement.copy()
    written = placed.find(exp.Table) if target is not None else None  # the first: the statement's own
    for table in list(placed.find_all(exp.Table)):
        where = found.by_table.get(table.name.lower())
        if where is None or table is written:
            continue
        narrowed = select(table.name.lower(), set(reads[table.name.lower()]), where.copy())
        alias = exp.TableAlias(this=exp.to_identifier(table.alias_or_name, quoted=True))
        table.replace(exp.Subquery(this=narrowed, alias=alias))
    where = None if target is None else found.by_table.get(target)
    if where is not None and isinstance(placed, exp.Update | exp.Delete):
        own = placed.args.get("where")
        placed.set("where", exp.Where(this=both(None if own is None else own.this, where.copy())))
    return placed


def _loose_write(resolved: Resolved, found: Filters, tables: Tables) -> str | None:
    """A write that would leave the rows it is narrowed to."""
    target = resolved.target
    if target is None or not found.narrow:
        return None
    if isinstance(resolved.statement, exp.Insert) and (tables.owned(target) or target in found.by_table):
        return f"a new row of `{target}` lies in no row filter; grant it with `rows: any` and its `why:`"
    # Those of every table: a new number for an order would take another's lines along, which are not even read here.
    decides = {*found.columns, *tables.deciding(target), *tables.on_the_way()}
    moved = sorted(column for table, column in decides if table == target and column in resolved.written)
    return f"it writes `{target}.{moved[0]}`, which says whose row it is" if moved else None
