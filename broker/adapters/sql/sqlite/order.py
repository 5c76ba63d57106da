"""Rows come in an order, and where a hidden column decides it, it tells of the column.

A table's rows lie in the order of its key, and SQLite reads an index in a table's place where it holds all that is
asked: `SELECT id FROM customer` would come in the order of the hidden names.
"""

from __future__ import annotations

from enum import Enum, auto

from sqlglot import exp

from broker.adapters.sql.select.mask_words import call, is_null, no, number
from broker.adapters.sql.select.reach import View
from broker.adapters.sql.sqlite.schema import Table


class Order(Enum):
    """How the rows of a view are kept from an order that tells."""

    ANY = auto()  # none that there is does
    ROWS = auto()  # sorted as they lie: a row filter leaves few
    WHOLE = auto()  # more is asked of each row than an index holds
    UNINDEXED = auto()  # no index is read at all
    SHOWN = auto()  # sorted by what is shown of them: they lie in an order that tells


def order_of(view: View, table: Table) -> Order:
    """Columns that no file lists hide less than those that it lists as private: for their sake nothing is made slow."""
    shown = {column for column, how in view.columns.items() if how.action == "show"}
    private = {None, *view.columns} - shown  # what an index computes may be of anything
    lies_by = set(table.lies_by)
    if private & lies_by or (table.rowid is None and (lies_by - shown or not lies_by)):
        return Order.SHOWN
    telling = [set(index) for index in table.indexes if not shown.issuperset(index)]
    if not telling:
        return Order.ANY
    if view.where is not None:
        return Order.ROWS
    for index in telling:
        # A search by what is shown finds equal ones in the order of what is not.
        searched = private & index and shown & index - lies_by
        if searched or not shown - index - lies_by:
            # Of a table without row numbers SQLite reads an index even where it is told not to.
            return Order.UNINDEXED if table.rowid is not None else Order.SHOWN
    return Order.WHOLE


def ordered(select: exp.Select, order: Order, view: View, table: Table, home: exp.Identifier) -> exp.Select:
    """`select`: the columns of `view` from `home`, with its row filter, if any. It is used up."""

    def column(name: str) -> exp.Column:
        return exp.column(exp.to_identifier(name, quoted=True), table=home.copy())

    match order:
        case Order.ROWS:
            by = [column(one) for one in ((table.rowid,) if table.rowid is not None else table.lies_by) if one]
            return select.order_by(*by, copy=False)
        case Order.WHOLE:
            asked = [
                column(one) for one, how in view.columns.items() if how.action == "show" and one not in table.lies_by
            ]
            return select.where(no(is_null(call("coalesce", *asked, number(1)))), copy=False)
        case Order.UNINDEXED:
            select.args["from_"].this.set("indexed", value=False)  # NOT INDEXED
            return select
        case Order.SHOWN:
            return select.order_by(*(number(at + 1) for at in range(len(view.columns))), copy=False)
        case Order.ANY:
            return select


def fenced(order: Order, view: View) -> bool:
    """Whether the rows are to be gone through as they are, before anything of the query is asked of them."""
    return view.where is not None or order is Order.SHOWN
