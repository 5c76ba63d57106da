"""INSERT, UPDATE and DELETE: resolved as the SELECTs they are made of, then put together again from their parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Final, assert_never

from sqlglot import exp

from broker.adapters.sql.conflict import EXCLUDED, Conflict, conflict, met, rebuilt
from broker.adapters.sql.resolved import Resolved, parameters, projections, qualified, returned
from broker.adapters.sql.source import Tables
from broker.model.tool import Effect

_SET: Final = "_set_"
_RETURN: Final = "_return_"

Write = exp.Insert | exp.Update | exp.Delete


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What a statement writes, as it says it."""

    effect: Effect
    table: str
    columns: tuple[str, ...] = ()
    values: tuple[exp.Expr, ...] = ()  # for the columns, round and round
    source: exp.Query | None = None  # or where the rows come from
    conflict: Conflict | None = None


def update(statement: exp.Update, tables: Tables) -> Resolved | str:
    if statement.this.alias:
        return "UPDATE without an alias"
    pairs = statement.expressions
    if not all(isinstance(one, exp.EQ) and isinstance(one.this, exp.Column) for one in pairs):
        return "`SET column = value` for each column"
    parts = _Parts(
        effect=Effect.WRITE,
        table=statement.this.name.lower(),
        columns=tuple(one.this.name.lower() for one in pairs),
        values=tuple(one.expression for one in pairs),
    )
    return _write(statement, tables, parts)


def delete(statement: exp.Delete, tables: Tables) -> Resolved | str:
    if statement.this.alias:
        return "DELETE without an alias"
    return _write(statement, tables, _Parts(effect=Effect.DELETE, table=statement.this.name.lower()))


def insert(statement: exp.Insert, tables: Tables) -> Resolved | str:
    schema, source = statement.this, statement.expression
    if not isinstance(schema, exp.Schema) or not schema.expressions:
        return "INSERT with its columns named: `INSERT INTO t (a, b) ...`"
    if schema.this.alias:
        return "INSERT without an alias"
    clash = conflict(statement)
    if isinstance(clash, str):
        return clash
    if clash is not None and EXCLUDED in tables.tables:
        return f"no table called `{EXCLUDED}` in a source whose statements say ON CONFLICT"
    table, columns = schema.this.name.lower(), tuple(column.name.lower() for column in schema.expressions)
    values: tuple[exp.Expr, ...] = ()
    if isinstance(source, exp.Values):
        rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in source.expressions]
        if any(len(row) != len(columns) for row in rows):
            return "as many values as columns"
        values = tuple(value for row in rows for value in row)
    elif not isinstance(source, exp.Query):
        return "INSERT ... VALUES or INSERT ... SELECT"
    parts = _Parts(
        effect=Effect.WRITE,
        table=table,
        columns=columns,
        values=values,
        source=None if isinstance(source, exp.Values) else source,
        conflict=clash,
    )
    return _write(statement, tables, parts)


def _write(statement: Write, tables: Tables, parts: _Parts) -> Resolved | str:
    trouble = _unlisted(parts, tables)
    if trouble is not None:
        return trouble
    returning = statement.args.get("returning")
    answers = [] if returning is None else list(returning.expressions)
    names = returned(answers)
    if isinstance(names, str):
        return names
    # 1: what is stored and where, in the scope that it has in the statement
    inside = isinstance(statement, exp.Update | exp.Delete)
    where = statement.args.get("where") if inside else None
    shadow = qualified(_shadow(parts.table if inside else None, {_SET: parts.values}, where), tables)
    stored = [one.this for one in shadow.selects[: len(parts.values)]]
    # 2: what is answered, always in the scope of the row
    answer = qualified(_shadow(parts.table, {_RETURN: answers}, None), tables)
    answered = [one.this for one in answer.selects[: len(answers)]]
    # 3: where the rows come from, and what a row that is there already becomes
    source = None if parts.source is None else qualified(parts.source.copy(), tables)
    clash = _met(parts, tables)
    changes = [] if parts.conflict is None or clash is None else _changed(parts.conflict, clash)

    whole = _rebuilt(statement, parts, stored, shadow.args.get("where"), source)
    if isinstance(whole, exp.Insert) and clash is not None and statement.args.get("conflict") is not None:
        narrowed = clash.args["where"].this.expression if parts.conflict and parts.conflict.where else None
        whole.set("conflict", rebuilt(statement.args["conflict"], changes, narrowed))
    if answers:
        whole.set("returning", exp.Returning(expressions=[one.copy() for one in answered]))
    return Resolved(
        statement=whole,
        effect=parts.effect,
        target=parts.table,
        written=frozenset({*parts.columns, *(column for column, _ in changes)}),
        queries=tuple(one for one in (shadow, answer, source, clash) if one is not None),
        names=names,
        columns=tuple((one,) for one in answered),
        stored=(*_homes(parts, stored, source), *changes),
        quiet=frozenset(id(one) for one in (*stored, *(value for _, value in changes), *_copied(clash))),
        parameters=parameters(whole),
    )


