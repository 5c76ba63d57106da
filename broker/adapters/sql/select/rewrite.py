"""Each table becomes what may be seen of it, and the result no longer than it may be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlglot import exp

from broker.adapters.sql.select.frames import Source
from broker.adapters.sql.select.mask_sql import masked
from broker.adapters.sql.select.mask_words import call, is_null, no, number
from broker.adapters.sql.select.reach import Reach, View

_NO_LIMIT: Final = -1


def rewrite(query: exp.Query, bases: Sequence[Source], reach: Reach, dialect: str) -> None:
    for source in bases:
        seen = exp.Subquery(this=_seen(source, reach, dialect), alias=source.node.args["alias"])
        joins = source.node.args.get("joins")
        if joins:
            seen.set("joins", joins)
        source.node.replace(seen)
    _clamp(query, reach.max_rows + 1)  # one more than is shown tells that there is more


def _seen(source: Source, reach: Reach, dialect: str) -> exp.Select:
    """The columns that are used and no other, each masked where it is read; so no predicate meets what is hidden."""
    table = str(source.table)
    view = reach.views[table]
    home = exp.to_identifier(table, quoted=True)
    columns: list[exp.Expr] = []
    for name in source.used:
        own = exp.Column(this=exp.to_identifier(name, quoted=True), table=home.copy())
        shown = masked(view.columns[name], own, dialect)
        columns.append(exp.Alias(this=shown, alias=exp.to_identifier(name, quoted=True)))
    seen = exp.Select(
        expressions=columns or [exp.Alias(this=exp.Literal.number(1), alias=exp.to_identifier("one", quoted=True))],
        from_=exp.From(this=exp.Table(this=home)),
    )
    if view.where is not None:
        seen.set("where", exp.Where(this=view.where.copy()))
        # A fence: a condition of the query must not be asked of a row before the filter took it away, where it could
        # fail and so tell of it (`1 / (total - 77)`).
        if dialect == "sqlite":
            seen.set("limit", exp.Limit(expression=exp.Neg(this=exp.Literal.number(-_NO_LIMIT))))
        seen.set("offset", exp.Offset(expression=exp.Literal.number(0)))
    elif dialect == "sqlite":
        seen.set("where", exp.Where(this=_whole_row(view, home)))
    return seen


def _whole_row(view: View, home: exp.Identifier) -> exp.Expr:
    """True, and no index holds all of it.

    Where an index holds all that a query reads of a table, SQLite reads the index in the table's place, and
    `SELECT id FROM customer` comes in the order of the hidden names.
    """
    shown = sorted(view.columns, key=lambda column: view.columns[column].action != "show")
    columns = (exp.Column(this=exp.to_identifier(column, quoted=True), table=home) for column in shown)
    return no(is_null(call("coalesce", *columns, number(1))))


def _clamp(query: exp.Query, most: int) -> None:
    limit = query.args.get("limit")
    said = None if limit is None else limit.args.get("count" if isinstance(limit, exp.Fetch) else "expression")
    rows = most if said is None else min(int(said.name), most)
    query.set("limit", exp.Limit(expression=exp.Literal.number(rows)))
