"""Every name of a statement made plain: each column with its table, each star spelled out, each table a listed one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Final, assert_never

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify

from broker.adapters.sql.source import Tables
from broker.adapters.sql.statement import Statement
from broker.model.tool import Effect

_SET: Final = "_set_"
_RETURN: Final = "_return_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """`queries` are what the statement consists of, each a SELECT: what they read, the statement reads."""

    statement: Statement  # what runs
    effect: Effect
    target: str | None  # the table that is written
    written: frozenset[str]  # its columns that are written
    queries: tuple[exp.Query, ...]
    names: tuple[str, ...]  # of the result's columns, as they were written
    columns: tuple[tuple[exp.Expr, ...], ...]  # for each: what it is made of, one for each arm of a UNION
    stored: tuple[tuple[str, exp.Expr], ...]  # column of `target` -> what goes into it, an expression in `queries`
    quiet: frozenset[int]  # ids of expressions in `queries` whose value is stored and never answered
    parameters: frozenset[str]


def resolve(statement: Statement, tables: Tables) -> Resolved | str:
    """Or, in one sentence, why not. `statement` is used up."""
    try:
        trouble = _strange_tables(statement, tables)
        return trouble if trouble is not None else _resolved(statement, tables)
    except SqlglotError as error:
        return str(error).partition(". Line:")[0].partition("\n")[0].lower()
    except RecursionError:
        return "less deeply nested SQL"


def _resolved(statement: Statement, tables: Tables) -> Resolved | str:
    match statement:
        case exp.Insert():
            return _insert(statement, tables)
        case exp.Update():
            return _update(statement, tables)
        case exp.Delete():
            return _delete(statement, tables)
        case exp.Query():
            return _select(statement, tables)
        case _:
            assert_never(statement)


def _strange_tables(statement: Statement, tables: Tables) -> str | None:
    """A name stands for a listed table or for a WITH, never for both, so that no scope can make it the other.

    SQLite and other readers disagree on where the name of a WITH is seen; one that shadows a table has leaked rows.
    """
    withs = [with_.alias.lower() for with_ in statement.find_all(exp.CTE)]
    for name in withs:
        if name in tables.tables:
            return f"`{name}` is a table; give the WITH another name"
        if withs.count(name) > 1:
            return f"`{name}` stands for two WITHs; give one another name"
    for table in statement.find_all(exp.Table):
        if table.name.lower() not in tables.tables and table.name.lower() not in withs:
            return f"`{table.name}` is not a table listed in `tables`"
    return None


def _select(query: exp.Query, tables: Tables) -> Resolved | str:
    names = _names(query, tables.engine.dialect)
    if isinstance(names, str):
        return names
    qualified = _qualify(query, tables)
    return Resolved(
        statement=qualified,
        effect=Effect.READ,
        target=None,
        written=frozenset(),
        queries=(qualified,),
        names=names,
        columns=projections(qualified),
        stored=(),
        quiet=frozenset(),
        parameters=_parameters(qualified),
    )


def _update(update: exp.Update, tables: Tables) -> Resolved | str:
    table, columns = update.this.name.lower(), []
    if update.this.alias:
        return "UPDATE without an alias"
    for one in update.expressions:
        if not isinstance(one, exp.EQ) or not isinstance(one.this, exp.Column):
            return "`SET column = value` for each column"
        columns.append(one.this.name.lower())
    values = [one.expression for one in update.expressions]
    return _write(update, tables, Effect.WRITE, table, columns, values)


def _delete(delete: exp.Delete, tables: Tables) -> Resolved | str:
    if delete.this.alias:
        return "DELETE without an alias"
    return _write(delete, tables, Effect.DELETE, delete.this.name.lower(), [], [])


def _insert(insert: exp.Insert, tables: Tables) -> Resolved | str:
    schema, source = insert.this, insert.expression
    if not isinstance(schema, exp.Schema):
        return "INSERT with its columns named: `INSERT INTO t (a, b) ...`"
    if (insert.args.get("alternative") or "ignore").lower() != "ignore":
        return "INSERT, INSERT OR IGNORE or ON CONFLICT DO NOTHING: what replaces a row deletes one that no filter saw"
    conflict = insert.args.get("conflict")
    if conflict is not None and conflict.args["action"].name.upper() != "DO NOTHING":
        return "ON CONFLICT DO NOTHING only"
    table, columns = schema.this.name.lower(), [column.name.lower() for column in schema.expressions]
    if isinstance(source, exp.Values):
        rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in source.expressions]
        if any(len(row) != len(columns) for row in rows):
            return "as many values as columns"
        return _write(insert, tables, Effect.WRITE, table, columns, [value for row in rows for value in row])
    if isinstance(source, exp.Query):
        return _write(insert, tables, Effect.WRITE, table, columns, [], source)
    return "INSERT ... VALUES or INSERT ... SELECT"


def _write(  # noqa: PLR0917 - the parts of a write, in the order of the statement
    statement: exp.Insert | exp.Update | exp.Delete,
    tables: Tables,
    effect: Effect,
    table: str,
    columns: Sequence[str],
    values: Sequence[exp.Expr],
    source: exp.Query | None = None,
) -> Resolved | str:
    """A write is resolved as the SELECTs it is made of, then put together again from their parts."""
    if table not in tables.tables:
        return f"`{table}` is not a table listed in `tables`"
    unlisted = [column for column in columns if column not in tables.tables[table].columns]
    if unlisted:
        return f"`{unlisted[0]}` is not a listed column of `{table}`"
    returning = statement.args.get("returning")
    answers = [] if returning is None else list(returning.expressions)
    names = _returned(answers)
    if isinstance(names, str):
        return names
    # 1: what is stored and where, in the scope that it has in the statement
    inside = isinstance(statement, exp.Update | exp.Delete)
    where = statement.args.get("where") if inside else None
    shadow = _qualify(_shadow(table if inside else None, {_SET: values}, where), tables)
    stored = [one.this for one in shadow.selects[: len(values)]]
    # 2: what is answered, always in the scope of the row
    answer = _qualify(_shadow(table, {_RETURN: answers}, None), tables)
    answered = [one.this for one in answer.selects[: len(answers)]]
    queries = (shadow, answer) if source is None else (shadow, answer, source := _qualify(source, tables))

    rebuilt = _rebuilt(statement, table, columns, [one.copy() for one in stored], shadow.args.get("where"), source)
    if answers:
        rebuilt.set("returning", exp.Returning(expressions=[one.copy() for one in answered]))
    return Resolved(
        statement=rebuilt,
        effect=effect,
        target=table,
        written=frozenset(columns),
        queries=queries,
        names=names,
        columns=tuple((one,) for one in answered),
        stored=_homes(columns, stored, source),
        quiet=frozenset(id(one) for one in stored),
        parameters=_parameters(rebuilt),
    )


def _shadow(table: str | None, parts: Mapping[str, Sequence[exp.Expr]], where: exp.Where | None) -> exp.Select:
    listed: list[exp.Expr] = [
        exp.Alias(this=value.unalias().copy(), alias=exp.to_identifier(f"{prefix}{at}"))
        for prefix, values in parts.items()
        for at, value in enumerate(values)
    ]
    shadow = exp.select(*(listed or [exp.alias_(exp.Literal.number(1), "_none")]), copy=False)
    if table is not None:
        shadow = shadow.from_(exp.Table(this=exp.to_identifier(table, quoted=True)), copy=False)
    if where is not None:
        shadow.set("where", where.copy())
    return shadow


def _rebuilt(  # noqa: PLR0917 - as above
    statement: exp.Insert | exp.Update | exp.Delete,
    table: str,
    columns: Sequence[str],
    stored: Sequence[exp.Expr],
    where: exp.Where | None,
    source: exp.Query | None,
) -> exp.Insert | exp.Update | exp.Delete:
    target = exp.Table(this=exp.to_identifier(table, quoted=True))
    names = [exp.to_identifier(column, quoted=True) for column in columns]
    where = None if where is None else where.copy()
    match statement:
        case exp.Update():
            pairs = [
                exp.EQ(this=exp.Column(this=name), expression=value) for name, value in zip(names, stored, strict=True)
            ]
            return exp.Update(this=target, expressions=pairs, where=where)
        case exp.Delete():
            return exp.Delete(this=target, where=where)
        case exp.Insert():
            width = len(columns)
            rows = [exp.Tuple(expressions=list(stored[at : at + width])) for at in range(0, len(stored), width)]
            return exp.Insert(
                this=exp.Schema(this=target, expressions=names),
                expression=exp.Values(expressions=rows) if source is None else source.copy(),
                conflict=statement.args.get("conflict"),
                alternative=statement.args.get("alternative"),
            )
        case _:
            assert_never(statement)


def _homes(
    columns: Sequence[str], stored: Sequence[exp.Expr], source: exp.Query | None
) -> tuple[tuple[str, exp.Expr], ...]:
    """Each value with its column; several rows of values go round and round."""
    if source is None:
        return tuple(zip(cycle(columns), stored, strict=False))
    return tuple((column, arm) for column, arms in zip(columns, projections(source), strict=False) for arm in arms)


def _qualify(query: exp.Query, tables: Tables) -> exp.Query:
    schema: dict[str, object] = {name: dict.fromkeys(table.columns, "TEXT") for name, table in tables.tables.items()}
    return qualify(
        query, schema=schema, dialect=tables.engine.dialect, validate_qualify_columns=True, quote_identifiers=True
    )


def projections(query: exp.Expr) -> tuple[tuple[exp.Expr, ...], ...]:
    """For each column of a query: its expressions, one for each arm of a UNION."""
    match query:
        case exp.Subquery():
            return projections(query.unnest())
        case exp.SetOperation():
            left, right = projections(query.left), projections(query.right)
            return tuple((*one, *other) for one, other in zip(left, right, strict=False))
        case exp.Query():
            return tuple((one.unalias(),) for one in query.selects)
        case _:
            return ()


def _names(query: exp.Query, dialect: str) -> tuple[str, ...] | str:
    first: exp.Expr = query
    while isinstance(first, exp.SetOperation | exp.Subquery):
        first = first.left if isinstance(first, exp.SetOperation) else first.unnest()
    names: list[str] = []
    for one in first.selects if isinstance(first, exp.Query) else ():
        if one.is_star:
            return "each column of the result by its name, no `*`"
        name = _name(one)
        if name is None:
            return f"a name for `{one.sql(dialect)[:60]}`: `... AS name`"
        names.append(name)
    return _distinct(names)


def _returned(answers: Sequence[exp.Expr]) -> tuple[str, ...] | str:
    names = [_name(one) for one in answers]
    if any(one.is_star for one in answers):
        return "each column after RETURNING by its name, no `*`"
    if None in names:
        return "a name for each column after RETURNING: `... AS name`"
    return _distinct([name for name in names if name is not None])


def _name(one: exp.Expr) -> str | None:
    return str(one.alias_or_name) if isinstance(one, exp.Alias | exp.Column) else None


def _distinct(names: Sequence[str]) -> tuple[str, ...] | str:
    twice = [name for name in names if [one.lower() for one in names].count(name.lower()) > 1]
    return f"two columns called `{twice[0]}`; give one another name" if twice else tuple(names)


def _parameters(statement: exp.Expr) -> frozenset[str]:
    return frozenset(str(one.this) for one in statement.find_all(exp.Placeholder))
