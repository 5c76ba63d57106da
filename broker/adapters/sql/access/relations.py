"""The views of a source's tables: two that mask, of which one narrows, and one of the listed columns as they are."""

from __future__ import annotations

from broker.adapters.sql.access.ground import Ground, Step, literal, quoted
from broker.adapters.sql.source import is_private


def masked_view(ground: Ground, table: str) -> Step:
    """`table`: folded. A security barrier: no condition of a query sees a row before the view has let it pass."""
    held = _where(ground, table)
    where = "" if held is None else f"\nWHERE {held}"
    head = f"CREATE VIEW {quoted(ground.masked)}.{quoted(table)} WITH (security_barrier) AS SELECT"
    return Step(f"{head}\n{_shown(ground, table)}\nFROM {ground.place(table)} AS t{where}")


def whole_view(ground: Ground, table: str) -> Step:
    """The same masks where no row is hidden, and empty where one would be.

    It needs no barrier, which would cost a join the indexes: PostgreSQL looks nothing up behind one by another table's
    values, and reads a large table whole for five rows of a small one.
    """
    where = "" if _where(ground, table) is None else f"\nWHERE {_every(ground)}"
    head = f"CREATE VIEW {quoted(ground.whole)}.{quoted(table)} AS SELECT"
    return Step(f"{head}\n{_shown(ground, table)}\nFROM {ground.place(table)} AS t{where}")


def _shown(ground: Ground, table: str) -> str:
    shown: list[str] = []
    for column, leaf in ground.tables.tables[table].columns.items():
        own = ground.at("t", table, column)
        value = f"{quoted(ground.masked)}.masked({literal(leaf.kind)}, {own})" if is_private(leaf) else own
        shown.append(f"  {value} AS {quoted(column)}")
    return ",\n".join(shown)


def raw_view(ground: Ground, table: str) -> Step:
    """So plain that it can be written through, and read by the table's indexes."""
    columns = ground.tables.tables[table].columns
    shown = ",\n".join(f"  {ground.at('t', table, column)} AS {quoted(column)}" for column in columns)
    head = f"CREATE VIEW {quoted(ground.raw)}.{quoted(table)} AS SELECT"
    return Step(f"{head}\n{shown}\nFROM {ground.place(table)} AS t\nWHERE current_setting('broker.raw', true) = 'on'")


def _where(ground: Ground, table: str) -> str | None:
    """A narrowed transaction sees nothing of a table that leads to no subject and holds private values."""
    every = _every(ground)
    if ground.tables.owned(table):
        return f"{every} OR {_owned(ground, table, 't')}"
    private = any(is_private(leaf) for leaf in ground.tables.tables[table].columns.values())
    return every if private and ground.tables.subject is not None else None


def _every(ground: Ground) -> str:
    return f"{quoted(ground.masked)}.every_row()"


def _owned(ground: Ground, table: str, alias: str) -> str:
    """Whether a row is the subject's: see `filters`, which narrows the same way.

    By EXISTS, since an index leads from one row to its owner: IN would gather everything the subject has, row for row.
    """
    tables = ground.tables
    mine = f"(SELECT {quoted(ground.masked)}.subject())"
    if tables.subject is not None and table == tables.subject[0]:
        return f"{ground.at(alias, table, tables.subject[1])} = {mine}"
    key = tables.keys[table]
    own = ground.at(alias, table, key.column)
    if key.to is None or key.to == tables.subject:
        return f"{own} = {mine}"
    home, column = key.to
    nearer = f"{alias}t"
    met = f"{ground.at(nearer, home, column)} = {own}"
    beyond = _owned(ground, home, nearer)
    return f"EXISTS (\n  SELECT FROM {ground.place(home)} AS {nearer}\n  WHERE {met}\n  AND {beyond})"
