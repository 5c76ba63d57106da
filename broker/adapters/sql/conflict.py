"""ON CONFLICT: what a new row is compared with, and what becomes of the old one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlglot import exp

EXCLUDED: Final = "excluded"
"""What both databases call the row that was not inserted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    keys: tuple[str, ...]  # columns that make the conflict; none: any of them may
    changes: tuple[tuple[str, exp.Expr], ...]  # column -> what the old row gets there
    where: exp.Where | None  # whether it gets it


def conflict(insert: exp.Insert) -> Conflict | str | None:
    """What the statement says of it; None: nothing. Or, in one sentence, why it cannot be said so."""
    alternative, said = insert.args.get("alternative"), insert.args.get("conflict")
    if (alternative or "ignore").lower() != "ignore":
        return "INSERT, INSERT OR IGNORE or ON CONFLICT: what replaces a row deletes one that no filter saw"
    if said is None:
        return None if alternative is None else Conflict(keys=(), changes=(), where=None)
    if alternative is not None:
        return "either OR IGNORE or ON CONFLICT"
    keys = _keys(said.args.get("conflict_keys") or ())
    changes = _changes(said.expressions)
    if keys is None:
        return "the columns of the conflict by their names: `ON CONFLICT (a, b)`"
    if changes is None:
        return "`SET column = value` for each column"
    if said.args["action"].name.upper() == "DO NOTHING":
        return Conflict(keys=keys, changes=(), where=None)
    if not keys or not changes:
        return "the columns of the conflict: `ON CONFLICT (a) DO UPDATE SET b = excluded.b`"
    return Conflict(keys=keys, changes=changes, where=said.args.get("where"))


def met(found: Conflict, table: str, columns: Sequence[str], source: exp.Query) -> exp.Select:
    """What the database does with a new row, as a SELECT: its keys are compared with those of the old ones.

    So whoever sets a key is answered whether it was there: by the count, and by what is returned.
    """
    home, new = (exp.to_identifier(name, quoted=True) for name in (table, EXCLUDED))
    compared = [
        exp.EQ(this=_column(home, key), expression=_column(new, key)) for key in found.keys or columns if key in columns
    ]
    values: list[exp.Expr] = [
        exp.Alias(this=value.copy(), alias=exp.to_identifier(f"_new_{at}"))
        for at, (_, value) in enumerate(found.changes)
    ]
    named = [exp.to_identifier(column, quoted=True) for column in columns]
    rows = exp.Subquery(this=source.copy(), alias=exp.TableAlias(this=new.copy(), columns=named))
    select = exp.select(*(values or [exp.alias_(exp.Literal.number(1), "_none")]), copy=False)
    select.set("from_", exp.From(this=exp.Table(this=home.copy())))
    select.set("joins", [exp.Join(this=rows, kind="CROSS")])
    where = exp.and_(*compared, copy=False) if compared else exp.true()
    if found.where is not None:
        where = exp.And(this=where, expression=exp.Paren(this=found.where.this.copy()))
    select.set("where", exp.Where(this=where))
    return select


def rebuilt(said: exp.OnConflict, changes: Sequence[tuple[str, exp.Expr]], where: exp.Expr | None) -> exp.OnConflict:
    """The clause as it runs, from what was resolved."""
    keys = [exp.to_identifier(key, quoted=True) for key in _keys(said.args.get("conflict_keys") or ()) or ()]
    pairs = [
        exp.EQ(this=exp.Column(this=exp.to_identifier(column, quoted=True)), expression=value.copy())
        for column, value in changes
    ]
    narrowed = None if where is None else exp.Where(this=where.copy())
    return exp.OnConflict(action=said.args["action"].copy(), conflict_keys=keys, expressions=pairs, where=narrowed)


def _keys(said: Sequence[exp.Expr]) -> tuple[str, ...] | None:
    keys = [one.this if isinstance(one, exp.Ordered) and not one.args.get("desc") else one for one in said]
    plain = [one for one in keys if isinstance(one, exp.Column) and not one.table]
    return tuple(one.name.lower() for one in plain) if len(plain) == len(keys) else None


def _changes(pairs: Sequence[exp.Expr]) -> tuple[tuple[str, exp.Expr], ...] | None:
    plain = [
        (one.this.name.lower(), one.expression)
        for one in pairs
        if isinstance(one, exp.EQ) and isinstance(one.this, exp.Column) and not one.this.table
    ]
    return tuple(plain) if len(plain) == len(pairs) else None


def _column(table: exp.Identifier, name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table=table.copy())
