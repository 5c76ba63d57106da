"""Which rows of each table a grant reaches, as conditions over named parameters."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from sqlglot import exp

from broker.adapters.sql.source import Tables, is_private
from broker.adapters.sql.subject import SUBJECT
from broker.model.scope import Condition, Rows, RowsAny, RowsSubject, RowsWhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """`by_table`: the condition on each table; what is not in it is reached as a whole."""

    by_table: Mapping[str, exp.Expr] = field(default_factory=dict)
    columns: frozenset[tuple[str, str]] = frozenset()  # that decide whose a row is
    parameters: Mapping[str, str] = field(default_factory=dict)  # name in the SQL -> task parameter
    literals: Mapping[str, str | int] = field(default_factory=dict)  # name in the SQL -> value
    narrow: bool = False  # whether the grant reaches less than every row


def filters(rows: Rows | None, tables: Tables, reads: Mapping[str, frozenset[str]]) -> Filters | str:
    """For a statement that reads these columns of these tables; or why none can be made, in one sentence."""
    match rows:
        case None | RowsAny():
            return Filters()
        case RowsSubject():
            return _by_subject(rows.param, tables, reads)
        case RowsWhere():
            return _by_conditions(rows, tables, reads)
        case _:
            assert_never(rows)


def _by_subject(param: str, tables: Tables, reads: Mapping[str, frozenset[str]]) -> Filters | str:
    if tables.subject is None:
        return "the source has no `subject`"
    stray = _stray(tables, reads)
    if stray is not None:
        return stray
    owned = [table for table in reads if tables.owned(table)]
    return Filters(
        narrow=True,
        by_table={table: _owned_by(table, SUBJECT, tables) for table in owned},
        columns=frozenset[tuple[str, str]]().union(*(tables.deciding(table) for table in owned)),
        parameters={SUBJECT: param},
    )


def _stray(tables: Tables, reads: Mapping[str, frozenset[str]]) -> str | None:
    """A private column in a table that leads to no subject would be everybody's."""
    for table, columns in sorted(reads.items()):
        if not tables.owned(table) and any(is_private(tables.leaf(table, column)) for column in columns):
            return f"`{table}` holds private columns and has no `owner_key`; give it one or a condition"
    return None


def _owned_by(table: str, name: str, tables: Tables) -> exp.Expr:
    """Chains were checked to end at the subject when the source was read."""
    column, to = _key(table, tables)
    own = exp.column(exp.to_identifier(column, quoted=True), table=exp.to_identifier(table, quoted=True))
    if to is None:
        return exp.EQ(this=own, expression=exp.Placeholder(this=name))
    return exp.In(this=own, query=exp.Subquery(this=select(to[0], {to[1]}, _owned_by(to[0], name, tables))))


def _key(table: str, tables: Tables) -> tuple[str, tuple[str, str] | None]:
    if tables.subject is not None and table == tables.subject[0]:
        return tables.subject[1], None
    key = tables.keys[table]
    # A key that is the subject itself needs no look into the subject's table.
    return (key.column, None) if key.to is None or key.to == tables.subject else (key.column, key.to)


def _by_conditions(rows: RowsWhere, tables: Tables, reads: Mapping[str, frozenset[str]]) -> Filters | str:
    said = {table.lower(): conditions for table, conditions in rows.tables}
    if len(said) < len(rows.tables):
        return "a table stands twice, in another case: which of the two conditions would hold?"
    trouble = _misfit(said, tables) or _unsaid(said, tables, reads)
    if trouble is not None:
        return trouble
    by_table: dict[str, exp.Expr] = {}
    parameters: dict[str, str] = {}
    literals: dict[str, str | int] = {}
    columns: set[tuple[str, str]] = set()
    for table, conditions in said.items():
        for one in conditions if table in reads else ():
            name = f"_row_{len(parameters) + len(literals)}"
            if one.param is not None:
                parameters[name] = one.param
            elif one.literal is not None:
                literals[name] = one.literal
            else:
                return f"`{table}.{one.column}` is compared with nothing"
            columns.add((table, one.column.lower()))
            by_table[table] = both(by_table.get(table), _equals(table, one, name))
    return Filters(
        narrow=True,
        by_table=by_table,
        columns=frozenset(columns),
        parameters=parameters,
        literals=literals,
    )


def _misfit(said: Mapping[str, tuple[Condition, ...]], tables: Tables) -> str | None:
    for table, conditions in said.items():
        if table not in tables.tables:
            return f"`{table}` is not a table of the source"
        unlisted = [one.column for one in conditions if one.column.lower() not in tables.tables[table].columns]
        if unlisted:
            return f"`{unlisted[0]}` is not a listed column of `{table}`"
        if not conditions:
            return f"`{table}` needs at least one condition"
    return None


def _unsaid(said: Collection[str], tables: Tables, reads: Mapping[str, frozenset[str]]) -> str | None:
    """A table that is somebody's, or that holds private columns, and of which no condition says whose rows."""
    others = {table: columns for table, columns in reads.items() if table not in said}
    owned = sorted(table for table in others if tables.owned(table))
    return f"`{owned[0]}` leads to a subject and has no condition" if owned else _stray(tables, others)


def _equals(table: str, condition: Condition, name: str) -> exp.Expr:
    quoted = exp.to_identifier(condition.column.lower(), quoted=True)
    return exp.EQ(
        this=exp.column(quoted, table=exp.to_identifier(table, quoted=True)), expression=exp.Placeholder(this=name)
    )


def both(first: exp.Expr | None, second: exp.Expr) -> exp.Expr:
    if first is None:
        return second
    return exp.And(this=exp.Paren(this=first), expression=exp.Paren(this=second))


def select(table: str, columns: set[str], where: exp.Expr) -> exp.Select:
    home = exp.to_identifier(table, quoted=True)
    shown = [exp.column(exp.to_identifier(column, quoted=True), table=home.copy()) for column in sorted(columns)]
    return exp.Select(
        expressions=shown or [exp.Literal.number(1)],  # nothing of a row is read, only that it is there
        from_=exp.From(this=exp.Table(this=home)),
        where=exp.Where(this=where),
    )


def fenced(query: exp.Select, dialect: str) -> exp.Select:
    """So that the engine computes nothing of what stands outside for a row that it does not give."""
    if dialect == "sqlite":
        query.set("limit", exp.Limit(expression=exp.Neg(this=exp.Literal.number(1))))
    query.set("offset", exp.Offset(expression=exp.Literal.number(0)))
    return query
