"""Whose data a database holds, and how each table leads there."""

from __future__ import annotations

from collections.abc import Mapping

from broker.catalog.classes import ClassRule
from broker.catalog.grammar import expand
from broker.catalog.leaf import leaves
from broker.catalog.refs import ref
from broker.catalog.report import At, Wrong, listed, nearest
from broker.model.label import Json, Leaf, Writer

Tables = Mapping[str, Mapping[str, Leaf]]


def own(
    keys: Mapping[str, At], environ: Mapping[str, str], classes: Mapping[str, ClassRule], writer: Writer
) -> Mapping[str, Json]:
    """The keys of the kind as plain values; what is wrong is reported."""
    tables: dict[str, dict[str, Leaf]] = {}
    if "tables" in keys:
        for entry in keys["tables"].entries("expected `{table: {column: class}}`") or ():
            tables[entry.word] = leaves(entry, classes, writer)
    of_whom = subject(keys["subject"], tables) if "subject" in keys else None
    if "owner_key" in keys and "subject" not in keys:
        keys["owner_key"].wrong_key("`owner_key` leads to a subject", "say `subject: table.column` too")
    ways = owner_keys(keys["owner_key"], tables, of_whom) if "owner_key" in keys and of_whom is not None else {}
    return {
        "url": keys["url"].read(expand(environ)) if "url" in keys else None,
        "password": keys["password"].read(ref) if "password" in keys else None,
        "tables": tables,
        "subject": of_whom,
        "owner_key": ways,
    }


def subject(at: At, tables: Tables) -> str | None:
    """`table.column`, both listed."""
    return at.read(lambda text: _column(text, tables))


def owner_keys(at: At, tables: Tables, of_whom: str) -> dict[str, str]:
    """table -> `column` or `column -> table.column`; every way ends at the subject."""
    found: dict[str, str] = {}
    for entry in at.entries("expected `{table: column}`") or ():
        table = entry.word
        if table not in tables:
            entry.wrong_key(f"unknown table `{table}`", nearest(table, tables) or listed(tables))
            continue
        way = entry.read(lambda text, table=table: _way(text, table, tables))  # type: ignore[misc]
        if way is not None:
            found[table] = way
    for entry in at.entries(empty=True) or ():
        if entry.word in found and not _arrives(entry.word, found, of_whom):
            entry.wrong(f"expected a way to `{of_whom}`", "lead it through tables that have an `owner_key` themselves")
    return found


def _column(text: str, tables: Tables) -> str | Wrong:
    table, dot, column = text.partition(".")
    if not dot:
        return Wrong("expected `table.column`", "as in `customer.id`")
    if table not in tables:
        return Wrong(f"unknown table `{table}`", nearest(table, tables) or "list it under `tables`")
    if column not in tables[table]:
        return Wrong(f"unknown column `{column}`", nearest(column, tables[table]) or "list it under `tables`")
    return text


def _way(text: str, table: str, tables: Tables) -> str | Wrong:
    column, arrow, target = text.partition(" -> ")
    here = _column(f"{table}.{column}", tables)
    if isinstance(here, Wrong):
        return here
    there = _column(target, tables) if arrow else ""
    return there if isinstance(there, Wrong) else text


def _arrives(table: str, ways: Mapping[str, str], of_whom: str) -> bool:
    """Whether following the ways from `table` ends at the subject, and not in a circle."""
    seen: set[str] = set()
    while table not in seen:
        seen.add(table)
        _, arrow, target = ways[table].partition(" -> ")
        if not arrow or target == of_whom:
            return True
        table = target.partition(".")[0]
        if table not in ways:
            return False
    return False
