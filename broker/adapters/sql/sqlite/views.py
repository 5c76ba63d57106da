"""What a guarded SELECT finds under a table's name: a view of its listed columns, masked, of the rows that it reaches.

It stands apart from the guard, which rewrites the query to the same end: whatever the guard let through, the tables
themselves are out of reach here. Their schema and the views that read them have names that nobody can guess, and only
from inside such a view may a table be read (see `fence`).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlglot import exp

from broker.actions.shapes import redacted
from broker.adapters.sql.select.mask_sql import masked
from broker.adapters.sql.select.mask_words import call, case, every, same, text
from broker.adapters.sql.select.reach import Column, Reach, Shown, View
from broker.adapters.sql.sqlite.order import fenced, order_of, ordered
from broker.adapters.sql.sqlite.schema import Table

_DIALECT: Final = "sqlite"
_APART: Final = "own~row"  # no table can be called so
_NAME: Final = re.compile(r"\bb[0-9a-f]{32}\b")  # as `_fresh` makes them


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Each is 128 random bits long, new for each connection."""

    schema: str  # the attached file
    parameter: str  # (name) -> the value of a row filter's parameter
    mask: str  # (action, class, value) -> what is shown of it
    inner: Mapping[str, str]  # table -> the view that reads it

    @classmethod
    def fresh(cls, tables: Iterable[str]) -> Names:
        return cls(schema=_fresh(), parameter=_fresh(), mask=_fresh(), inner={one: _fresh() for one in tables})

    def instead_of(self, others: Names) -> Mapping[str, str]:
        """Each of the others' -> its own."""
        inner = {name: self.inner[table] for table, name in others.inner.items()}
        return {others.schema: self.schema, others.parameter: self.parameter, others.mask: self.mask, **inner}


@dataclass(frozen=True, slots=True, kw_only=True)
class Curtain:
    """`ddl`: what makes the views; `reads`: table -> the columns of tables that its view reads, for the fence."""

    ddl: tuple[str, ...] = field(repr=False)
    names: Names = field(repr=False)
    reads: Mapping[str, frozenset[Column]]

    def renamed(self, names: Names) -> Iterator[str]:
        """`ddl` under other names, for another connection: making it anew costs a hundred times as much."""
        new = names.instead_of(self.names)
        return (_NAME.sub(lambda found: new.get(found[0], found[0]), one) for one in self.ddl)


def curtain(reach: Reach, tables: Mapping[str, Table]) -> Curtain:
    """`tables`: as the file has them."""
    everything = {**reach.ways, **reach.views}
    names = Names.fresh(everything)
    selects = {table: _select(table, view, tables[table], names) for table, view in everything.items()}
    ddl: list[str] = []
    for table, one in selects.items():
        columns = ", ".join(_quoted(column) for column in everything[table].columns)
        body = one.sql(dialect=_DIALECT, comments=False, normalize_functions=False)
        ddl.append(f"CREATE TEMP VIEW {names.inner[table]} AS {body}")
        # Names of the source file and our own, quoted: no text of an agent's is here.
        ddl.append(f"CREATE TEMP VIEW {_quoted(table)} AS SELECT {columns} FROM {names.inner[table]}")  # noqa: S608
    reads = {table: frozenset(_columns(one, table, tables)) for table, one in selects.items()}
    return Curtain(ddl=tuple(ddl), names=names, reads=reads)


def _select(name: str, view: View, table: Table, names: Names) -> exp.Select:
    home = _table(name, names)
    order = order_of(view, table)
    behind = fenced(order, view)
    # Each column with its table: SQLite takes a quoted name that is no column, standing alone, for a text.
    shown = [
        exp.alias_(
            _shown(one, _column(name, column), names) if behind else _apart(one, column, home, table, names),
            column,
            quoted=True,
            copy=False,
        )
        for column, one in view.columns.items()
    ]
    select = exp.Select(expressions=shown, from_=exp.From(this=home))
    if view.where is not None:
        select.set("where", exp.Where(this=_own(view.where, names)))
    select = ordered(select, order, view, table, home.this)
    if behind:
        # What the query asks about a row, it asks after the row filter. Otherwise the planner may ask first, and an
        # error or the order of rows tells of a hidden one.
        select = select.limit(exp.Neg(this=exp.Literal.number(1)), copy=False).offset(0, copy=False)
    return select


def _apart(how: Shown, column: str, home: exp.Table, table: Table, names: Names) -> exp.Expr:
    """What is shown of a column of the same row, looked up on its own.

    Without a fence SQLite takes a view apart: for a join it sorts what is read of the table by all its columns, and
    equal ones would come in the order of what is hidden. Read apart, it is none of them.
    """
    if how.action in {"show", "hide"}:
        return _shown(how, _column(home.name, column), names)
    keys = (table.rowid,) if table.rowid is not None else table.lies_by
    same_row = [same(_column(_APART, key), _column(home.name, key)) for key in keys]
    own = exp.Select(
        expressions=[_shown(how, _column(_APART, column), names)],
        from_=exp.From(
            this=exp.Table(**{**home.copy().args, "alias": exp.TableAlias(this=exp.to_identifier(_APART, quoted=True))})
        ),
        where=exp.Where(this=every(*same_row)),
    )
    return exp.Subquery(this=own)


def _own(where: exp.Expr, names: Names) -> exp.Expr:
    """A row filter as it stands inside a view: with this connection's own names."""

    def own(node: exp.Expr) -> exp.Expr:
        match node:
            case exp.Table():
                return _table(node.name, names)
            case exp.Placeholder():  # a view can hold none
                return call(names.parameter, text(str(node.this)))
            case _:
                return node

    return where.transform(own)


def _shown(how: Shown, column: exp.Column, names: Names) -> exp.Expr:
    match how.action:
        case "pseudonym" | "last4" | "domain":
            return _by_function(how, column, names.mask)
        case _:
            return masked(how, column, _DIALECT)


def _by_function(how: Shown, column: exp.Column, function: str) -> exp.Expr:
    """The guard's own masks name a column a dozen times, and SQLite puts what stands here in each place: as a function
    that remembers, a row costs a dozenth of it. A text goes there as bytes: of one that is no UTF-8 the driver would
    make an error.
    """
    kinds = call("typeof", column)
    as_bytes = exp.Cast(this=column.copy(), to=exp.DataType.build("BLOB", dialect=_DIALECT))
    said = (text(how.action), text(how.kind))
    return case(
        (same(kinds, text("blob")), text(redacted(how.kind))),
        (same(kinds, text("text")), call(function, *said, as_bytes)),
        otherwise=call(function, *said, column),
    )


def _columns(select: exp.Select, name: str, tables: Mapping[str, Table]) -> Iterator[Column]:
    """As SQLite calls them: a row's number by the name of the column that it is."""
    for one in select.find_all(exp.Column):
        table, column = name if one.table == _APART else one.table, one.name
        if column == tables[table].rowid:
            column = next(iter(tables[table].lies_by), "rowid")
        yield table, column


def _table(table: str, names: Names) -> exp.Table:
    return exp.Table(this=exp.to_identifier(table, quoted=True), db=exp.to_identifier(names.schema))


def _column(table: str, column: str) -> exp.Column:
    return exp.column(exp.to_identifier(column, quoted=True), table=exp.to_identifier(table, quoted=True))


def _quoted(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql(dialect=_DIALECT)


def _fresh() -> str:
    return f"b{secrets.token_hex(16)}"
