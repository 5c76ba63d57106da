"""A statement whose every name is made plain, and the SELECTs that it consists of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.optimizer.qualify import qualify

from broker.adapters.sql.source import Tables
from broker.adapters.sql.statement import Statement
from broker.model.tool import Effect


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


def qualified(query: exp.Query, tables: Tables) -> exp.Query:
    """Each column with its table, each star spelled out, over the listed columns alone. Raises SqlglotError."""
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


def parameters(statement: exp.Expr) -> frozenset[str]:
    return frozenset(str(one.this) for one in statement.find_all(exp.Placeholder))


def named(query: exp.Query, dialect: str) -> tuple[str, ...] | str:
    """The names of its result's columns; or which one has none."""
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


def returned(answers: Sequence[exp.Expr]) -> tuple[str, ...] | str:
    """The names of what stands after RETURNING; or what is missing."""
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