def _unlisted(parts: _Parts, tables: Tables) -> str | None:
    if parts.table not in tables.tables:
        return f"`{parts.table}` is not a table listed in `tables`"
    clash = parts.conflict
    more = () if clash is None else (*clash.keys, *(column for column, _ in clash.changes))
    unlisted = [one for one in (*parts.columns, *more) if one not in tables.tables[parts.table].columns]
    return f"`{unlisted[0]}` is not a listed column of `{parts.table}`" if unlisted else None


def _shadow(table: str | None, parts: Mapping[str, Sequence[exp.Expr]], where: exp.Where | None) -> exp.Select:
    listed: list[exp.Expr] = [
        exp.Alias(this=value.unalias().copy(), alias=exp.to_identifier(f"{prefix}{at}"))
        for prefix, values in parts.items()
        for at, value in enumerate(values)
    ]
    shadow = exp.select(*(listed or [exp.alias_(exp.Literal.number(1), "_none")]), copy=False)
    if table is not None:
        shadow.set("from_", exp.From(this=exp.Table(this=exp.to_identifier(table, quoted=True))))
    if where is not None:
        shadow.set("where", where.copy())
    return shadow


def _met(parts: _Parts, tables: Tables) -> exp.Query | None:
    if parts.conflict is None:
        return None
    rows = parts.source
    if rows is None:
        arms = [exp.select(*(one.copy() for one in row)) for row in _rows(parts.values, len(parts.columns))]
        rows = exp.union(*arms, distinct=False) if len(arms) > 1 else arms[0]
    return qualified(met(parts.conflict, parts.table, parts.columns, rows), tables)


def _changed(clash: Conflict, resolved: exp.Query) -> list[tuple[str, exp.Expr]]:
    values = [one.unalias() for one in resolved.selects]
    return [(column, value) for (column, _), value in zip(clash.changes, values, strict=False)]


def _copied(clash: exp.Query | None) -> list[exp.Expr]:
    """The stored values once more, as they stand in what a conflict is seen as."""
    if clash is None:
        return []
    rows = next(one for one in clash.find_all(exp.Subquery) if one.alias == EXCLUDED)
    return [arm for arms in projections(rows) for arm in arms]


def _rebuilt(
    statement: Write,
    parts: _Parts,
    stored: Sequence[exp.Expr],
    where: exp.Where | None,
    source: exp.Query | None,
) -> Write:
    target = exp.Table(this=exp.to_identifier(parts.table, quoted=True))
    names = [exp.to_identifier(column, quoted=True) for column in parts.columns]
    values, where = [one.copy() for one in stored], None if where is None else where.copy()
    match statement:
        case exp.Update():
            pairs = [
                exp.EQ(this=exp.Column(this=name), expression=value) for name, value in zip(names, values, strict=True)
            ]
            return exp.Update(this=target, expressions=pairs, where=where)
        case exp.Delete():
            return exp.Delete(this=target, where=where)
        case exp.Insert():
            rows = [exp.Tuple(expressions=list(row)) for row in _rows(values, len(names))]
            return exp.Insert(
                this=exp.Schema(this=target, expressions=names),
                expression=exp.Values(expressions=rows) if source is None else source.copy(),
                alternative=statement.args.get("alternative"),
            )
        case _:
            assert_never(statement)


def _rows(values: Sequence[exp.Expr], width: int) -> list[Sequence[exp.Expr]]:
    return [values[at : at + width] for at in range(0, len(values), width)]


def _homes(parts: _Parts, stored: Sequence[exp.Expr], source: exp.Query | None) -> tuple[tuple[str, exp.Expr], ...]:
    """Each value with its column; several rows of values go round and round."""
    if source is None:
        return tuple(zip(cycle(parts.columns), stored, strict=False))
    arms = zip(parts.columns, projections(source), strict=False)
    return tuple((column, arm) for column, made in arms for arm in made)
