"""A statement as it runs under a row filter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlglot import exp

from broker.adapters.sql.engine import Engine, Footprint, Text
from broker.adapters.sql.failing import can_fail, fails_early
from broker.adapters.sql.filters import Filters, both, fenced, filters, select
from broker.adapters.sql.lists import spread
from broker.adapters.sql.resolved import Resolved
from broker.adapters.sql.source import Tables
from broker.adapters.sql.table import Table
from broker.model.scope import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    tree: exp.Expr = field(repr=False)  # with one placeholder for each list
    engine: Engine = field(repr=False)
    parameters: Mapping[str, str]  # name in the SQL -> task parameter
    literals: Mapping[str, str | int]  # name in the SQL -> value
    footprint: Footprint
    lists: frozenset[str]  # parameters that are lists
    texts: dict[int, Text] = field(default_factory=dict, repr=False)  # by how many placeholders stand for each list

    def text(self, count: int) -> Text:
        """What runs, with so many placeholders for each list."""
        if count not in self.texts:
            self.texts[count] = self.engine.render(spread(self.tree, self.lists, count))
        return self.texts[count]


def plan(
    resolved: Resolved,
    rows: Rows | None,
    tables: Tables,
    reads: Mapping[str, frozenset[str]],
    lists: frozenset[str] = frozenset(),
) -> Plan | str:
    """For these rows; or why they cannot be placed, in one sentence.

    `reads`: table -> columns, of each table; `lists`: parameters that are lists.
    """
    found = filters(rows, tables, reads)
    if isinstance(found, str):
        return found
    trouble = _loose_write(resolved, found, tables)
    if trouble is not None:
        return trouble
    placed = place(resolved, found, reads, tables.engine.dialect)
    text = tables.engine.render(placed)
    # Without the tables' own: there a name inside which something is read is a view's.
    inner = frozenset(one.alias.lower() for one in placed.find_all(exp.CTE, exp.Subquery)) - set(tables.tables)
    footprint = tables.engine.rehearse(text, _keyed(resolved, tables), inner)
    if isinstance(footprint, str):
        return footprint
    return Plan(
        tree=placed,
        engine=tables.engine,
        parameters=found.parameters,
        literals=found.literals,
        footprint=footprint,
        lists=lists,
        texts={0: text},
    )


def _keyed(resolved: Resolved, tables: Tables) -> Mapping[str, Table]:
    """With the key that the statement says there is: only the database knows whether it is one."""
    clash = resolved.statement.args.get("conflict")
    keys = () if clash is None else tuple(key.name for key in clash.args.get("conflict_keys") or ())
    if resolved.target is None or not keys:
        return tables.tables
    return {**tables.tables, resolved.target: replace(tables.tables[resolved.target], unique=keys)}


def place(resolved: Resolved, found: Filters, reads: Mapping[str, frozenset[str]], dialect: str) -> exp.Expr:
    """The statement as it runs, each table reduced to the rows that `found` reaches.

    A table becomes a derived table of the columns that are read, wherever it stands: a name is a table's or a WITH's,
    never both (`resolve`), so no scope can hide one. What is written is narrowed by its own WHERE.
    """
    placed = resolved.statement.copy()
    written = placed.find(exp.Table) if resolved.target is not None else None  # the first: the statement's own
    # A fence keeps the outer conditions from the filtered rows, and so from an index too: only where one can fail.
    early = fails_early(placed, dialect)
    for table in list(placed.find_all(exp.Table)):
        where = found.by_table.get(table.name.lower())
        if where is None or table is written:
            continue
        narrowed = select(table.name.lower(), set(reads[table.name.lower()]), where.copy())
        if early:
            narrowed = fenced(narrowed, dialect)
        alias = exp.TableAlias(this=exp.to_identifier(table.alias_or_name, quoted=True))
        table.replace(exp.Subquery(this=narrowed, alias=alias))
    where = None if resolved.target is None else found.by_table.get(resolved.target)
    if where is not None and isinstance(placed, exp.Update | exp.Delete):
        own = placed.args.get("where")
        placed.set("where", exp.Where(this=_narrowed(None if own is None else own.this, where, dialect)))
    return placed


def _narrowed(own: exp.Expr | None, rows: exp.Expr, dialect: str) -> exp.Expr:
    """A write has no derived table that could be fenced; what can fail waits until its row is known to be reached."""
    if own is not None and can_fail(own, dialect):
        reached = exp.If(this=exp.Paren(this=rows.copy()), true=own)
        own = exp.Case(ifs=[reached], default=exp.false())
    return both(own, rows.copy())


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
